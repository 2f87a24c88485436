package dev.gatehouse.gateway;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.certificates.CertifiedKey;
import java.io.IOException;
import java.net.http.HttpClient;
import java.net.http.HttpResponse;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.pcollections.HashTreePMap;

class ClientCertificateTest {
  private static final String CLOSED = "/api/v1/service/closed/score";
  private static final String OPEN = "/api/v1/service/open/score";

  // All authorities have the same name, so a client of the wrong one does show its certificate.
  private static final Authority CA = new Authority();
  private static final Authority OTHER_CA = new Authority();
  private static final CertifiedKey CLIENT = CA.issue("client");

  @TempDir Path folder;
  private Scene scene;
  private Replica replica;

  @BeforeEach
  void open() throws Exception {
    scene = new Scene(folder);
    replica = scene.replica(call -> call.answer(200, "{}"));
    scene.serve(service("closed", CA.clients()), service("open", ClientRoots.NONE));
  }

  @AfterEach
  void close() throws Exception {
    scene.close();
  }

  private ServiceRoute service(String name, ClientRoots clients) {
    return new ServiceRoute(
        "id-" + name,
        name,
        new Access.Open(),
        Origins.NONE,
        clients,
        false,
        List.of(Scene.version("v", 100, Scene.limits(), replica)));
  }

  private static SSLContext showing(CertifiedKey client) {
    return Scene.AUTHORITY.trusting(client);
  }

  private Wire wire(SSLContext context, String... protocols) throws IOException {
    return scene.closing(Wire.tls(context, scene.gateway.https(), "localhost", protocols));
  }

  private HttpResponse<String> http2(SSLContext context, String path) throws Exception {
    var client =
        scene.closing(
            HttpClient.newBuilder().sslContext(context).version(HttpClient.Version.HTTP_2).build());
    var answer = client.send(scene.request(path).build(), HttpResponse.BodyHandlers.ofString());
    assertThat(answer.version()).isEqualTo(HttpClient.Version.HTTP_2);
    return answer;
  }

  @Test
  void letsAClientOfTheCaIn() throws Exception {
    for (String version : new String[] {"TLSv1.3", "TLSv1.2"}) {
      var wire = wire(showing(CLIENT), version);
      assertThat(wire.ask(Scene.get(CLOSED)).status()).isEqualTo(200);
      assertThat(wire.ask(Scene.get(CLOSED)).status()).isEqualTo(200);
    }
    assertThat(http2(showing(CLIENT), CLOSED).statusCode()).isEqualTo(200);
  }

