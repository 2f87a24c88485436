package dev.gatehouse.server.service.definition;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.api.ProblemException;
import dev.gatehouse.certificates.EmbeddedAuthority;
import dev.gatehouse.certificates.Pem;
import dev.gatehouse.certificates.Permitted;
import dev.gatehouse.server.rest.Json;
import dev.gatehouse.server.service.Payloads;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

class DefinitionTest {
  private static ObjectNode aks() {
    return Payloads.aks("svc", Payloads.image("score.py", "sk:1"));
  }

  @Test
  void fillsInTheDefaultsOfAks() {
    ObjectNode sent = aks();
    sent.remove("numReplicas");
    JsonNode document = Definition.check(sent).document();
    assertThat(document.path("autoScaler").toString())
        .isEqualTo(
            "{\"autoscaleEnabled\":true,\"minReplicas\":1,\"maxReplicas\":10,\"targetUtilization\":70,\"refreshPeriodInSeconds\":1}");
    assertThat(document.path("containerResourceRequirements").toString())
        .isEqualTo(
            "{\"cpu\":0.1,\"cpuLimit\":null,\"memoryInGB\":0.5,\"memoryInGBLimit\":null,\"gpu\":null}");
    assertThat(document.path("livenessProbeRequirements").path("initialDelaySeconds").asInt())
        .isEqualTo(310);
    assertThat(document.path("scoringTimeoutMs").asInt()).isEqualTo(60_000);
    assertThat(document.path("maxQueueWaitMs").asInt()).isEqualTo(500);
    assertThat(document.path("dataCollection").path("storageEnabled").asBoolean()).isFalse();
    assertThat(document.path("authEnabled").asBoolean()).isTrue();
  }

  @Test
  void checkingTwiceChangesNothing() {
    for (ObjectNode sent :
        java.util.List.of(
            aks(),
            Payloads.aci("svc", Payloads.noCode("sk:1")),
            Payloads.endpoint("epp", "ver1", null))) {
      Definition once = Definition.check(sent);
      var stored = (ObjectNode) Json.parse(once.document().toString());
      assertThat(Definition.check(stored).document()).isEqualTo(once.document());
    }
  }

  @Test
  void holdsNoSecret() {
    ObjectNode sent =
        Payloads.tls(Payloads.aci("svc", Payloads.noCode("sk:1")), "a.b", "PEM", "SECRET");
    ((ObjectNode) sent.path("keys")).put("primaryKey", "SECRET");
    Submission submission = Submission.create(sent, Optional.empty());
    assertThat(submission.definition().document().toString()).doesNotContain("SECRET");
    assertThat(submission.toString()).doesNotContain("SECRET");
    assertThat(submission.brought()).isPresent();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      quoteCharacter = '~',
      value = {
        "name|\"Svc\"|3 to 32",
        "name|\"ab\"|3 to 32",
        "name|5|'name' must be a string",
        "computeType|\"VM\"|send one of ACI, AKS, AKSENDPOINT",
        "computeName|null|'computeName' is missing",
        "namespace|\"-x\"|namespace '-x'",
        "numReplicas|0|'numReplicas' is 0",
        "numReplicas|1.5|whole number",
        "numReplicas|\"2\"|whole number",
        "scoringTimeoutMs|300001|from 1 to 300000",
        "authEnabled|\"yes\"|true or false",
        "description|[]|send a string",
        "kvTags|{\"a\":1}|'kvTags/a'",
        "kvTags|[]|an object of strings",
        "autoScaler|{\"autoscaleEnabled\":true}|cannot be set while",
        "autoScaler|{\"minReplicas\":5,\"maxReplicas\":2}|must not be greater",
        "autoScaler|3|an object",
        "containerResourceRequirements|{\"cpu\":-1}|at least",
        "containerResourceRequirements|{\"cpu\":2,\"cpuLimit\":1}|less than 'cpu'",
        "environmentImageRequest|null|inference config",
        "environmentImageRequest|{\"modelIds\":[]}|exactly one model",
        "environmentImageRequest|{\"modelIds\":[1]}|list of strings",
        "environmentImageRequest|{\"modelIds\":3}|must be a list",
        "environmentImageRequest|{\"assets\":[{\"id\":\"a\"}]}|'url' is missing",
        "environmentImageRequest|{\"assets\":[{\"id\":\"a\",\"url\":\"b\"}]}|no entry script",
        "keys|{\"primaryKey\":\"a b\"}|printable ASCII",
      })
  void saysWhatIsWrong(String member, String value, String expected) {
    ObjectNode sent = aks();
    sent.set(member, Json.parse(value));
    assertThatThrownBy(() -> Submission.create(sent, Optional.empty()))
        .isInstanceOf(ProblemException.class)
        .hasMessageContaining(expected);
  }

