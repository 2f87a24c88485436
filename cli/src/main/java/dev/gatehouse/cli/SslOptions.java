package dev.gatehouse.cli;

import dev.gatehouse.api.Wire;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** TLS of a compute target as the article's command lines spell it. */
final class SslOptions {
  @Option(
      names = "--ssl-leaf-domain-label",
      paramLabel = "LABEL",
      description = "The first part of a generated name, which comes with a certificate.")
  private @Nullable String label;

  @Option(
      names = "--ssl-overwrite-domain",
      arity = "0..1",
      fallbackValue = "true",
      paramLabel = "BOOL",
      description = "Take over a label that another compute target has.")
  private boolean overwrite;

  @Option(
      names = "--ssl-cname",
      paramLabel = "NAME",
      description = "The name of a certificate that you bring, with --ssl-cert-file and -key-file.")
  private @Nullable String cname;

  @Option(names = "--ssl-cert-file", paramLabel = "FILE", description = "Its chain as PEM.")
  private @Nullable Path certificate;

  @Option(names = "--ssl-key-file", paramLabel = "FILE", description = "Its key as PEM.")
  private @Nullable Path key;

  /** The sslConfiguration, empty when none of the options was given. */
  Optional<ObjectNode> configuration() throws IOException {
    boolean brought = Stream.of(cname, certificate, key).anyMatch(each -> each != null);
    if (label != null && brought) {
      throw refused(
          "--ssl-leaf-domain-label stands for a certificate of the platform: leave out --ssl-cname, --ssl-cert-file"
              + " and --ssl-key-file, or the label.");
    }
    if (label != null) {
      return Optional.of(
          Wire.object()
              .put("status", "Auto")
              .put("leafDomainLabel", label)
              .put("overwriteExistingDomain", overwrite));
    }
    if (overwrite) {
      throw refused("--ssl-overwrite-domain needs --ssl-leaf-domain-label.");
    }
    return brought ? Optional.of(brought()) : Optional.empty();
  }

  private ObjectNode brought() throws IOException {
    if (cname == null || certificate == null || key == null) {
      throw refused(
          "--ssl-cname, --ssl-cert-file and --ssl-key-file belong together: give all three.");
    }
    return Wire.object()
        .put("status", "Enabled")
        .put("cname", cname)
        .put("cert", text("--ssl-cert-file", certificate))
        .put("key", text("--ssl-key-file", key));
  }

  static String text(String option, Path file) throws IOException {
    try {
      return Files.readString(file);
    } catch (NoSuchFileException _) {
      throw refused(option + ": there is no file '" + file + "'.");
    } catch (CharacterCodingException _) {
      throw refused(
          option
              + ": '"
              + file
              + "' is no PEM text; './gatehouse certificate convert' makes PEM of other forms.");
    }
  }

  static Failure refused(String message) {
    return new Failure(ExitCode.FAILED, message);
  }
}
