package dev.gatehouse.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;

@Timeout(30)
class RemoteZoneTest {
  private static final String HOST = "a.serve.example";
  private static final String CHALLENGE = "_acme-challenge.a.serve.example";
  private static final Duration TTL = Duration.ofMinutes(1);
  private static final TsigKey KEY = key("update.key", 1);

  private FakeMaster master;
  private RemoteZone zone;

  private static TsigKey key(String name, int filler) {
    var secret = new byte[32];
    secret[0] = (byte) filler;
    return new TsigKey(name, TsigKey.Algorithm.HMAC_SHA256, secret);
  }

  @BeforeEach
  void start() throws IOException {
    master = new FakeMaster(KEY);
    zone = zone(KEY);
  }

  private RemoteZone zone(TsigKey key) {
    return new RemoteZone(master.address(), Examples.APEX, key, Duration.ofSeconds(5));
  }

  @AfterEach
  void stop() {
    master.close();
  }

  private List<String> data() {
    return master.records.stream().map(Record::rdataToString).toList();
  }

  @Test
  void replacesTheAddressesOfANameInOneUpdate() throws IOException {
    zone.replaceAddresses(HOST, TTL, List.of(Examples.ip("192.0.2.1")));
    zone.replaceAddresses(HOST, TTL, List.of(Examples.ip("192.0.2.2"), Examples.ip("2001:db8::2")));
    assertThat(data()).containsExactly("192.0.2.2", "2001:db8:0:0:0:0:0:2");
    assertThat(master.updates).hasSize(2);
    assertThat(zone.server()).isEqualTo(master.address());
  }

  @Test
  void sendsNothingWhenTheServerAnswersRightAlready() throws IOException {
    zone.replaceAddresses(HOST, TTL, List.of(Examples.ip("192.0.2.1")));
    zone.replaceAddresses(HOST, TTL, List.of(Examples.ip("192.0.2.1")));
    assertThat(master.updates).hasSize(1);
  }

  @Test
  void addsAndRemovesOneTextBesideOthers() throws IOException {
    zone.add(ResourceRecord.txt(CHALLENGE, TTL, "one"));
    zone.add(ResourceRecord.txt(CHALLENGE, TTL, "two"));
    assertThat(data()).containsExactly("one", "two");
    zone.remove(ResourceRecord.txt(CHALLENGE, Duration.ofDays(1), "one"));
    assertThat(data()).containsExactly("two");
  }

  @ParameterizedTest
  @CsvSource({
    "REFUSED, permit updates",
    "NOTAUTH, not the primary server of the zone serve.example",
    "NOTZONE, not in the zone serve.example",
    "SERVFAIL, that server's log"
  })
  void saysWhichServerRefusedWithWhatAndWhatToDo(String code, String advice) {
    master.refusal = Rcode.value(code);
    assertThatThrownBy(() -> zone.add(ResourceRecord.txt(CHALLENGE, TTL, "one")))
        .isInstanceOf(DnsFault.class)
        .hasMessageContaining(Asking.text(master.address()))
        .hasMessageContaining(CHALLENGE)
        .hasMessageContaining(code)
        .hasMessageContaining(advice);
  }

  @Test
  void saysThatTheSecretOrTheNameOfTheKeyIsWrong() {
    assertThatThrownBy(
            () -> zone(key("update.key", 2)).add(ResourceRecord.txt(CHALLENGE, TTL, "one")))
        .hasMessageContaining("BADSIG")
        .hasMessageContaining("secret of the key 'update.key'");
    assertThatThrownBy(
            () -> zone(key("other.key", 1)).add(ResourceRecord.txt(CHALLENGE, TTL, "one")))
        .hasMessageContaining("BADKEY")
        .hasMessageContaining("does not know the key 'other.key'");
    assertThat(master.records).isEmpty();
  }

  @Test
  void doesNotTrustAnAnswerThatIsNotSigned() {
    master.signs = false;
    assertThatThrownBy(() -> zone.add(ResourceRecord.txt(CHALLENGE, TTL, "one")))
        .hasMessageContaining("not signed with the key 'update.key'");
  }

  @Test
  void doesNotTrustASuccessThatCannotBeSeen() {
    master.forgetful = true;
    assertThatThrownBy(() -> zone.replaceAddresses(HOST, TTL, List.of(Examples.ip("192.0.2.1"))))
        .hasMessageContaining("accepted the update of a.serve.example")
        .hasMessageContaining("192.0.2.1");
    assertThatThrownBy(() -> zone.add(ResourceRecord.txt(CHALLENGE, TTL, "one")))
        .hasMessageContaining("the new record of type TXT");
    master.records.add(
        Wire.record(Name.fromConstantString(CHALLENGE + "."), 60, new RecordData.Txt("one")));
    assertThatThrownBy(() -> zone.remove(ResourceRecord.txt(CHALLENGE, TTL, "one")))
        .hasMessageContaining("no such record of type TXT left");
  }

  @Test
  void saysThatTheServerAnswersNoQuestions() {
    master.questionsRefusal = Rcode.REFUSED;
    assertThatThrownBy(() -> zone.replaceAddresses(HOST, TTL, List.of(Examples.ip("192.0.2.1"))))
        .hasMessageContaining("answers REFUSED")
        .hasMessageContaining("serves the zone serve.example");
  }

  @Test
  void givesUpOnASilentServerAndNamesIt() throws IOException {
    try (var silent =
        new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
      var address = (InetSocketAddress) silent.getLocalSocketAddress();
      var deaf = new RemoteZone(address, Examples.APEX, KEY, Duration.ofMillis(100));
      assertThatThrownBy(() -> deaf.replaceAddresses(HOST, TTL, List.of()))
          .isInstanceOf(DnsFault.class)
          .hasMessageContaining(Asking.text(address) + " did not answer within 100 ms");
    }
  }
}