  @Test
  void refusesKeysTogetherWithTokens() {
    ObjectNode sent = aks().put("authEnabled", true).put("aadAuthEnabled", true);
    assertThatThrownBy(() -> Definition.check(sent)).hasMessageContaining("cannot both be true");
  }

  @Test
  void tlsNeedsNameAndCertificateAndMayLeaveTheKeyToBeFound() {
    ObjectNode aci = Payloads.aci("svc", Payloads.noCode("sk:1")).put("sslEnabled", true);
    assertThatThrownBy(() -> Submission.create(aci, Optional.empty()))
        .hasMessageContaining("'cname' is missing");
    aci.put("cname", "a.b").put("sslCertificate", "PEM");
    assertThat(Submission.create(aci, Optional.empty()).brought().orElseThrow().key()).isEmpty();
  }

  private static boolean tlsAfter(Definition before, String... patch) {
    return Submission.update(before, Json.parse(Payloads.patch(patch))).definition().tls();
  }

  @Test
  void tlsIsSwitchedOffAndOnByMemberOrProperty() {
    for (ObjectNode sent : java.util.List.of(aks(), Payloads.endpoint("epp", "ver1", null))) {
      Definition on = Definition.check(sent);
      assertThat(on.tls()).isTrue();
      assertThat(on.document().has("sslEnabled")).isFalse();
      assertThat(tlsAfter(on, "replace", "/sslEnabled", "false")).isFalse();
      assertThat(tlsAfter(on, "add", "/properties/gatehouse.tls", "\"disabled\"")).isFalse();
      Definition byMember = Definition.check(sent.deepCopy().put("sslEnabled", false));
      assertThat(tlsAfter(byMember, "replace", "/sslEnabled", "true")).isTrue();
      assertThat(tlsAfter(byMember, "add", "/properties/gatehouse.tls", "\"enabled\"")).isTrue();
      ((ObjectNode) sent.path("properties")).put("gatehouse.tls", "disabled");
      Definition byProperty = Definition.check(sent);
      assertThat(byProperty.tls()).isFalse();
      assertThat(tlsAfter(byProperty, "replace", "/sslEnabled", "true")).isTrue();
      assertThat(tlsAfter(byProperty, "remove", "/properties/gatehouse.tls", "")).isTrue();
      assertThatThrownBy(() -> Definition.check(sent.put("sslEnabled", true)))
          .hasMessageContaining("leave one of them out");
    }
  }

  private static EmbeddedAuthority authority(java.time.InstantSource clock) {
    var permitted = new Permitted(java.util.List.of("contoso.test"), java.util.List.of());
    return EmbeddedAuthority.create(permitted, clock, new java.security.SecureRandom());
  }

  private static String leaf(EmbeddedAuthority by) throws Exception {
    var names = java.util.List.of("a.contoso.test");
    return Pem.of(by.issue(names, java.time.Duration.ofDays(1)).chain().subList(0, 1));
  }

  @Test
  void clientCaIsReadAndAnythingElseRefused() throws Exception {
    var authority = authority(java.time.InstantSource.system());
    var root = authority.material().root().leaf();
    ObjectNode sent = aks();
    var properties = (ObjectNode) sent.path("properties");
    properties.put("gatehouse.client-ca", authority.rootPem());
    assertThat(Submission.create(sent, Optional.empty()).definition().clientRoots().certificates())
        .containsExactly(root);
    properties.put("gatehouse.client-ca", " ");
    assertThat(Definition.check(sent).clientRoots().none()).isTrue();
    for (var wrong :
        java.util.Map.of(
                "rubbish",
                "neither PEM nor DER",
                leaf(authority),
                "is no certificate of a CA",
                authority(() -> java.time.Instant.parse("2001-01-01T00:00:00Z")).rootPem(),
                "expired at")
            .entrySet()) {
      properties.put("gatehouse.client-ca", wrong.getKey());
      assertThatThrownBy(() -> Submission.create(sent, Optional.empty()))
          .hasMessageContaining("'gatehouse.client-ca'")
          .hasMessageContaining(wrong.getValue());
    }
    ObjectNode endpoint = Payloads.endpoint("epp", "ver1", null);
    ((ObjectNode) endpoint.path("versions").path("ver1").path("properties"))
        .put("gatehouse.client-ca", "x");
    assertThatThrownBy(() -> Submission.create(endpoint, Optional.empty()))
        .hasMessageContaining("holds for an endpoint as a whole");
  }

