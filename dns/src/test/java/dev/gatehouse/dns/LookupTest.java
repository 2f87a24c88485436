package dev.gatehouse.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Type;

class LookupTest {
  private final Zone zone = Examples.zone();

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource(
      quoteCharacter = '\'',
      value = {
        "www.serve.example, A, 192.0.2.2 192.0.2.3",
        "ns1.serve.example, AAAA, 2001:db8:0:0:0:0:0:53",
        "serve.example, A, 192.0.2.1",
        "serve.example, CAA, 0 issue \"ca.example\"",
        "serve.example, NS, ns1.serve.example.",
        "_acme-challenge.www.serve.example, TXT, token\\\\one",
        "one.serve.example, CNAME, two.serve.example.",
        "one.serve.example, A, two.serve.example. www.serve.example. 192.0.2.2 192.0.2.3",
        "x.alias.serve.example, A, www.serve.example. 192.0.2.2 192.0.2.3",
        "leaves.serve.example, A, www.elsewhere.example.",
        "round.serve.example, A, about.serve.example. round.serve.example.",
        "x.apps.serve.example, A, 192.0.2.5",
        "z.y.x.apps.serve.example, A, 192.0.2.5",
        "*.apps.serve.example, A, 192.0.2.5",
        "www.serve.example, ANY, \"RFC8482\" \"\"",
        "one.serve.example, ANY, two.serve.example.",
      })
  void answersWithTheRecordsOfTheName(String name, String type, String data) {
    var answer = ask(name, type);
    assertThat(texts(answer.answers())).isEqualTo(data);
    assertThat(answer.rcode()).isEqualTo(Rcode.NOERROR);
    assertThat(answer.authoritative()).isTrue();
  }

  @ParameterizedTest(name = "{0} {1}")
  @CsvSource({
    "www.serve.example, AAAA",
    "www.serve.example, SOA",
    "ent.serve.example, A",
    "under.ent.serve.example, A",
    "ent.serve.example, ANY",
    "apps.serve.example, A",
    "x.apps.serve.example, AAAA",
    "taken.apps.serve.example, A",
    "branch.apps.serve.example, A",
    "one.serve.example, TXT",
    "sub.serve.example, DS",
  })
  void saysThatTheNameHasNoRecordOfTheType(String name, String type) {
    var answer = ask(name, type);
    assertThat(answer.rcode()).isEqualTo(Rcode.NOERROR);
    assertThat(answer.authoritative()).isTrue();
    assertThat(answer.authority()).hasOnlyElementsOfType(SOARecord.class).hasSize(1);
  }

  @ParameterizedTest
  @CsvSource({
    "nowhere.serve.example",
    "x.www.serve.example",
    "x.ent.serve.example",
    // A name that exists stops the wildcard for all below it (RFC 4592 section 2.2.1).
    "x.taken.apps.serve.example",
    "x.branch.apps.serve.example",
    "a.*.apps.serve.example",
  })
  void saysThatTheNameDoesNotExist(String name) {
    var answer = ask(name, "A");
    assertThat(answer.rcode()).isEqualTo(Rcode.NXDOMAIN);
    assertThat(answer.answers()).isEmpty();
    assertThat(answer.authority()).hasOnlyElementsOfType(SOARecord.class).hasSize(1);
  }

  @Test
  void keepsTheAliasWhenItsTargetDoesNotExist() {
    var answer = ask("broken.serve.example", "A");
    assertThat(answer.rcode()).isEqualTo(Rcode.NXDOMAIN);
    assertThat(texts(answer.answers())).isEqualTo("nowhere.serve.example.");
    assertThat(answer.authority()).hasOnlyElementsOfType(SOARecord.class);
  }

  @Test
  void answersTheAuthorityWithTheNegativeTtlAndTheSerial() {
    var soa = (SOARecord) ask("serve.example", "SOA").answers().getFirst();
    assertThat(soa.rdataToString())
        .isEqualTo("ns1.serve.example. dns\\.admin.serve.example. 101 86400 7200 3600000 60");
    assertThat(soa.getTTL()).isEqualTo(60);
  }

  @Test
  void addsTheAddressesOfTheNameServers() {
    var answer = ask("serve.example", "NS");
    assertThat(texts(answer.additional())).isEqualTo("192.0.2.53 2001:db8:0:0:0:0:0:53");
  }

  @ParameterizedTest
  @CsvSource({
    "sub.serve.example, A",
    "sub.serve.example, NS",
    "x.y.sub.serve.example, A",
    "x.sub.serve.example, DS",
    "ns.sub.serve.example, A",
  })
  void refersToTheServersOfADelegatedName(String name, String type) {
    var answer = ask(name, type);
    assertThat(answer.authoritative()).isFalse();
    assertThat(texts(answer.authority())).isEqualTo("ns.sub.serve.example.");
    assertThat(texts(answer.additional())).isEqualTo("192.0.2.7");
  }

  @Test
  void refersAfterAnAliasIntoADelegatedName() {
    var answer = ask("down.serve.example", "A");
    assertThat(answer.authoritative()).isTrue();
    assertThat(texts(answer.answers())).isEqualTo("host.sub.serve.example.");
    assertThat(texts(answer.authority())).isEqualTo("ns.sub.serve.example.");
  }

  @Test
  void answersUnderTheNameInTheCaseOfTheQuestion() {
    var answer = ask("X.aPPs.SERVE.example", "A");
    assertThat(answer.answers())
        .extracting(record -> record.getName().toString())
        .containsExactly("X.aPPs.SERVE.example.");
  }

  @Test
  void endsAnOverlongChainOfAliases() {
    var longChain = zone;
    for (int i = 0; i < 40; i++) {
      longChain =
          longChain.with(
              Examples.cname("c" + i + ".serve.example", "c" + (i + 1) + ".serve.example"));
    }
    var answer = Lookup.ask(longChain, Names.wire("c0.serve.example"), Type.A);
    assertThat(answer.answers()).hasSize(16);
  }

  @Test
  void survivesANameTooLongForAWildcard() {
    String label = "a".repeat(63);
    String longest = String.join(".", label, label, label, "b".repeat(61)) + ".";
    Name name = Name.fromConstantString(longest);
    var small = Examples.empty(longest.substring(64, longest.length() - 1));
    assertThat(Lookup.ask(small, name, Type.A).rcode()).isEqualTo(Rcode.NXDOMAIN);
  }

  private Answer ask(String name, String type) {
    return Lookup.ask(zone, Name.fromConstantString(name + "."), Type.value(type));
  }

  private static String texts(List<Record> records) {
    return records.stream().map(Record::rdataToString).collect(Collectors.joining(" "));
  }
}
