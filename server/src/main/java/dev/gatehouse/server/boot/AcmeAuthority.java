package dev.gatehouse.server.boot;

import dev.gatehouse.certificates.CertificateFault;
import dev.gatehouse.certificates.Pem;
import dev.gatehouse.certificates.acme.AcmeAccount;
import dev.gatehouse.certificates.acme.AcmeServer;
import dev.gatehouse.certificates.acme.AcmeSettings;
import dev.gatehouse.certificates.acme.ExternalBinding;
import dev.gatehouse.server.acme.Acme;
import dev.gatehouse.server.acme.Challenge;
import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * An authority that speaks ACME, as the settings {@code acme.NAME} describe it.
 *
 * @param binding what ties our account to one that its customer has there already
 * @param roots what its own TLS certificate is checked against instead of this Java's
 * @param life zero for the authority's own choice
 */
record AcmeAuthority(
    String name,
    URI directory,
    List<URI> contacts,
    boolean termsAgreed,
    String profile,
    Duration life,
    Acme.Proving proving,
    Optional<Binding> binding,
    Optional<Path> roots,
    Duration timeout) {
  private static final Pattern PROFILE = Pattern.compile("[A-Za-z0-9._-]{0,64}");
  private static final Pattern EMAIL = Pattern.compile("[^\\s@,<>]+@[^\\s@,<>]+");
  private static final Duration TIMEOUT = Duration.ofMinutes(5);

  /** The key's file holds it in base64url, mode 0600. */
  record Binding(String identifier, Path file) {}

  static AcmeAuthority read(SettingsSource source, String name) {
    String prefix = "acme." + name + ".";
    Optional<String> identifier = source.text(prefix + "eab-key-id");
    Optional<String> file = source.text(prefix + "eab-key-file");
    if (identifier.isPresent() != file.isPresent()) {
      throw new SettingsException(
          "%s is missing (expected: both of eab-key-id and eab-key-file, or neither)"
              .formatted(prefix + (file.isPresent() ? "eab-key-id" : "eab-key-file")));
    }
    Duration timeout = source.duration(prefix + "timeout", TIMEOUT);
    if (timeout.isZero()) {
      throw new SettingsException(prefix + "timeout: '0' (expected: more than nothing)");
    }
    return new AcmeAuthority(
        name,
        directory(source, prefix + "directory"),
        contacts(source, prefix + "email"),
        source.flag(prefix + "accept-terms", false),
        source.text(prefix + "profile", "", PROFILE, "a name of letters, digits, '.', '_', '-'"),
        source.duration(prefix + "life", Duration.ZERO),
        new Acme.Proving(
            challenges(source, prefix + "challenge"),
            source.duration(prefix + "dns-wait", Duration.ZERO)),
        identifier.map(id -> new Binding(id, source.path(prefix + "eab-key-file", Path.of("")))),
        source.text(prefix + "ca-file").map(_ -> source.path(prefix + "ca-file", Path.of(""))),
        timeout);
  }

  /** Reads the files; a fault names the file. */
  AcmeSettings open() throws IOException {
    return new AcmeSettings(
        new AcmeServer(name, directory, roots.isPresent() ? roots(roots.get()) : List.of()),
        new AcmeAccount(contacts, termsAgreed, external()),
        profile,
        life,
        timeout);
  }

  private static URI directory(SettingsSource source, String key) {
    String text =
        source
            .text(key)
            .orElseThrow(() ->
                new SettingsException(
                    key
                        + " is missing (expected: the address of the authority's ACME directory, as in https://acme-v02.api.letsencrypt.org/directory)"));
    try {
      var uri = new URI(text);
      if ("https".equals(uri.getScheme()) && uri.getHost() != null && uri.getUserInfo() == null) {
        return uri;
      }
    } catch (URISyntaxException _) {
      // Said below.
    }
    throw new SettingsException(
        "%s: '%s' (expected: an address that begins with https://)".formatted(key, text));
  }

  private static List<URI> contacts(SettingsSource source, String key) {
    return list(source.text(key).orElse("")).stream()
        .map(email -> {
          if (!EMAIL.matcher(email).matches()) {
            throw new SettingsException(
                "%s: '%s' (expected: e-mail addresses with commas between)".formatted(key, email));
          }
          return URI.create("mailto:" + email);
        })
        .toList();
  }

  private static List<Challenge> challenges(SettingsSource source, String key) {
    String text = source.text(key).orElse(Challenge.DNS_01.spelled());
    List<Challenge> challenges =
        list(text).stream().flatMap(each -> Challenge.of(each).stream()).distinct().toList();
    if (challenges.isEmpty() || challenges.size() != list(text).size()) {
      throw new SettingsException(
          "%s: '%s' (expected: one or more of %s, with commas between)"
              .formatted(
                  key,
                  text,
                  Arrays.stream(Challenge.values())
                      .map(Challenge::spelled)
                      .collect(Collectors.joining(", "))));
    }
    return challenges;
  }

  private static List<String> list(String text) {
    return Arrays.stream(text.split(",")).map(String::strip).filter(s -> !s.isEmpty()).toList();
  }

  private List<X509Certificate> roots(Path file) throws IOException {
    try {
      return Pem.certificates(Files.readString(file));
    } catch (NoSuchFileException e) {
      throw new IOException(
          "acme.%s.ca-file: %s does not exist (expected: the authority's roots in PEM)"
              .formatted(name, file),
          e);
    } catch (CertificateFault e) {
      throw new IOException(
          "acme.%s.ca-file: %s: %s".formatted(name, file, e.reason().sentence()), e);
    }
  }

  private ExternalBinding external() throws IOException {
    if (binding.isEmpty()) {
      return new ExternalBinding.None();
    }
    String key = "acme." + name + ".eab-key-file";
    Path file = binding.get().file();
    try {
      var open = EnumSet.copyOf(Files.getPosixFilePermissions(file));
      open.remove(PosixFilePermission.OWNER_READ);
      open.remove(PosixFilePermission.OWNER_WRITE);
      if (!open.isEmpty()) {
        throw new IOException(
            "%s: %s can be used by others than its owner (expected: mode 0600; run 'chmod 600 %s')"
                .formatted(key, file, file));
      }
      return new ExternalBinding.Key(binding.get().identifier(), Files.readString(file).strip());
    } catch (NoSuchFileException e) {
      throw new IOException(
          "%s: %s does not exist (expected: the HMAC key that the authority gave you, in base64url)"
              .formatted(key, file),
          e);
    } catch (IllegalArgumentException e) {
      // Its words do not repeat the key.
      throw new IOException("%s: %s: %s".formatted(key, file, e.getMessage()), e);
    }
  }
}
