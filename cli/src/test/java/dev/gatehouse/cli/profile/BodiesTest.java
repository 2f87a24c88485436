package dev.gatehouse.cli.profile;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BodiesTest {

  @Test
  void readsOneBodyOfEachLine() {
    assertThat(Bodies.read("a.jsonl", "{\"data\": [1]}\n\n[2]\n"))
        .containsExactly("{\"data\":[1]}", "[2]");
    assertThat(Bodies.read("a.jsonl", "[1]\n[2]\n")).containsExactly("[1]", "[2]");
  }

  @Test
  void readsOneArrayOfBodies() {
    assertThat(Bodies.read("a.json", "[\n  {\"data\": [1]},\n  {\"data\": [2]}\n]\n"))
        .containsExactly("{\"data\":[1]}", "{\"data\":[2]}");
  }

  @Test
  void makesABodyOfEachRow() {
    assertThat(Bodies.read("a.CSV", "age,name\n1.5,\"x, \"\"y\"\"\"\n-2e3,\n"))
        .containsExactly("{\"data\":[[1.5,\"x, \\\"y\\\"\"]]}", "{\"data\":[[-2000.0,null]]}");
    assertThat(Bodies.read("a.csv", "1,2\n3,4\n")).hasSize(2);
  }

  @ParameterizedTest
  @CsvSource({
    "a.jsonl, '{}\n{\"a\":\n', 'a.jsonl, line 2, is not JSON'",
    "a.jsonl, '{} {}', 'a.jsonl, line 1, is not JSON'",
    "a.json, '[1, 2', 'line 1'",
    "a.csv, '1,2\n3\n', 'a.csv, line 2, has 1 values (expected: 2'",
    "a.csv, 'a,b\n\"3,4\n', 'line 2: a quotation mark is not closed'",
    "a.csv, 'a,b\n', 'holds 0 requests'",
    "a.json, ' ', 'is empty'",
  })
  void namesTheLineThatCannotBeRead(String name, String text, String said) {
    assertThatThrownBy(() -> Bodies.read(name, text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(said);
  }
}