  @Test
  void lastOfTwoThatExcludeEachOtherWins() {
    Definition before = Definition.check(aks());
    var tokens =
        Submission.update(before, Json.parse(Payloads.patch("replace", "/aadAuthEnabled", "true")));
    assertThat(tokens.definition().admission()).isEqualTo(Admission.TOKENS);
    var scaled =
        Submission.update(
            before,
            Json.parse(
                Payloads.patch(
                    "replace",
                    "/autoScaler/autoscaleEnabled",
                    "true",
                    "replace",
                    "/autoScaler/minReplicas",
                    "2")));
    assertThat(scaled.definition().parts().getFirst().scaling().least()).isEqualTo(2);
    var counted =
        Submission.update(
            scaled.definition(), Json.parse(Payloads.patch("replace", "/numReplicas", "3")));
    assertThat(counted.definition().parts().getFirst().scaling().least()).isEqualTo(3);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{}",
        "[{\"op\":\"move\",\"path\":\"/kvTags\",\"value\":{}}]",
        "[{\"op\":\"replace\",\"path\":\"/kvTags\"}]",
        "[{\"op\":\"replace\",\"path\":\"/imageId\",\"value\":\"x\"}]",
        "[{\"op\":\"replace\",\"path\":\"/computeName\",\"value\":\"x\"}]",
        "[{\"op\":\"replace\",\"path\":\"/name\",\"value\":\"x\"}]",
        "[{\"op\":\"replace\",\"path\":\"/versions/v1/type\",\"value\":\"Control\"}]",
        "[{\"op\":\"replace\",\"path\":\"/autoScaler/minReplicas\",\"value\":\"x\"}]",
        "[{\"op\":\"add\",\"path\":\"/properties/p\",\"value\":\"2\"}]",
        "[{\"path\":\"/kvTags\",\"value\":{}}]",
        "[5]"
      })
  void refusesPatches(String patch) {
    ObjectNode sent = aks();
    ((ObjectNode) sent.path("properties")).put("p", "1");
    Definition before = Definition.check(sent);
    assertThatThrownBy(() -> Submission.update(before, Json.parse(patch)))
        .isInstanceOf(ProblemException.class);
  }

  @Test
  void propertiesAreAddedAndRepeated() {
    Definition before = Definition.check(aks());
    var after =
        Submission.update(
            before,
            Json.parse(
                Payloads.patch(
                    "add",
                    "/properties/pp",
                    "\"1\"",
                    "add",
                    "/properties/azureml.git.branch",
                    "\"other\"",
                    "remove",
                    "/description",
                    "")));
    assertThat(after.definition().document().path("properties").path("pp").asString())
        .isEqualTo("1");
  }

  @Test
  void damagedRequestsAreRefusedAndNothingElse() {
    long seed = System.nanoTime();
    var random = new Random(seed);
    String text = Payloads.endpoint("epp", "ver1", 20).toString();
    for (int i = 0; i < 2000; i++) {
      var damaged = new StringBuilder(text);
      for (int j = 0; j < 3; j++) {
        damaged.setCharAt(
            random.nextInt(damaged.length()), "{}[]\",:0a-".charAt(random.nextInt(10)));
      }
      try {
        Submission.create(
            Json.parseSent(damaged.toString().getBytes(java.nio.charset.StandardCharsets.UTF_8)),
            Optional.empty());
      } catch (ProblemException _) {
        // The only way to be refused.
      } catch (RuntimeException e) {
        throw new AssertionError("seed " + seed + ": " + damaged, e);
      }
    }
  }
}
