package dev.gatehouse.server.artifact;

import static dev.gatehouse.server.artifact.StorageFixture.ARTIFACTS;
import static dev.gatehouse.server.artifact.StorageFixture.WORKSPACE;
import static dev.gatehouse.server.artifact.StorageFixture.json;
import static dev.gatehouse.server.artifact.StorageFixture.text;
import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.server.rest.Response;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ArtifactUploadTest {
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
  void hidesTheDotsOfTheUploadLinkInItsUserPart() {
    assertThat(storage.uploadLink("c1", "deep/b c.txt"))
        .matches(
            "https://s\\.blob\\.x@gate\\.test:8443/artifacts/[0-9a-z]+\\?sv=[-0-9]+&sr=b&sp=rcw"
                + "&se=2026-02-01T12:00:00Z&sig=[-_0-9A-Za-z]{43}");
  }

  @Test
  void keepsWhatIsUploadedWhole() {
    String link = storage.uploadLink("c1", "deep/b c.txt");
    assertThat(storage.send("HEAD", link, "").status()).isEqualTo(404);

    Response put = storage.put(link, "hello");

    assertThat(put.status()).isEqualTo(201);
    assertThat(put.headers())
        .containsKeys("ETag", "x-ms-request-id", "x-ms-version")
        .containsEntry("Last-Modified", "Sat, 31 Jan 2026 12:00:00 GMT");
    Response head = storage.send("HEAD", link, "");
    assertThat(head.body()).isEqualTo(new Response.Body.Described(5));
    assertThat(head.headers())
        .containsEntry("ETag", put.headers().get("ETag"))
        .containsEntry("x-ms-blob-type", "BlockBlob");
  }

  @Test
  void givesDownloadLinksOfAllFilesUnderAPrefix() {
    storage.upload("c1", "dir/a.txt", "a");
    storage.upload("c1", "dir/deep/b c.txt", "b");
    storage.upload("c1", "directory.txt", "no");
    storage.uploadLink("c1", "dir/never-uploaded");

    var value =
        json(storage.get(ARTIFACTS + "/prefix/contentinfo/LocalUpload/c1/dir//")).path("value");

    assertThat(value.valueStream().map(item -> item.path("path").stringValue()))
        .containsExactly("dir/a.txt", "dir/deep/b c.txt");
    Response got = storage.get(value.get(1).path("contentUri").stringValue());
    assertThat(got.status()).isEqualTo(200);
    assertThat(text(got)).isEqualTo("b");
  }

  @Test
  void findsOneFileByItsExactPath() {
    storage.upload("c1", "deep/b c.txt", "b");
    String place = "/LocalUpload/c1/deep/b%20c.txt";

    var found = json(storage.get(ARTIFACTS + "/contentinfo" + place));

    assertThat(text(storage.get(found.path("contentUri").stringValue()))).isEqualTo("b");
    assertThat(json(storage.get(ARTIFACTS + "/metadata" + place)).path("artifactId").stringValue())
        .isEqualTo("LocalUpload/c1/deep/b c.txt");
    Response none = storage.get(ARTIFACTS + "/contentinfo/LocalUpload/c1/deep");
    assertThat(none.status()).isEqualTo(404);
    assertThat(text(none)).contains("ArtifactNotFound").contains("'deep'");
  }

  @Test
  void listsAContainer() {
    storage.upload("c1", "a", "1");
    storage.upload("c2", "b", "2");
    var listed = json(storage.get(ARTIFACTS + "/LocalUpload/c1"));
    assertThat(listed.path("value").size()).isEqualTo(1);
    assertThat(listed.path("continuationToken").isNull()).isTrue();
  }

  @Test
  void takesARepetitionButNoOtherContent() {
    String link = storage.uploadLink("c1", "a.txt");
    storage.put(link, "hello");

    assertThat(storage.put(storage.uploadLink("c1", "a.txt"), "hello").status()).isEqualTo(201);
    Response other = storage.put(link, "other");

    assertThat(other.status()).isEqualTo(409);
    assertThat(other.headers()).containsEntry("x-ms-error-code", "BlobAlreadyExists");
    assertThat(storage.artifacts.under(WORKSPACE, place("c1", "a.txt")).getFirst().size())
        .isEqualTo(5);
  }

  @Test
  void storesTheSameContentOnce() throws IOException {
    storage.upload("c1", "a", "same");
    storage.upload("c2", "b", "same");
    assertThat(storage.contents()).hasSize(1);
  }

  @Test
  void putsBlocksTogether() throws IOException {
    String link = storage.uploadLink("c1", "big.bin");
    block(link, "QUE=", "hello ");
    block(link, "QkI=", "world");

    Response made = blockList(link, "QUE=", "QkI=");

    assertThat(made.status()).isEqualTo(201);
    var stored = storage.artifacts.under(WORKSPACE, place("c1", "big.bin")).getFirst();
    assertThat(stored.file()).hasContent("hello world");
    assertThat(storage.contents()).containsExactly(stored.file());
  }

  @Test
  void answersARepeatedBlockListLikeTheFirst() {
    String link = storage.uploadLink("c1", "big.bin");
    block(link, "QUE=", "hello");
    Response first = blockList(link, "QUE=");
    Response second = blockList(link, "QUE=");
    assertThat(second.status()).isEqualTo(201);
    assertThat(second.headers().get("ETag")).isEqualTo(first.headers().get("ETag"));
  }

  @Test
  void namesTheBlockThatIsMissing() {
    String link = storage.uploadLink("c1", "big.bin");
    block(link, "QUE=", "hello");
    Response refused = blockList(link, "QUE=", "QkI=");
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.headers()).containsEntry("x-ms-error-code", "InvalidBlockList");
    assertThat(text(refused)).contains("QkI=");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "no xml",
        "<Other/>",
        "<BlockList><Committed>QUE=</Committed></BlockList>",
        "<!DOCTYPE BlockList [<!ENTITY e SYSTEM \"file:///etc/hostname\">]><BlockList><Latest>&e;</Latest></BlockList>"
      })
  void refusesWhatIsNoBlockList(String document) {
    String link = storage.uploadLink("c1", "big.bin");
    Response refused = storage.send("PUT", link + "&comp=blocklist", document);
    assertThat(refused.status()).isEqualTo(400);
    assertThat(refused.headers()).containsEntry("x-ms-error-code", "InvalidXmlDocument");
  }

  @Test
  void leavesNothingOfAnUploadThatIsCutInHalf() throws IOException {
    String link = storage.uploadLink("c1", "a.txt");

    Response cut =
        storage.send("PUT", link, Map.of(), new ByteArrayInputStream(new byte[500]), 1000);

    assertThat(cut.status()).isEqualTo(400);
    assertThat(text(cut)).contains("500 of 1000 bytes arrived");
    assertThat(storage.contents()).isEmpty();
    assertThat(storage.send("HEAD", link, "").status()).isEqualTo(404);
  }

  @Test
  void leavesNothingOfAnUploadWhoseConnectionBreaks() throws IOException {
    InputStream broken =
        new SequenceInputStream(
            new ByteArrayInputStream(new byte[500]),
            new InputStream() {
              @Override
              public int read() throws IOException {
                throw new IOException("reset");
              }
            });
    String link = storage.uploadLink("c1", "a.txt");

    Response cut = storage.send("PUT", link, Map.of(), broken, -1);

    assertThat(cut.status()).isEqualTo(400);
    assertThat(cut.headers()).containsEntry("x-ms-error-code", "IncompleteBody");
    assertThat(storage.contents()).isEmpty();
  }

  @Test
  @EnabledOnOs(OS.LINUX)
  void saysThatTheDiskIsFullAndLeavesNothing() throws IOException {
    storage.close();
    storage =
        new StorageFixture(
            folder,
            new CheckedWriter(
                folder.resolve("contents/incoming"),
                _ -> FileChannel.open(Path.of("/dev/full"), StandardOpenOption.WRITE)));

    Response full = storage.upload("c1", "a.txt", "hello");

    assertThat(full.status()).isEqualTo(507);
    assertThat(text(full)).contains("InsufficientStorage").contains("Free some space");
    assertThat(storage.contents()).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"Content-sha256", "Content-MD5"})
  void refusesABodyThatWasDamaged(String header) throws IOException {
    byte[] body = "hello".getBytes(StandardCharsets.UTF_8);
    String link = storage.uploadLink("c1", "a.txt");

    Response damaged = storage.send("PUT", link, Map.of(header, "AAAA"), body);

    assertThat(damaged.status()).isEqualTo(400);
    assertThat(text(damaged)).contains("not the announced one");
    assertThat(storage.contents()).isEmpty();
    assertThat(storage.send("PUT", link, Map.of(header, "?"), body).status()).isEqualTo(400);
  }

  @Test
  void takesABodyWithTheRightDigests() {
    var headers =
        Map.of(
            "Content-sha256", "LPJNul+wow4m6DsqxbninhsWHlwfp0JecwQzYpOLmCQ=",
            "Content-MD5", "XUFAKrxLKna5cZ2REBfFkg==");
    byte[] body = "hello".getBytes(StandardCharsets.UTF_8);
    assertThat(storage.send("PUT", storage.uploadLink("c1", "a"), headers, body).status())
        .isEqualTo(201);
  }

  @Test
  void refusesLinksThatAreForgedWidenedOrOver() {
    String link = storage.uploadLink("c1", "a.txt");
    storage.put(link, "hello");
    String reading =
        json(storage.get(ARTIFACTS + "/contentinfo/LocalUpload/c1/a.txt"))
            .path("contentUri")
            .stringValue();
    String other = storage.uploadLink("c1", "b.txt");
    String query = link.substring(link.indexOf('?'));

    assertThat(storage.put(reading, "x")).matches(r -> r.status() == 403, "reading only");
    assertThat(storage.get(reading.replace("sp=r&", "sp=rcw&")).status()).isEqualTo(403);
    assertThat(storage.get(link.replaceFirst("se=2026", "se=2036")).status()).isEqualTo(403);
    assertThat(storage.put(other.substring(0, other.indexOf('?')) + query, "x").status())
        .isEqualTo(403);
    assertThat(storage.get(link.substring(0, link.indexOf('?'))).status()).isEqualTo(403);
    storage.now = storage.now.plus(Duration.ofHours(25));
    assertThat(text(storage.get(reading))).contains("AuthenticationFailed").contains("it ended at");
  }

  @ParameterizedTest
  @ValueSource(strings = {"../x", "/x", "a//b", "a/./b", "..", "a\\u0000b"})
  void refusesPathsThatLeadOutOfAFolder(String path) {
    Response refused =
        storage.send(
            "POST",
            ARTIFACTS + "/batch/metadata/LocalUpload/c1",
            "{\"paths\":[{\"path\":\"" + path + "\"}]}");
    assertThat(refused.status()).isEqualTo(400);
    assertThat(text(refused)).contains("artifact's path");
  }

  @Test
  void asksForPaths() {
    Response refused =
        storage.send("POST", ARTIFACTS + "/batch/metadata/LocalUpload/c1", "{\"paths\":[]}");
    assertThat(refused.status()).isEqualTo(400);
    assertThat(text(refused)).contains("'paths' is missing");
  }

  @Test
  void refusesOtherKindsOfBlobsAndOperations() {
    String link = storage.uploadLink("c1", "a.txt");
    var page = Map.of("x-ms-blob-type", "PageBlob");
    assertThat(text(storage.send("PUT", link, page, new byte[0]))).contains("'PageBlob'");
    assertThat(storage.send("PUT", link + "&comp=lease", "").status()).isEqualTo(400);
    assertThat(storage.send("PUT", link + "&comp=block", "x").status()).isEqualTo(400);
  }

  @Test
  void keepsEverythingOverARestart() throws IOException {
    String link = storage.uploadLink("c1", "a.txt");
    storage.put(link, "hello");
    String unfinished = storage.uploadLink("c1", "big.bin");
    block(unfinished, "QUE=", "part");
    Files.writeString(folder.resolve("contents/incoming/123.part"), "half");
    storage.close();

    storage = new StorageFixture(folder);

    assertThat(text(storage.get(link))).isEqualTo("hello");
    assertThat(blockList(unfinished, "QUE=").status()).isEqualTo(201);
    assertThat(folder.resolve("contents/incoming")).isEmptyDirectory();
  }

  @Test
  void forgetsBlocksOfUploadsThatNobodyFinished() throws IOException {
    block(storage.uploadLink("c1", "big.bin"), "QUE=", "part");
    storage.close();
    new ContentStore(
        folder.resolve("contents"), () -> java.time.Instant.now().plus(Duration.ofDays(8)));
    storage = new StorageFixture(folder);
    assertThat(storage.contents()).isEmpty();
  }

  private static ArtifactReference place(String container, String path) {
    return ArtifactReference.parse("aml://artifact/LocalUpload/" + container + "/" + path);
  }

  private void block(String link, String id, String content) {
    Response put = storage.send("PUT", link + "&comp=block&blockid=" + id, content);
    assertThat(put.status()).isEqualTo(201);
  }

  private Response blockList(String link, String... ids) {
    var document = new StringBuilder("<?xml version='1.0' encoding='utf-8'?>\n<BlockList>");
    for (String id : ids) {
      document.append("<Latest>").append(id).append("</Latest>");
    }
    var headers = Map.of("If-None-Match", "*", "Content-Type", "application/xml");
    return storage.send(
        "PUT",
        link + "&comp=blocklist",
        headers,
        document.append("</BlockList>").toString().getBytes(StandardCharsets.UTF_8));
  }
}
