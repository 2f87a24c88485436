package dev.gatehouse.api;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Map;
import java.util.Optional;
import java.util.random.RandomGenerator;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/** What a script does in a workspace, call by call as the SDK does it. */
public final class WorkspaceClient {
  private static final DateTimeFormatter STAMP =
      DateTimeFormatter.ofPattern("yyMMdd'T'HHmmss").withZone(ZoneOffset.UTC);

  private final Session session;
  private final String path;
  private final String location;
  private final Discovery discovery;
  private final InstantSource clock;
  private final RandomGenerator random;

  private record Discovery(String api, String history, String modelManagement) {}

  private WorkspaceClient(
      Session session, JsonNode workspace, InstantSource clock, RandomGenerator random) {
    this.session = session;
    this.path = Wire.text(workspace, "id");
    this.location = Wire.text(workspace, "location");
    this.clock = clock;
    this.random = random;
    String url = Wire.text(workspace.path("properties"), "discoveryUrl");
    JsonNode services = session.client().get(url, Map.of()).json();
    this.discovery =
        new Discovery(
            Wire.text(services, "api"),
            Wire.text(services, "history"),
            Wire.text(services, "modelmanagement"));
  }

  /** Reads the workspace and where its services are. */
  public static WorkspaceClient open(
      Session session, WorkspaceId id, InstantSource clock, RandomGenerator random) {
    return new WorkspaceClient(
        session, session.get(id.path() + "?api-version=2022-05-01"), clock, random);
  }

  /** Uploads a file and returns its artifact id, {@code LocalUpload/<container>/<file name>}. */
  public String upload(Path file) throws IOException {
    String name = file.getFileName().toString();
    String container = STAMP.format(clock.instant()) + "-%08x".formatted(random.nextInt());
    ObjectNode request = Wire.object();
    request.putArray("paths").addObject().put("path", name);
    String artifacts =
        discovery.history() + "/artifact/v2.0" + path + "/artifacts/batch/metadata/LocalUpload/";
    JsonNode made = session.send("POST", artifacts + container, request).json();
    String address = Wire.text(made.path("artifactContentInformation").path(name), "contentUri");
    Map<String, String> headers =
        Map.of(
            "x-ms-blob-type", "BlockBlob",
            "x-ms-version", "2021-08-06",
            "If-None-Match", "*",
            "Content-Type", "application/octet-stream");
    session.client().send("PUT", address, headers, Files.readAllBytes(file)).orProblem();
    return "LocalUpload/" + container + "/" + name;
  }

  /** Uploads and registers the model and returns its id, {@code name:version}. */
  public String register(ModelFile model) throws IOException {
    ObjectNode asset = Wire.object().put("name", model.name());
    asset.putArray("artifacts").addObject().put("prefix", upload(model.file()));
    String assetId = Wire.text(session.send("POST", models() + "/assets", asset).json(), "id");
    ObjectNode request =
        Wire.object()
            .put("name", model.name())
            .put("url", "aml://asset/" + assetId)
            .put("mimeType", "application/json")
            .put("unpack", false)
            .put("framework", model.framework());
    request.putArray("datasets");
    return Wire.text(session.send("POST", models() + "/models", request).json(), "id");
  }

  public Optional<ComputeTarget> compute(String name) {
    Reply reply =
        session.reply("GET", discovery.api() + "/rp/workspaces" + path + "/computes/" + name);
    return reply.status() == 404 ? Optional.empty() : Optional.of(new ComputeTarget(reply.json()));
  }

  /**
   * Makes the compute target with TLS under the label, or updates it to that, and returns the URL
   * of the operation.
   */
  public String putCompute(String name, String leafDomainLabel) {
    ObjectNode request = Wire.object().put("location", location);
    request
        .putObject("properties")
        .put("computeType", "AKS")
        .putObject("properties")
        .putObject("sslConfiguration")
        .put("status", "Auto")
        .put("leafDomainLabel", leafDomainLabel)
        .put("overwriteExistingDomain", true);
    String target = path + "/computes/" + name + "?api-version=2020-02-02";
    return session.send("PUT", target, request).required("Azure-AsyncOperation");
  }

  /** Reads the operation at the URL that {@link #putCompute} gave. */
  public OperationState computeOperation(String url) {
    return OperationState.read(session.get(url));
  }

  /** Deploys what the request says and returns the operation's id. */
  public String deploy(ObjectNode request) {
    String url =
        session.send("POST", models() + "/services", request).required("Operation-Location");
    return url.substring(url.lastIndexOf('/') + 1);
  }

  /** Reads the operation, its log from that character on. */
  public OperationState serviceOperation(String id, int offset) {
    return OperationState.read(session.get(models() + "/operations/" + id + "?offset=" + offset));
  }

  public WebService service(String name) {
    return new WebService(session.get(models() + "/services/" + name + "?expand=true"));
  }

  public Secret primaryKey(String service) {
    JsonNode keys = session.reply("POST", models() + "/services/" + service + "/listkeys").json();
    return new Secret(Wire.text(keys, "primaryKey"));
  }

  private String models() {
    return discovery.modelManagement() + "/modelmanagement/v1.0" + path;
  }
}
