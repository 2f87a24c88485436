package dev.gatehouse.server.certificate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.api.ProblemException;
import dev.gatehouse.certificates.Signing;
import dev.gatehouse.server.compute.Platform;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509CRL;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuthorityTest {
  private static final String HOST = "a.local.gatehouse.test";

  @TempDir Path folder;
  private Platform platform;

  @BeforeEach
  void open() throws IOException {
    platform = new Platform(folder);
  }

  @AfterEach
  void close() {
    platform.close();
  }

  @Test
  void makesANewIntermediateAtTwoThirdsAndLeavesWhatTheOldOneSigned() throws Exception {
    platform.certificates.ensureIssued("o", HOST);
    var served = shown();
    var old = platform.authority.intermediate();
    platform.clock.pass(Duration.ofDays(1200));
    assertThat(platform.care.rotate()).contains(old.due().plusSeconds(1));
    assertThat(platform.authority.intermediate().pair()).isEqualTo(old.pair());
    platform.clock.pass(Duration.ofDays(20));
    assertThat(platform.care.rotate())
        .hasValueSatisfying(
            next -> assertThat(next).isAfter(platform.clock.instant().plus(Duration.ofDays(1200))));
    assertThat(platform.authority.name()).isNotEqualTo(old.name());
    assertThat(shown()).isEqualTo(served);
    assertThat(list(Signing.id(old.pair().leaf().getPublicKey())).getRevokedCertificates())
        .isNull();
    platform.certificates.renew("o");
    assertThat(shown().chain().get(1)).isEqualTo(platform.authority.intermediate().pair().leaf());
  }

  @Test
  void revokesWhatAForcedRenewalOrARemovalEnds() throws Exception {
    platform.certificates.ensureIssued("o", HOST);
    var first = shown().leaf().getSerialNumber();
    String id = Signing.id(platform.authority.intermediate().pair().leaf().getPublicKey());
    var before = list(id);
    platform.certificates.renew("o");
    var second = shown().leaf().getSerialNumber();
    platform.certificates.remove("o");
    X509CRL after = list(id);
    assertThat(reason(after, first)).isEqualTo("SUPERSEDED");
    assertThat(reason(after, second)).isEqualTo("CESSATION_OF_OPERATION");
    assertThat(number(after)).isGreaterThan(number(before));
    assertThat(after.getNextUpdate().toInstant())
        .isEqualTo(platform.clock.instant().plus(Duration.ofDays(7)));
  }

  @Test
  void signsEveryListAnewEachDay() throws Exception {
    String root = Signing.id(platform.authority.root().getPublicKey());
    var first = list(root);
    assertThat(list(root)).isEqualTo(first);
    platform.clock.pass(Duration.ofDays(1));
    assertThat(number(list(root))).isGreaterThan(number(first));
    assertThat(platform.send("GET", "/crl/" + root, "").status()).isEqualTo(404);
  }

  @Test
  void signsUnderAnotherRootAfterAnImportAndReissues() throws Exception {
    platform.certificates.ensureIssued("o", HOST);
    assertThatThrownBy(() -> platform.authority.accept("x")).isInstanceOf(ProblemException.class);
    Files.writeString(
        folder.resolve("own.csr"),
        Platform.json(platform.send("POST", "/gatehouse/authority/request", ""))
            .path("request")
            .asString());
    openssl(
        "req -x509 -newkey rsa:2048 -nodes -keyout root.key -out root.crt -subj /CN=Mine -days 900 -addext keyUsage=critical,keyCertSign,cRLSign");
    openssl(
        "x509 -req -in own.csr -CA root.crt -CAkey root.key -days 800 -copy_extensions copyall -out own.crt");
    platform.clock.pass(Duration.ofMinutes(1));
    String root = Files.readString(folder.resolve("root.crt"));
    var body =
        dev.gatehouse.server.rest.Json.object()
            .put("chain", Files.readString(folder.resolve("own.crt")) + root);
    var answer = platform.send("PUT", "/gatehouse/authority/intermediate", body.toString());
    assertThat(Platform.json(answer).path("imported").asBoolean()).isTrue();
    assertThat(platform.announced.replaceAll("\\s", "")).isEqualTo(root.replaceAll("\\s", ""));
    assertThat(platform.authority.outdated(platform.gateway.get().fallback())).isFalse();
    platform.certificates.ring(platform.store.inService("o").orElseThrow().id());
    assertThat(shown().chain()).hasSize(2);
    assertThat(platform.authority.outdated(shown())).isFalse();
    platform.close();
    platform = new Platform(folder, platform.clock);
    assertThat(platform.authority.underOtherRoot()).isTrue();
    platform.clock.pass(Duration.ofDays(790));
    assertThat(platform.care.rotate()).isPresent();
  }

  @Test
  void reissuesWhatNamesAListWhereThereIsNoneAnyMore() throws Exception {
    platform.certificates.ensureIssued("o", HOST);
    var unlisted = shown();
    restart("http://127.0.0.1:8080/crl");
    assertThat(platform.authority.outdated(unlisted)).isTrue();
    platform.certificates.ring(platform.store.inService("o").orElseThrow().id());
    var listed = shown();
    assertThat(listed.leaf().getSerialNumber()).isNotEqualTo(unlisted.leaf().getSerialNumber());
    assertThat(listOf(listed.leaf())).contains("http://127.0.0.1:8080/crl/");
    assertThat(listOf(listed.chain().get(1))).isEmpty();
    restart("http://127.0.0.1:8080/crl");
    assertThat(platform.authority.outdated(listed)).isFalse();
    restart("http://127.0.0.1:9090/crl");
    assertThat(platform.authority.outdated(listed)).isTrue();
    platform.certificates.ring(platform.store.inService("o").orElseThrow().id());
    assertThat(listOf(shown().leaf())).contains("http://127.0.0.1:9090/crl/");
  }

  private void restart(String lists) throws IOException {
    platform.close();
    platform = new Platform(folder, platform.clock, new Signing.Lists(URI.create(lists), false));
  }

  private static String listOf(X509Certificate certificate) {
    byte[] extension = certificate.getExtensionValue("2.5.29.31");
    return extension == null ? "" : new String(extension, StandardCharsets.ISO_8859_1);
  }

  private dev.gatehouse.certificates.CertifiedKey shown() {
    return platform.gateway.get().certificates().get(HOST);
  }

  private X509CRL list(String id) throws Exception {
    var response = platform.send("GET", "/crl/" + id + ".crl", "");
    var content = ((dev.gatehouse.server.rest.Response.Body.Bytes) response.body()).content();
    return (X509CRL)
        CertificateFactory.getInstance("X.509").generateCRL(new ByteArrayInputStream(content));
  }

  private static BigInteger number(X509CRL list) {
    byte[] octets = list.getExtensionValue("2.5.29.20");
    return new BigInteger(1, java.util.Arrays.copyOfRange(octets, 4, octets.length));
  }

  private static String reason(X509CRL list, BigInteger serial) {
    return list.getRevokedCertificate(serial).getRevocationReason().name();
  }

  private void openssl(String arguments) throws Exception {
    var command = new java.util.ArrayList<>(List.of("openssl"));
    command.addAll(List.of(arguments.split(" ")));
    var process =
        new ProcessBuilder(command).directory(folder.toFile()).redirectErrorStream(true).start();
    String said =
        new String(
            process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
  }
}
