package dev.gatehouse.server.artifact;

import static dev.gatehouse.server.artifact.StorageFixture.PLACE;
import static dev.gatehouse.server.artifact.StorageFixture.json;
import static dev.gatehouse.server.artifact.StorageFixture.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.server.rest.Response;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;

class DatastoreTest {
  private static final String STORES = "/datastore/v1.0" + PLACE;

  @TempDir Path folder;
  private StorageFixture storage;

  @BeforeEach
  void open() throws IOException {
    storage = new StorageFixture(folder);
  }

  @AfterEach
  void close() {
    storage.close();
  }

  @Test
  void describesTheDefaultDatastoreSoThatItsBlobsComeHere() {
    JsonNode store = json(storage.get(STORES + "/default"));
    JsonNode section = store.path("azureStorageSection");
    assertThat(store.path("name").stringValue()).isEqualTo("workspaceblobstore");
    assertThat(section.path("endpoint").stringValue()).isEqualTo("x@gate.test:8443/blobs");
    assertThat(section.path("containerName").stringValue()).isEqualTo("azureml-blobstore-w-1");
  }

  @Test
  void listsAndFindsItByName() {
    JsonNode listed = json(storage.get(STORES + "/datastores?count=100&includeSecret=true"));
    assertThat(listed.path("value").size()).isEqualTo(1);
    assertThat(storage.get(STORES + "/datastores/workspaceblobstore").status()).isEqualTo(200);
    assertThat(text(storage.get(STORES + "/datastores/other"))).contains("'other'");
  }

  @Test
  void replacesABlobWhenAskedTo() {
    put("probe.txt", "one");
    assertThat(put("probe.txt", "hello").status()).isEqualTo(201);
    assertThat(text(storage.get(blob("probe.txt")))).isEqualTo("hello");
    assertThat(storage.put(blob("probe.txt"), "new").status()).isEqualTo(409);
  }

  @ParameterizedTest
  @CsvSource({
    "bytes=0-33554431, 206, hello, bytes 0-4/5",
    "bytes=1-2, 206, el, bytes 1-2/5",
    "bytes=3-, 206, lo, bytes 3-4/5",
    "bytes=-2, 206, lo, bytes 3-4/5",
    "bytes=5-, 416, '', bytes */5",
    "bytes=2-1, 200, hello, ",
    "bytes=-, 200, hello, ",
    "lines=1-2, 200, hello, "
  })
  void sendsRanges(String range, int status, String expected, String contentRange) {
    put("probe.txt", "hello");
    for (String header : new String[] {"x-ms-range", "Range"}) {
      Response got = storage.send("GET", blob("probe.txt"), Map.of(header, range), new byte[0]);
      assertThat(got.status()).isEqualTo(status);
      assertThat(text(got)).isEqualTo(expected);
      assertThat(got.headers().get("Content-Range")).isEqualTo(contentRange);
    }
  }

  @Test
  void saysThatAnEmptyBlobHasNoRange() {
    put("empty", "");
    var first = Map.of("x-ms-range", "bytes=0-33554431");
    Response refused = storage.send("GET", blob("empty"), first, new byte[0]);
    assertThat(refused.status()).isEqualTo(416);
    assertThat(refused.headers()).containsEntry("x-ms-error-code", "InvalidRange");
    assertThat(storage.get(blob("empty")).status()).isEqualTo(200);
  }

  @Test
  void noticesThatABlobChangedBetweenTwoParts() {
    String tag = put("probe.txt", "hello").headers().get("ETag");
    var same = Map.of("If-Match", tag, "x-ms-range", "bytes=0-1");
    assertThat(storage.send("GET", blob("probe.txt"), same, new byte[0]).status()).isEqualTo(206);
    put("probe.txt", "other");
    assertThat(storage.send("GET", blob("probe.txt"), same, new byte[0]).headers())
        .containsEntry("x-ms-error-code", "ConditionNotMet");
  }

  @Test
  void listsBlobsInPages() {
    for (String name : new String[] {"a/1", "a/2 <&>", "a/3", "b"}) {
      put(name.replace(" ", "%20"), name);
    }
    String list = container("&comp=list&prefix=a/&maxresults=2");
    String first = text(storage.get(list));
    assertThat(first)
        .contains("<Name>a/1</Name>", "<Name>a/2 &lt;&amp;", "<NextMarker>a/2 &lt;&amp;")
        .doesNotContain("a/3");
    assertThat(text(storage.get(list + "&marker=a/2%20%3C%26%3E")))
        .contains(
            "<Name>a/3</Name>", "<Content-Length>3</Content-Length>", "<NextMarker></NextMarker>")
        .doesNotContain("<Name>b</Name>");
  }

  @Test
  void tellsThatTheContainerIsThere() {
    assertThat(storage.send("HEAD", container(""), "").status()).isEqualTo(200);
    assertThat(storage.get(container("&comp=acl")).status()).isEqualTo(400);
    assertThat(storage.get(container("&comp=list&maxresults=x")).status()).isEqualTo(400);
    assertThat(storage.get(container("&comp=list&delimiter=/")).status()).isEqualTo(400);
  }

  @Test
  void deletesABlob() {
    put("probe.txt", "hello");
    assertThat(storage.send("DELETE", blob("probe.txt"), "").status()).isEqualTo(202);
    assertThat(storage.send("HEAD", blob("probe.txt"), "").headers())
        .containsEntry("x-ms-error-code", "BlobNotFound");
    assertThat(storage.send("DELETE", blob("probe.txt"), "").status()).isEqualTo(404);
  }

  @Test
  void opensNoOtherContainer() {
    put("probe.txt", "hello");
    String other = blob("probe.txt").replace("azureml-blobstore-w-1", "azureml-blobstore-w-2");
    assertThat(storage.get(other).status()).isEqualTo(403);
    assertThat(storage.put(other, "x").status()).isEqualTo(403);
  }

  @Test
  void keepsBlobsOverARestart() throws IOException {
    put("dir/probe.txt", "hello");
    String link = blob("dir/probe.txt");
    storage.close();
    storage = new StorageFixture(folder);
    assertThat(text(storage.get(link))).isEqualTo("hello");
  }

  private Response put(String name, String content) {
    var headers = Map.of("x-ms-blob-type", "BlockBlob", "Content-Type", "application/octet-stream");
    return storage.send("PUT", blob(name), headers, content.getBytes(StandardCharsets.UTF_8));
  }

  private String blob(String name) {
    return url("/" + name) + token();
  }

  private String container(String query) {
    return url("") + token() + "&restype=container" + query;
  }

  private static String url(String name) {
    return "/blobs/azureml-blobstore-w-1" + name + "?";
  }

  private String token() {
    return json(storage.get(STORES + "/default"))
        .path("azureStorageSection")
        .path("sasToken")
        .stringValue();
  }
}
