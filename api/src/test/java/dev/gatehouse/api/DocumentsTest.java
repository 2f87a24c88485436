package dev.gatehouse.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;

class DocumentsTest {
  static final String STATUS =
      """
      {"ready":true,"https":"127.0.0.1:8443","http":"127.0.0.1:8080","dns":"[::1]:8053","zone":"z.localhost",
       "region":"local","ca":"/d/ca.pem","pid":42,"subscription":"s","resourceGroup":"g","workspace":"w"}
      """;

  @Test
  void readsTheStatusOfAServer() {
    var status = ServerStatus.parse(STATUS);
    assertThat(status.dns()).isEqualTo(new Address("::1", 8053));
    assertThat(status.pid()).isEqualTo(42);
    assertThat(status.workspace().path())
        .isEqualTo(
            "/subscriptions/s/resourceGroups/g/providers/Microsoft.MachineLearningServices/workspaces/w");
  }

  @Test
  void namesWhatAStatusLacks() {
    assertThatThrownBy(() -> ServerStatus.parse("{\"https\":\"127.0.0.1:1\"}"))
        .hasMessage("'http' is missing (expected: a text)");
    assertThatThrownBy(() -> ServerStatus.parse(STATUS.replace("42", "\"x\"")))
        .hasMessageContaining("'pid'");
    assertThatThrownBy(() -> ServerStatus.parse("{\"ht")).hasMessageStartingWith("no JSON");
  }

  @Test
  void neverPrintsASecret() {
    var credentials =
        Credentials.parse(
            "{\"tenant\":\"adfs\",\"clientId\":\"me\",\"clientSecret\":\"hush\",\"managedIdentity\":\"/msi/hush\"}");
    assertThat(credentials.toString()).contains("me").doesNotContain("hush");
    assertThat(credentials.clientSecret().value()).isEqualTo("hush");
  }

  @Test
  void refusesAnAddressWithoutPort() {
    for (String bad : new String[] {"", "localhost", "localhost:", ":1", "a:70000", "a:0"}) {
      assertThatThrownBy(() -> Address.parse(bad)).isInstanceOf(IllegalArgumentException.class);
    }
  }

  @Test
  void takesLoopbackForAllAddresses() {
    assertThat(Address.parse("0.0.0.0:1").reachable()).hasToString("127.0.0.1:1");
    assertThat(Address.parse("[::]:1").reachable()).hasToString("[::1]:1");
    assertThat(Address.parse("10.0.0.1:1").reachable()).hasToString("10.0.0.1:1");
  }

  @Test
  void understandsBothSpellingsOfAnOperation() {
    assertThat(operation("{\"status\":\"InProgress\"}")).isEqualTo(new OperationState.Running(""));
    assertThat(operation("{\"state\":\"Running\",\"streamingOperationLog\":\"1|a\"}"))
        .isEqualTo(new OperationState.Running("1|a"));
    assertThat(operation("{\"state\":\"Succeeded\"}")).isEqualTo(new OperationState.Succeeded());
    assertThat(operation("{\"status\":\"Failed\",\"error\":{\"message\":\"why\"}}"))
        .isEqualTo(new OperationState.Failed("why"));
    assertThat(operation("{\"state\":\"TimedOut\"}"))
        .isEqualTo(
            new OperationState.Failed("The operation ended as 'TimedOut' without a reason."));
  }

  private static OperationState operation(String json) {
    return OperationState.read(Wire.parse(json));
  }

  @Test
  void tellsOfACertificateWhatTheTargetTells() {
    var target =
        new ComputeTarget(
            Wire.parse(
                """
                {"properties":{"certificate":{"issuer":"CN=i","notAfter":"2030-01-02T00:00:00Z","nextRenewal":null},
                 "properties":{"sslConfiguration":{"cname":"a.b"}}}}
                """));
    var certificate = target.certificate().orElseThrow();
    assertThat(certificate.daysLeft(InstantSource.fixed(Instant.parse("2030-01-01T00:00:00Z"))))
        .isEqualTo(1);
    assertThat(certificate.nextRenewal()).isEmpty();
    assertThat(target.cname()).contains("a.b");
    assertThat(new ComputeTarget(Wire.object()).certificate()).isEmpty();
    assertThat(new ComputeTarget(Wire.object()).cname()).isEmpty();
  }

  @Test
  void takesNoNameThatWouldBreakAHostsFile() {
    assertThat(
            PublishedName.list(
                Wire.parse("{\"names\":[{\"name\":\"a.b\",\"address\":\"127.0.0.1\"}]}")))
        .containsExactly(new PublishedName("a.b", "127.0.0.1"));
    assertThatThrownBy(() -> new PublishedName("a.b\n1.1.1.1 c", "127.0.0.1"))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new PublishedName("a.b", "here"))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
