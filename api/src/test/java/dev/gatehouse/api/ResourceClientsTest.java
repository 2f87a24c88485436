package dev.gatehouse.api;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.api.TestServer.Answer;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ResourceClientsTest {
  private static final WorkspaceId ID = new WorkspaceId("s", "g", "w");

  @TempDir Path folder;
  private TestServer server;
  private RestClient rest;
  private Session session;
  private ComputeClient computes;
  private CertificateClient certificates;

  @BeforeEach
  void open() throws Exception {
    server = new TestServer(folder).withLogin();
    rest = new RestClient(Trust.of(server.ca), server.address());
    session = new Session(rest, RestClientTest.credentials("right"), InstantSource.system());
    computes = new ComputeClient(session, ID);
    certificates = new CertificateClient(session, ID);
    server.on("GET " + ID.path(), "{\"location\":\"here\"}");
  }

  @AfterEach
  void close() {
    rest.close();
    server.close();
  }

  private void accept(String call) {
    server.on(
        call, _ -> new Answer(202, "{}", Map.of("Azure-AsyncOperation", server.base() + "/op")));
  }

  @Test
  void changesTargetsInTheLocationOfTheWorkspace() {
    accept("PUT " + ID.path() + "/computes/a");
    assertThat(computes.put("a", Wire.object())).isEqualTo(server.base() + "/op");
    assertThat(server.calls.getLast().body())
        .isEqualTo("{\"location\":\"here\",\"properties\":{\"computeType\":\"AKS\"}}");
    server.on("GET /op", "{\"status\":\"Failed\",\"error\":{\"message\":\"no\"}}");
    assertThat(session.operation(server.base() + "/op")).isEqualTo(new OperationState.Failed("no"));
  }

  @Test
  void tellsDetachingFromDeleting() {
    accept("DELETE " + ID.path() + "/computes/a");
    computes.detach("a");
    assertThat(server.calls.getLast().target()).endsWith("underlyingResourceAction=detach");
    computes.delete("a");
    assertThat(server.calls.getLast().target()).endsWith("underlyingResourceAction=delete");
  }

  @Test
  void readsTargetsAndTheirCredentials() {
    server.on("GET " + ID.path() + "/computes", "{\"value\":[{\"name\":\"a\"}]}");
    server.on("GET " + ID.path() + "/computes/a%20b", "{\"name\":\"a b\"}");
    server.on("POST " + ID.path() + "/computes/a/listKeys", "{\"userKubeConfig\":null}");
    assertThat(computes.list()).hasSize(1);
    assertThatThrownBy(() -> computes.get("nobody")).hasMessageContaining("none here");
    assertThat(computes.credentials("a").has("userKubeConfig")).isTrue();
  }

  @Test
  void readsAndRenewsCertificates() {
    String path = ID.path() + "/certificates";
    server.on("GET " + path, "{\"value\":[{\"owner\":\"a\"}]}");
    server.on("GET " + path + "/a", "{\"owner\":\"a\"}");
    accept("POST " + path + "/a/renew");
    assertThat(certificates.list()).hasSize(1);
    assertThat(certificates.get("a").path("owner").asString("")).isEqualTo("a");
    assertThat(certificates.renew("a")).isEqualTo(server.base() + "/op");
  }

  @Test
  void asksForCertificatesAndGivesRequestsUp() {
    String path = ID.path() + "/certificateRequests";
    server.on("POST " + path, "{\"id\":\"1\"}");
    server.on("GET " + path, "{\"value\":[{\"id\":\"1\"}]}");
    server.on("DELETE " + path + "/1", _ -> new Answer(204, "", Map.of()));
    assertThat(certificates.request(Wire.object().put("cname", "a.b")).path("id").asString(""))
        .isEqualTo("1");
    assertThat(server.calls.getLast().body()).isEqualTo("{\"cname\":\"a.b\"}");
    assertThat(certificates.openRequests()).hasSize(1);
    certificates.cancelRequest("1");
    assertThatThrownBy(() -> certificates.cancelRequest("2")).hasMessageContaining("none here");
  }

  @Test
  void changesServicesAndPollsWhereTheirOperationsAre() {
    String models = "/modelmanagement/v1.0" + ID.path();
    var services = new ServiceClient(session, ID);
    server.on("GET " + models + "/services", "{\"value\":[{\"name\":\"a\"}]}");
    server.on("GET " + models + "/services/a", "{\"name\":\"a\",\"state\":\"Healthy\"}");
    server.on(
        "PATCH " + models + "/services/a",
        _ -> new Answer(202, "{}", Map.of("Operation-Location", "/api/x/operations/o1")));
    assertThat(services.list()).hasSize(1);
    assertThat(services.get("a").state()).isEqualTo("Healthy");
    assertThat(services.update("a", Wire.array())).isEqualTo(models + "/operations/o1");
  }

  @Test
  void blamesTheServerForAMissingHeader() {
    server.on("POST " + ID.path() + "/certificates/a/renew", "{}");
    assertThatThrownBy(() -> certificates.renew("a")).hasMessageContaining("Azure-AsyncOperation");
  }
}
