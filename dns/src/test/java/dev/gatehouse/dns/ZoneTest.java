package dev.gatehouse.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Type;

class ZoneTest {
  private static final ResourceRecord WWW = Examples.a("www.serve.example", "192.0.2.2");
  private final Zone empty = Examples.empty();

  @Test
  void raisesTheSerialWithEachChange() {
    var changed =
        empty.with(WWW).without(WWW).with(List.of(WWW, Examples.a("b.serve.example", "192.0.2.3")));
    assertThat(changed.authority().serial()).isEqualTo(103);
    assertThat(empty.authority().serial()).isEqualTo(100);
  }

  @Test
  void staysTheSameWhenNothingChanges() {
    var zone = empty.with(WWW);
    assertThat(zone.with(WWW)).isSameAs(zone);
    assertThat(zone.without(Examples.a("www.serve.example", "192.0.2.9"))).isSameAs(zone);
    assertThat(zone.withoutName("other.serve.example")).isSameAs(zone);
  }

  @Test
  void startsTheSerialAgainAfterTheLargest() {
    var last =
        Zone.of(
            "z.example",
            new StartOfAuthority("ns.z.example", "a@z.example", 4294967295L, Duration.ZERO));
    assertThat(last.with(Examples.a("a.z.example", "192.0.2.1")).authority().serial()).isZero();
  }

  @Test
  void leavesTheOldStateUntouched() {
    var before = empty.with(WWW);
    var after = before.withoutName("WWW.serve.example.");
    assertThat(before.recordsAt("www.serve.example")).containsExactly(WWW);
    assertThat(after.recordsAt("www.serve.example")).isEmpty();
  }

  @Test
  void givesASetTheTtlThatCameLast() {
    var second =
        ResourceRecord.address(
            "www.serve.example", Duration.ofSeconds(7), Examples.ip("192.0.2.3"));
    assertThat(empty.with(WWW).with(second).recordsAt("www.serve.example"))
        .extracting(ResourceRecord::ttl)
        .containsExactly(Duration.ofSeconds(7), Duration.ofSeconds(7));
  }

  @Test
  void removesOneOfTwoChallengesAtTheSameName() {
    var one = ResourceRecord.txt("_acme-challenge.serve.example", Examples.TTL, "one");
    var two = ResourceRecord.txt("_acme-challenge.serve.example", Examples.TTL, "two");
    var zone = empty.with(List.of(one, two)).without(one);
    assertThat(zone.recordsAt("_acme-challenge.serve.example")).containsExactly(two);
  }

  @Test
  void forgetsNamesThatOnlyLedToARemovedOne() {
    var zone =
        empty
            .with(Examples.a("a.b.c.serve.example", "192.0.2.1"))
            .withoutName("a.b.c.serve.example");
    assertThat(rcode(zone, "c.serve.example")).isEqualTo(Rcode.NXDOMAIN);
  }

  @Test
  void keepsANameThatStillLeadsToAnother() {
    var zone =
        empty
            .with(
                List.of(
                    Examples.a("a.b.serve.example", "192.0.2.1"),
                    Examples.a("b.serve.example", "192.0.2.1"),
                    Examples.a("c.b.serve.example", "192.0.2.1")))
            .withoutName("b.serve.example")
            .withoutName("c.b.serve.example");
    assertThat(rcode(zone, "b.serve.example")).isEqualTo(Rcode.NOERROR);
    assertThat(rcode(zone, "c.b.serve.example")).isEqualTo(Rcode.NXDOMAIN);
  }

  @Test
  void answersTheSameWhateverOrderOfChangesLedThere() {
    long seed = System.nanoTime();
    var random = new Random(seed);
    var zone = empty;
    var kept = new TreeSet<String>();
    for (int i = 0; i < 2_000; i++) {
      String name = randomName(random);
      zone =
          random.nextInt(3) > 0 ? zone.with(Examples.a(name, "192.0.2.1")) : zone.withoutName(name);
      if (zone.recordsAt(name).isEmpty()) {
        kept.remove(name);
      } else {
        kept.add(name);
      }
    }
    for (int i = 0; i < 500; i++) {
      String name = randomName(random);
      boolean exists = kept.stream().anyMatch(k -> k.equals(name) || k.endsWith("." + name));
      assertThat(rcode(zone, name))
          .as("seed %d, name %s", seed, name)
          .isEqualTo(exists ? Rcode.NOERROR : Rcode.NXDOMAIN);
    }
  }

  @Test
  void knowsWhatItEncloses() {
    assertThat(empty.encloses("Serve.Example.")).isTrue();
    assertThat(empty.encloses("a.b.serve.example")).isTrue();
    assertThat(empty.encloses("preserve.example")).isFalse();
  }

  @Test
  void refusesANameOutside() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> empty.with(Examples.a("www.other.example", "192.0.2.1")))
        .withMessage(
            "record name: 'www.other.example' (expected: a name at or below serve.example)");
  }

  @Test
  void refusesOtherRecordsBesideAnAlias() {
    var alias = Examples.cname("www.serve.example", "a.example");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> empty.with(WWW).with(alias))
        .withMessageContaining("a CNAME alone at its name");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> empty.with(alias).with(WWW))
        .withMessageContaining("a CNAME alone at its name");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> empty.with(alias).with(Examples.cname("www.serve.example", "b.example")));
  }

  @Test
  void refusesToLoseItsLastNameServer() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> empty.withoutName("serve.example"))
        .withMessage(
            "zone serve.example: no NS record is left at the apex (expected: at least one)");
  }

  @Test
  void refusesASetThatNoMessageCanHold() {
    var many =
        IntStream.range(0, 4)
            .mapToObj(
                i -> ResourceRecord.txt("t.serve.example", Examples.TTL, i + "x".repeat(16_000)))
            .toList();
    assertThatIllegalArgumentException()
        .isThrownBy(() -> empty.with(many))
        .withMessageContaining("t.serve.example TXT: too many");
  }

  private static String randomName(Random random) {
    var name = new StringBuilder();
    for (int i = random.nextInt(1, 5); i > 0; i--) {
      name.append((char) ('a' + random.nextInt(3))).append('.');
    }
    return name + "serve.example";
  }

  private static int rcode(Zone zone, String name) {
    return Lookup.ask(zone, Names.wire(name), Type.A).rcode();
  }
}
