package dev.gatehouse.server.collection;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.gateway.DataCollection;
import dev.gatehouse.gateway.Served;
import dev.gatehouse.gateway.collect.Collected;
import dev.gatehouse.gateway.collect.Collector;
import dev.gatehouse.server.rest.Json;
import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http.DefaultHttpHeaders;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;

class CollectedFilesTest {
  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-01-02T03:04:05Z"));

  @TempDir Path root;

  private static void collect(Predicate<Collected> to, byte[] request, String type, byte[] answer) {
    var one =
        new Collector(40_000, 1 << 30, CLOCK, to)
            .begin(new DataCollection("s/g/w/wine", 1))
            .orElseThrow();
    one.requestHead(
        new DefaultHttpHeaders()
            .set("Content-Type", type)
            .set("Authorization", "Bearer secret")
            .set("Cookie", "secret"));
    one.requestPart(Unpooled.wrappedBuffer(request));
    one.answerHead(new DefaultHttpHeaders().set("Content-Type", "application/json"));
    one.answerPart(Unpooled.wrappedBuffer(answer));
    one.ended(
        new Served(
            "192.0.2.1",
            "",
            "",
            "a.test",
            "wine",
            "v2",
            "POST",
            "/api/v1/service/wine/score",
            200,
            request.length,
            answer.length,
            1_500_000,
            "id1",
            "trace1"));
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  private JsonNode written(byte[] request, String type, byte[] answer) throws IOException {
    try (var files = new CollectedFiles(root, 1 << 20)) {
      collect(files, request, type, answer);
    }
    return Json.parse(Files.readString(root.resolve("s/g/w/wine/v2/2026-01-02.jsonl")));
  }

  @Test
  void writesALineOfJsonAndNoSecret() throws Exception {
    var line = written(bytes("{\"data\":[\"ä\"]}"), "application/json", bytes("[1]"));
    assertThat(line)
        .isEqualTo(
            Json.parse(
                """
                {"time":"2026-01-02T03:04:05Z","id":"id1","trace":"trace1","service":"wine",
                 "version":"v2","method":"POST","path":"/api/v1/service/wine/score","status":200,
                 "ms":1.5,
                 "request":{"type":"application/json","bytes":15,"body":"{\\"data\\":[\\"ä\\"]}"},
                 "response":{"type":"application/json","bytes":3,"body":"[1]"}}\
                """));
    assertThat(line.toString()).doesNotContain("secret");
    Path file = root.resolve("s/g/w/wine/v2/2026-01-02.jsonl");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  void writesWhatIsNoTextInBase64() throws Exception {
    var line = written(new byte[] {(byte) 0xff, 0, 1}, "image/png", bytes("a\0b"));
    assertThat(line.path("request").path("base64").asString()).isEqualTo("/wAB");
    assertThat(line.path("response").path("base64").asString()).isEqualTo("YQBi");
  }

  @Test
  void marksWhatIsCutAndKeepsWholeCharacters() throws Exception {
    var line = written(bytes("x" + "ä".repeat(30_000)), "text/plain", bytes("1"));
    var request = line.path("request");
    assertThat(request.path("truncated").asBoolean()).isTrue();
    assertThat(request.path("bytes").asLong()).isEqualTo(60_001);
    assertThat(request.path("body").asString()).isEqualTo("x" + "ä".repeat(19_999));
  }

  @Test
  void keepsSoManyBytesOfEachPlaceAndGoesOnAfterARestart() throws Exception {
    long keep = 1 << 20;
    for (int i = 0; i < 12; i++) {
      try (var files = new CollectedFiles(root, keep)) {
        for (int j = 0; j < 5; j++) {
          collect(files, bytes("x".repeat(30_000)), "text/plain", bytes(i + ""));
        }
      }
    }
    List<Path> left = files();
    long total = 0;
    for (Path file : left) {
      total += Files.size(file);
    }
    assertThat(total).isBetween(keep / 2, keep + keep / 8);
    assertThat(left)
        .extracting(file -> file.getFileName().toString())
        .doesNotContain("2026-01-02.jsonl");
    assertThat(left)
        .anySatisfy(file -> assertThat(file).content().contains("\"bytes\":2,\"body\":\"11\""));
  }

  private List<Path> files() throws IOException {
    try (Stream<Path> all = Files.walk(root)) {
      return all.filter(Files::isRegularFile).toList();
    }
  }

  @Test
  void removesTheOldestOfEachServicesModelData() throws Exception {
    for (int day = 1; day <= 4; day++) {
      for (String service : List.of("wine", "small")) {
        Path file =
            root.resolve("s/g/w/%s/m/1/inputs/2026/01/0%d/data.csv".formatted(service, day));
        Files.createDirectories(file.getParent());
        Files.writeString(file, "x".repeat(service.equals("wine") ? 1_000 : 10));
        Files.setLastModifiedTime(
            file, FileTime.from(Instant.parse("2026-01-0" + day + "T00:00:00Z")));
      }
    }
    try (var data = new ModelData(root, 2_500)) {
      data.tidy();
    }
    assertThat(root.resolve("s/g/w/wine/m/1/inputs/2026/01"))
        .isDirectoryNotContaining("glob:**/0[12]");
    assertThat(root.resolve("s/g/w/wine/m/1/inputs/2026/01/04/data.csv")).exists();
    assertThat(files()).hasSize(6);
  }

  @Test
  void countsWhatCannotBeWrittenAndGoesOn() throws Exception {
    Path file = Files.writeString(root.resolve("s"), "in the way");
    var files = new CollectedFiles(root, 1 << 20);
    collect(files, bytes("a"), "text/plain", bytes("b"));
    files.close();
    assertThat(files.counts().get(1).value().getAsLong()).isEqualTo(1);
    assertThat(file).hasContent("in the way");
    assertThat(Optional.of(files.counts().get(0).value().getAsLong())).contains(0L);
  }
}
