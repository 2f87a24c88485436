package dev.gatehouse.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class RecordsTest {
  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "a..b",
        "-a.example",
        "a b.example",
        "a.*.example",
        "*",
        "bücher.example",
        "a.example.."
      })
  void refusesWhatIsNoName(String name) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Examples.a(name, "192.0.2.1"))
        .withMessageContaining("'" + name + "'")
        .withMessageContaining("expected: a host name");
  }

  @Test
  void refusesNamesAndLabelsThatAreTooLong() {
    String long254 = "a.".repeat(126) + "ab";
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Names.host("name", long254))
        .withMessageContaining("longer than 253");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Names.owner("name", "*." + long254.substring(2)))
        .withMessageContaining("longer than 253");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> Names.host("name", "a".repeat(64)))
        .withMessageContaining("1-63");
  }

  @Test
  void refusesWildcardsWhereTheyMeanNothing() {
    var ns = new RecordData.Ns("ns.example");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new ResourceRecord("*.example", Examples.TTL, ns))
        .withMessageContaining("no wildcard");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RecordData.Cname("*.example"))
        .withMessageContaining("CNAME target");
  }

  @Test
  void refusesTimesThatARecordCannotCarry() {
    var data = new RecordData.Txt("x");
    for (var ttl :
        List.of(Duration.ofSeconds(-1), Duration.ofMillis(1500), Duration.ofDays(36_500))) {
      assertThatIllegalArgumentException()
          .isThrownBy(() -> new ResourceRecord("a.example", ttl, data))
          .withMessageContaining("expected: whole seconds");
    }
  }

  @Test
  void refusesTextThatIsNotPrintable() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RecordData.Txt("a\nb"))
        .withMessageContaining("printable ASCII");
    assertThatIllegalArgumentException().isThrownBy(() -> new RecordData.Caa(0, "issue", "ü"));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RecordData.Caa(0, "is-sue", "a"))
        .withMessageContaining("CAA tag: 'is-sue'");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new RecordData.Caa(256, "issue", "a"))
        .withMessageContaining("0 to 255");
  }

  @Test
  void cutsLongTextIntoStringsOf255() {
    String text = "x".repeat(300) + "\\";
    var wire =
        Wire.record(Names.wire("a.example"), 1, new RecordData.Txt(text)).rdataToWireCanonical();
    assertThat(wire).hasSize(1 + 255 + 1 + 46).endsWith('x', '\\');
    assertThat(wire[256]).isEqualTo((byte) 46);
  }

  @Test
  void carriesEmptyText() {
    var record = Wire.record(Names.wire("a.example"), 1, new RecordData.Txt(""));
    assertThat(record.rdataToString()).isEqualTo("\"\"");
  }

  @ParameterizedTest
  @ValueSource(strings = {"nobody", "a b@serve.example", "@serve.example", "a@", "a@b@c"})
  void refusesAContactThatIsNoMailAddress(String contact) {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new StartOfAuthority("ns.example", contact, 1, Duration.ZERO))
        .withMessageStartingWith("SOA contact");
  }

  @Test
  void refusesASerialThatDoesNotFit() {
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> new StartOfAuthority("ns.example", "a@b.example", 1L << 32, Duration.ZERO))
        .withMessageContaining("SOA serial");
  }
}