  @Test
  void refusesAClientWithoutCertificateWithASentenceAndKeepsOtherServicesOpen() throws Exception {
    var wire = wire(Scene.AUTHORITY.trusting());
    var refused = wire.ask(Scene.get(CLOSED));
    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.body())
        .contains("Service closed wants a client certificate of its CA: none was shown");
    assertThat(wire.ask(Scene.get(OPEN)).status()).isEqualTo(200);
    assertThat(http2(Scene.AUTHORITY.trusting(), CLOSED).statusCode()).isEqualTo(403);
    assertThat(http2(Scene.AUTHORITY.trusting(), OPEN).statusCode()).isEqualTo(200);
  }

  @Test
  void endsTheHandshakeOfAClientOfAnotherCaOrWithAnExpiredCertificate() {
    var strange = showing(OTHER_CA.issue("client"));
    var expired = showing(CA.issue(Instant.now().minusSeconds(60), "client"));
    for (var context : List.of(strange, expired)) {
      assertThatThrownBy(() -> wire(context, "TLSv1.3").ask(Scene.get(CLOSED)))
          .isInstanceOf(IOException.class);
      assertThatThrownBy(() -> wire(context, "TLSv1.2")).isInstanceOf(IOException.class);
      assertThatThrownBy(() -> http2(context, CLOSED)).isInstanceOf(IOException.class);
    }
  }

  @Test
  void aClientOfOneServiceIsNoClientOfItsNeighbour() throws Exception {
    scene.serve(service("closed", CA.clients()), service("other", OTHER_CA.clients()));
    var wire = wire(showing(CLIENT));
    assertThat(wire.ask(Scene.get(CLOSED)).status()).isEqualTo(200);
    var refused = wire.ask(Scene.get("/api/v1/service/other/score"));
    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.body()).contains("no client certificate of the CA that the service names");
    assertThat(http2(showing(CLIENT), "/api/v1/service/other/score").statusCode()).isEqualTo(403);
  }

  @Test
  void anotherCaCountsFromTheNextConnectionAndShutsOldOnesOut() throws Exception {
    var old = wire(showing(CLIENT));
    assertThat(old.ask(Scene.get(CLOSED)).status()).isEqualTo(200);
    scene.serve(service("closed", OTHER_CA.clients()));
    assertThat(old.ask(Scene.get(CLOSED)).status()).isEqualTo(403);
    assertThat(wire(showing(OTHER_CA.issue("client"))).ask(Scene.get(CLOSED)).status())
        .isEqualTo(200);
    assertThatThrownBy(() -> wire(showing(CLIENT)).ask(Scene.get(CLOSED)))
        .isInstanceOf(IOException.class);
    scene.serve(service("closed", ClientRoots.NONE));
    assertThat(wire(Scene.AUTHORITY.trusting()).ask(Scene.get(CLOSED)).status()).isEqualTo(200);
  }

  @Test
  void aCertificateEndsOnAnOpenConnectionAndInAResumedSessionToo() throws Exception {
    var context = showing(CA.issue(Instant.now().plusSeconds(2), "client"));
    var wire = wire(context, "TLSv1.2");
    assertThat(wire.ask(Scene.get(CLOSED)).status()).isEqualTo(200);
    Wire.Reply reply;
    do {
      reply = wire.ask(Scene.get(CLOSED));
    } while (reply.status() == 200);
    assertThat(reply.status()).isEqualTo(403);
    assertThat(reply.body()).contains("it expired at");
    try (var resumed = wire(context, "TLSv1.2")) {
      assertThat(resumed.ask(Scene.get(CLOSED)).status()).isEqualTo(403);
    }
  }

  @Test
  void noSessionIsResumedPastAChangeOfTheCa() throws Exception {
    var context = Scene.AUTHORITY.trusting();
    for (String version : new String[] {"TLSv1.3", "TLSv1.2"}) {
      scene.serve(service("closed", ClientRoots.NONE));
      var before = wire(context, version);
      assertThat(before.ask(Scene.get(CLOSED)).status()).isEqualTo(200);
      scene.serve(service("closed", CA.clients()));
      assertThat(wire(context, version).ask(Scene.get(CLOSED)).status()).isEqualTo(403);
    }
    var known = showing(CLIENT);
    long first = session(known);
    assertThat(session(known)).as("resumed with the client's chain in it").isEqualTo(first);
    scene.serve(service("closed", OTHER_CA.clients()));
    assertThatThrownBy(() -> wire(known, "TLSv1.2")).isInstanceOf(IOException.class);
  }

  private long session(SSLContext context) throws Exception {
    try (var wire = Wire.tls(context, scene.gateway.https(), "localhost", "TLSv1.2")) {
      assertThat(wire.ask(Scene.get(CLOSED)).status()).isEqualTo(200);
      return ((SSLSocket) wire.socket).getSession().getCreationTime();
    }
  }

  @Test
  void isClosedToThoseWhoComeByAddressOrByPlainHttp() throws Exception {
    var byAddress = scene.closing(Wire.tls(showing(CLIENT), scene.gateway.https(), ""));
    assertThat(byAddress.ask(Scene.get(CLOSED)).status()).isEqualTo(403);
    scene.gateway.update(now ->
        new Snapshot(
                now.certificates(), now.fallback(), HashTreePMap.empty(), now.plain(), now.proofs())
            .withPlain(service("closed", CA.clients())));
    var refused = scene.plain().ask(Scene.get(CLOSED));
    assertThat(refused.status()).isEqualTo(403);
    assertThat(refused.body()).contains("switch on TLS for it");
  }
}
