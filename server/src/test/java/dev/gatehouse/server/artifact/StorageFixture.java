package dev.gatehouse.server.artifact;

import dev.gatehouse.server.environment.EnvironmentRoutes;
import dev.gatehouse.server.model.ModelRoutes;
import dev.gatehouse.server.model.Models;
import dev.gatehouse.server.rest.Caller;
import dev.gatehouse.server.rest.Json;
import dev.gatehouse.server.rest.Request;
import dev.gatehouse.server.rest.Response;
import dev.gatehouse.server.rest.Router;
import dev.gatehouse.server.state.Database;
import dev.gatehouse.server.workspace.Workspaces;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import tools.jackson.databind.JsonNode;

/** The storage routes over a database and a folder, driven without sockets. */
public final class StorageFixture implements AutoCloseable {
  public static final String WORKSPACE = "w-1";
  public static final String PLACE =
      "/subscriptions/sub/resourcegroups/RG1/providers/microsoft.machinelearningservices/workspaces/ws1";
  public static final String ARTIFACTS = "/artifact/v2.0" + PLACE + "/artifacts";
  public static final String MODELS = "/modelmanagement/v1.0" + PLACE;

  private static final byte[] KEY = new byte[32];

  private final Database database;
  private final Path folder;
  private final Router router;

  public final Artifacts artifacts;
  public final Models models;

  /** What {@code ModelUse} answers. */
  public volatile List<String> users = List.of();

  /** Moves only when a test says so. */
  public volatile Instant now = Instant.parse("2026-01-31T12:00:00.123Z");

  public StorageFixture(Path folder) throws IOException {
    this(folder, new CheckedWriter(folder.resolve("contents/incoming")));
  }

  StorageFixture(Path folder, CheckedWriter writer) throws IOException {
    this.folder = folder;
    InstantSource clock = () -> now;
    database = Database.open(folder.resolve("state.db"));
    database
        .jdbi()
        .useHandle(h ->
            h.execute(
                "INSERT OR IGNORE INTO workspace (id, subscription, resource_group, name, location, properties, created_at)"
                    + " VALUES ('w-1', 'sub', 'rg1', 'ws1', 'here', '{}', '2026-01-01T00:00:00Z')"));
    var random = new SecureRandom();
    var contents = new ContentStore(folder.resolve("contents"), writer, now);
    artifacts = new Artifacts(database, contents, random, clock);
    models = new Models(database, artifacts, random, clock);
    var workspaces = new Workspaces(database, clock);
    var links = new BlobLinks(KEY, clock);
    router = new Router(_ -> new Caller("alice"));
    new BlobRoutes(database, contents, links, clock).addTo(router);
    new ArtifactRoutes(workspaces, artifacts, links).addTo(router);
    new DatastoreRoutes(workspaces, links).addTo(router);
    new ModelRoutes(workspaces, models, (_, _) -> users).addTo(router);
    new EnvironmentRoutes(workspaces, database, clock).addTo(router);
  }

  public Response send(String method, String url, String body) {
    return send(method, url, Map.of(), body.getBytes(StandardCharsets.UTF_8));
  }

  public Response get(String url) {
    return send("GET", url, "");
  }

  public Response send(String method, String url, Map<String, String> headers, byte[] body) {
    return send(method, url, headers, new ByteArrayInputStream(body), body.length);
  }

  /** Takes whole URLs too: the user part is dropped, as on the way to a server. */
  public Response send(
      String method, String url, Map<String, String> headers, InputStream body, long length) {
    String[] parts = url.replaceFirst("https://[^/]*", "").split("\\?", 2);
    var lower = new HashMap<String, String>(Map.of("host", "gate.test:8443"));
    headers.forEach((name, value) -> lower.put(name.toLowerCase(java.util.Locale.ROOT), value));
    return router.handle(
        new Request(
            method,
            parts[0],
            Map.of(),
            parts.length < 2 ? Map.of() : query(parts[1]),
            lower,
            body,
            length,
            Caller.ANONYMOUS));
  }

  private static Map<String, String> query(String text) {
    var query = new HashMap<String, String>();
    Arrays.stream(text.split("&"))
        .map(pair -> pair.split("=", 2))
        .forEach(pair ->
            query.put(
                URLDecoder.decode(pair[0], StandardCharsets.UTF_8),
                URLDecoder.decode(pair[1], StandardCharsets.UTF_8)));
    return query;
  }

  /** The upload link of a file, as the client asks for it. */
  public String uploadLink(String container, String path) {
    String body = "{\"paths\":[{\"path\":\"" + path + "\"}]}";
    JsonNode answer =
        json(send("POST", ARTIFACTS + "/batch/metadata/LocalUpload/" + container, body));
    return answer.path("artifactContentInformation").path(path).path("contentUri").stringValue();
  }

  /** Uploads as the client does it with small files. */
  public Response upload(String container, String path, String content) {
    return put(uploadLink(container, path), content);
  }

  public Response put(String link, String content) {
    var headers =
        Map.of(
            "x-ms-blob-type", "BlockBlob",
            "If-None-Match", "*",
            "Content-Type", "application/octet-stream");
    return send("PUT", link, headers, content.getBytes(StandardCharsets.UTF_8));
  }

  public static JsonNode json(Response response) {
    return Json.parse(text(response));
  }

  public static String text(Response response) {
    return switch (response.body()) {
      case Response.Body.None _, Response.Body.Described _ -> "";
      case Response.Body.Bytes bytes -> new String(bytes.content(), StandardCharsets.UTF_8);
      case Response.Body.FilePart part -> {
        try (InputStream in = Files.newInputStream(part.file())) {
          in.skipNBytes(part.offset());
          yield new String(in.readNBytes((int) part.length()), StandardCharsets.UTF_8);
        } catch (IOException e) {
          throw new java.io.UncheckedIOException(e);
        }
      }
    };
  }

  /** Every file of the content store. */
  public List<Path> contents() throws IOException {
    try (Stream<Path> files = Files.walk(folder.resolve("contents"))) {
      return files.filter(Files::isRegularFile).toList();
    }
  }

  @Override
  public void close() {
    database.close();
  }
}
