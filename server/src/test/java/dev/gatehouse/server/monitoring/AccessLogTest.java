package dev.gatehouse.server.monitoring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.gateway.Served;
import dev.gatehouse.server.rest.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.InstantSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccessLogTest {
  private static final InstantSource CLOCK =
      InstantSource.fixed(Instant.parse("2026-01-01T00:00:00Z"));

  @TempDir Path folder;

  private static Served served(String path) {
    return new Served(
        "192.0.2.1",
        "TLSv1.3",
        "a.test",
        "a.test",
        "s",
        "v1",
        "POST",
        path,
        200,
        17,
        42,
        1_234_567,
        "id\"1\n",
        "0af7651916cd43dd8448eb211c80319c");
  }

  private AccessLog open(AccessLog.Bounds bounds) throws IOException {
    return new AccessLog(folder.resolve("logs/access.jsonl"), bounds, CLOCK);
  }

  @Test
  void writesALineOfJsonPerRequest() throws Exception {
    Path file = folder.resolve("logs/access.jsonl");
    try (var log = open(AccessLog.Bounds.DEFAULT)) {
      log.accept(served("/api/v1/service/s/score"));
      log.accept(served("/other"));
    }
    var lines = Files.readAllLines(file);
    assertThat(lines).hasSize(2);
    assertThat(Json.parse(lines.getFirst()))
        .isEqualTo(
            Json.parse(
                """
                {"time":"2026-01-01T00:00:00Z","remote":"192.0.2.1","tls":"TLSv1.3",
                 "sni":"a.test","host":"a.test","service":"s",
                 "version":"v1","method":"POST","path":"/api/v1/service/s/score","status":200,
                 "received":17,"bytes":42,"ms":1.234,"id":"id\\"1\\n",
                 "trace":"0af7651916cd43dd8448eb211c80319c"}\
                """));
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  void hidesThePathThatIsASecret() throws Exception {
    try (var log = open(AccessLog.Bounds.DEFAULT)) {
      log.accept(served("/msi/token/secret1"));
      log.accept(served("//MSI//token/secret2"));
    }
    assertThat(Files.readString(folder.resolve("logs/access.jsonl"))).doesNotContain("secret");
  }

  @Test
  void keepsThreeFilesOfBoundedSize() throws Exception {
    for (int i = 0; i < 6; i++) {
      try (var log = open(new AccessLog.Bounds(500, 100))) {
        log.accept(served("/" + i));
      }
    }
    assertThat(folder.resolve("logs")).isDirectoryContaining(p -> p.endsWith("access.jsonl.2"));
    try (var files = Files.list(folder.resolve("logs"))) {
      assertThat(files.toList()).hasSize(3).allMatch(file -> file.toFile().length() <= 500);
    }
    assertThat(Files.readString(folder.resolve("logs/access.jsonl"))).contains("\"/5\"");
  }

  @Test
  void dropsAndCountsWhatItCannotTake() throws Exception {
    var log = open(AccessLog.Bounds.DEFAULT);
    log.close();
    log.accept(served("/late"));
    assertThat(log.dropped()).isEqualTo(1);
  }

  @Test
  void saysAtTheStartThatTheFileCannotBeOpened() throws Exception {
    Files.createDirectories(folder.resolve("logs/access.jsonl"));
    assertThatThrownBy(() -> open(AccessLog.Bounds.DEFAULT)).isInstanceOf(IOException.class);
  }
}
