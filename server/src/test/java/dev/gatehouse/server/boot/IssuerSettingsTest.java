package dev.gatehouse.server.boot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.certificates.acme.ExternalBinding;
import dev.gatehouse.server.acme.Challenge;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IssuerSettingsTest {
  private static final String SECRET =
      "zWNDZM6eQGHWpSRTPal5eIUYFTu7EajVIoguysqZ9wG44nMEtx3MUAsUDkMTQ12W";

  @TempDir Path data;

  private IssuerSettings read(String... more) {
    var options =
        new HashMap<>(Map.of("issuers", "le", "acme.le.directory", "https://ca.test/directory"));
    for (int i = 0; i < more.length; i += 2) {
      options.put(more[i], more[i + 1]);
    }
    return Settings.read(data, Map.of(), options).issuers();
  }

  @Test
  void asksTheEmbeddedAuthorityAloneUnlessTold() {
    assertThat(Settings.read(data, Map.of(), Map.of()).issuers())
        .isEqualTo(new IssuerSettings(List.of("embedded"), List.of()));
  }

  @Test
  void provesNamesInTheDnsUnlessToldOtherwise() {
    AcmeAuthority authority = read().acme().getFirst();
    assertThat(authority.proving().challenges()).containsExactly(Challenge.DNS_01);
    assertThat(authority.proving().dnsWait()).isZero();
    assertThat(authority.timeout()).isEqualTo(Duration.ofMinutes(5));
    assertThat(authority.termsAgreed()).isFalse();
    assertThat(authority.life()).isZero();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "issuers | le, le | different names",
        "issuers | le,, embedded | with commas between",
        "issuers | Let's | a-z",
        "acme.le.directory | http://ca.test/directory | begins with https://",
        "acme.le.directory | https:// | begins with https://",
        "acme.le.email | nobody | e-mail addresses",
        "acme.le.challenge | http-02 | http-01, dns-01, tls-alpn-01",
        "acme.le.challenge | dns-01, ftp | one or more of",
        "acme.le.profile | a b | a name of letters",
        "acme.le.accept-terms | yes | true or false",
        "acme.le.dns-wait | 30 | a number with its unit",
        "acme.le.life | 6 | a number with its unit",
      })
  void namesWhatIsWrong(String key, String value, String rule) {
    assertThatThrownBy(() -> read(key, value))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining(key)
        .hasMessageContaining("'" + value + "'")
        .hasMessageContaining(rule);
  }

  @Test
  void namesWhatIsMissing() {
    assertThatThrownBy(() -> Settings.read(data, Map.of(), Map.of("issuers", "le")))
        .hasMessageContaining("acme.le.directory is missing")
        .hasMessageContaining("letsencrypt.org/directory");
    assertThatThrownBy(() -> read("acme.le.eab-key-id", "kid-1"))
        .hasMessageContaining("acme.le.eab-key-file is missing");
    assertThatThrownBy(() -> read("acme.le.eab-key-file", "/k"))
        .hasMessageContaining("acme.le.eab-key-id is missing");
    assertThatThrownBy(() -> read("acme.le.timeout", "0s")).hasMessageContaining("acme.le.timeout");
  }

  @Test
  void refusesSettingsOfAnIssuerThatNobodyAsks() throws IOException {
    assertThatThrownBy(() -> read("acme.other.directory", "https://other.test/directory"))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("'other' is not among the issuers");
    Files.writeString(
        data.resolve("gatehouse.yaml"),
        "issuers: le\nacme:\n  le:\n    directory: https://ca.test/dir\n    e-mail: a@b.test\n");
    assertThatThrownBy(() -> Settings.read(data, Map.of(), Map.of()))
        .isInstanceOf(SettingsException.class)
        .hasMessageContaining("unknown key 'acme.le.e-mail'")
        .hasMessageContaining("acme.le.email");
  }

  @Test
  void readsTheBindingFromAFileOfItsOwnerOnly() throws IOException {
    Path file = Files.writeString(data.resolve("eab.key"), SECRET + "\n");
    var authority =
        read("acme.le.eab-key-id", "kid-1", "acme.le.eab-key-file", file.toString())
            .acme()
            .getFirst();
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-r--r--"));
    assertThatThrownBy(authority::open)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("chmod 600 " + file)
        .hasMessageNotContaining(SECRET);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    assertThat(authority.open().account().binding())
        .isEqualTo(new ExternalBinding.Key("kid-1", SECRET));
    Files.writeString(file, "too short");
    assertThatThrownBy(authority::open)
        .hasMessageContaining("acme.le.eab-key-file")
        .hasMessageContaining("base64url");
    Files.delete(file);
    assertThatThrownBy(authority::open).hasMessageContaining(file + " does not exist");
  }

  @Test
  void readsTheRootsOfTheAuthority() throws IOException {
    Path file = data.resolve("roots.pem");
    var authority = read("acme.le.ca-file", file.toString()).acme().getFirst();
    assertThatThrownBy(authority::open)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("acme.le.ca-file: " + file + " does not exist");
    Files.writeString(file, "rubbish");
    assertThatThrownBy(authority::open)
        .isInstanceOf(IOException.class)
        .hasMessageContaining("acme.le.ca-file: " + file);
  }
}
