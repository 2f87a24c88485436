package dev.gatehouse.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.xbill.DNS.DClass;
import org.xbill.DNS.ExtendedFlags;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.OPTRecord;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

class ResponderTest {
  private static final int EDNS_OWNER = 12 + 19 + 4;
  private final Zones zones =
      Zones.of(List.of(Examples.zone(), Examples.empty("child.serve.example")));
  private final Responder responder = new Responder(() -> zones);

  @Test
  void copiesIdentityQuestionAndRecursionDesired() throws IOException {
    var question = question("wWw.Serve.EXAMPLE", Type.A);
    var answer = udp(question);
    assertThat(answer.getHeader().getID()).isEqualTo(question.getHeader().getID());
    assertThat(answer.getHeader().printFlags()).isEqualTo("qr aa rd ");
    assertThat(answer.getQuestion().getName()).hasToString("wWw.Serve.EXAMPLE.");
    assertThat(answer.getSection(Section.ANSWER))
        .allMatch(r -> r.getName().toString().equals("wWw.Serve.EXAMPLE."));
    assertThat(answer.getOPT()).isNull();
  }

  @ParameterizedTest
  @CsvSource({"www.other.example, A", "example, A", "serve.example, AXFR", "serve.example, IXFR"})
  void refusesWhatItDoesNotServe(String name, String type) throws IOException {
    var answer = udp(question(name, Type.value(type)));
    assertThat(answer.getRcode()).isEqualTo(Rcode.REFUSED);
    assertThat(answer.getHeader().getFlag(Flags.AA)).isFalse();
  }

  @Test
  void refusesOtherClasses() throws IOException {
    var version =
        Message.newQuery(Record.newRecord(Name.fromString("version.bind."), Type.TXT, DClass.CH));
    var chaos =
        Message.newQuery(Record.newRecord(Name.fromString("serve.example."), Type.A, DClass.CH));
    assertThat(udp(version).getRcode()).isEqualTo(Rcode.REFUSED);
    assertThat(udp(chaos).getRcode()).isEqualTo(Rcode.REFUSED);
  }

  @Test
  void answersFromTheZoneWithTheLongestApex() throws IOException {
    var answer = udp(question("x.child.serve.example", Type.A));
    assertThat(answer.getSection(Section.AUTHORITY).getFirst().getName())
        .hasToString("child.serve.example.");
  }

  @ParameterizedTest
  @CsvSource({"MAILB", "TKEY", "OPT"})
  void doesNotImplementMetaTypes(String type) throws IOException {
    assertThat(udp(question("serve.example", Type.value(type))).getRcode()).isEqualTo(Rcode.NOTIMP);
  }

  @ParameterizedTest
  @CsvSource({"IQUERY", "STATUS", "NOTIFY", "UPDATE", "DSO"})
  void doesNotImplementOtherOpcodes(String opcode) throws IOException {
    var question = question("serve.example", Type.SOA);
    question.getHeader().setOpcode(Opcode.value(opcode));
    var header = udp(question).getHeader();
    assertThat(header.getRcode()).isEqualTo(Rcode.NOTIMP);
    assertThat(header.getOpcode()).isEqualTo(Opcode.value(opcode));
    assertThat(header.getCount(Section.QUESTION)).isZero();
  }

  @Test
  void echoesEdnsAndItsFlag() throws IOException {
    var question = question("www.serve.example", Type.A);
    question.addRecord(new OPTRecord(4096, 0, 0, ExtendedFlags.DO), Section.ADDITIONAL);
    var edns = udp(question).getOPT();
    assertThat(edns.getPayloadSize()).isEqualTo(1232);
    assertThat(edns.getVersion()).isZero();
    assertThat(edns.getFlags()).isEqualTo(ExtendedFlags.DO);
  }

  @Test
  void refusesOtherVersionsOfEdns() throws IOException {
    var question = question("www.serve.example", Type.A);
    question.addRecord(new OPTRecord(1232, 0, 1), Section.ADDITIONAL);
    var answer = udp(question);
    assertThat(answer.getRcode()).isEqualTo(Rcode.BADVERS);
    assertThat(answer.getOPT().getVersion()).isZero();
    assertThat(answer.getSection(Section.ANSWER)).isEmpty();
  }

  @Test
  void findsEdnsTwiceOrAwayFromTheRootMalformed() throws IOException {
    var twice = question("www.serve.example", Type.A);
    twice.addRecord(new OPTRecord(1232, 0, 0), Section.ADDITIONAL);
    twice.addRecord(new OPTRecord(1232, 0, 0), Section.ADDITIONAL);
    assertThat(udp(twice).getRcode()).isEqualTo(Rcode.FORMERR);

    var elsewhere = question("www.serve.example", Type.A);
    elsewhere.addRecord(new OPTRecord(1232, 0, 0), Section.ADDITIONAL);
    byte[] wire = elsewhere.toWire();
    byte[] named = new byte[wire.length + 1];
    System.arraycopy(wire, 0, named, 0, EDNS_OWNER);
    // The root as owner becomes a pointer to the name of the question.
    named[EDNS_OWNER] = (byte) 0xC0;
    named[EDNS_OWNER + 1] = 12;
    System.arraycopy(wire, EDNS_OWNER + 1, named, EDNS_OWNER + 2, wire.length - EDNS_OWNER - 1);
    assertThat(answer(named).getRcode()).isEqualTo(Rcode.FORMERR);
  }

  @Test
  void findsNoneOrTwoQuestionsMalformed() throws IOException {
    var two = question("www.serve.example", Type.A);
    two.addRecord(two.getQuestion(), Section.QUESTION);
    assertThat(udp(two).getRcode()).isEqualTo(Rcode.FORMERR);
    assertThat(udp(new Message()).getRcode()).isEqualTo(Rcode.FORMERR);
  }

  @Test
  void isSilentToResponsesAndFragments() {
    var response = question("www.serve.example", Type.A);
    response.getHeader().setFlag(Flags.QR);
    assertThat(responder.answer(response.toWire(), Transport.UDP)).isEmpty();
    assertThat(responder.answer(new byte[11], Transport.UDP)).isEmpty();
    assertThat(responder.answer(new byte[0], Transport.TCP)).isEmpty();
  }

  @Test
  void cutsWhatDoesNotFitUdp() throws IOException {
    var wide =
        new Responder(() ->
            Zones.of(
                List.of(
                    Examples.empty()
                        .with(
                            IntStream.range(0, 60)
                                .mapToObj(i -> Examples.a("many.serve.example", "192.0.2." + i))
                                .toList()))));
    var plain = question("many.serve.example", Type.A);
    var edns = question("many.serve.example", Type.A);
    edns.addRecord(new OPTRecord(60_000, 0, 0), Section.ADDITIONAL);
    var cut = new Message(wide.answer(plain.toWire(), Transport.UDP).orElseThrow());
    assertThat(cut.getHeader().getFlag(Flags.TC)).isTrue();
    assertThat(cut.getSection(Section.ANSWER)).isEmpty();
    assertThat(
            new Message(wide.answer(edns.toWire(), Transport.UDP).orElseThrow())
                .getSection(Section.ANSWER))
        .hasSize(60);
    assertThat(
            new Message(wide.answer(plain.toWire(), Transport.TCP).orElseThrow())
                .getSection(Section.ANSWER))
        .hasSize(60);
  }

  @Test
  void leavesCourtesyAddressesOutBeforeCutting() throws IOException {
    var zone =
        Examples.empty()
            .with(
                IntStream.range(0, 60)
                    .mapToObj(i -> Examples.a("ns1.serve.example", "192.0.2." + i))
                    .toList());
    var crowded = new Responder(() -> Zones.of(List.of(zone)));
    var answer =
        new Message(
            crowded
                .answer(question("serve.example", Type.NS).toWire(), Transport.UDP)
                .orElseThrow());
    assertThat(answer.getHeader().getFlag(Flags.TC)).isFalse();
    assertThat(answer.getSection(Section.ANSWER)).hasSize(1);
    assertThat(answer.getSection(Section.ADDITIONAL)).isEmpty();
  }

  @Test
  void cutsAReferralWithoutItsAddresses() throws IOException {
    var zone =
        Examples.empty()
            .with(
                new ResourceRecord(
                    "sub.serve.example", Examples.TTL, new RecordData.Ns("ns.sub.serve.example")))
            .with(
                IntStream.range(0, 60)
                    .mapToObj(i -> Examples.a("ns.sub.serve.example", "192.0.2." + i))
                    .toList());
    var crowded = new Responder(() -> Zones.of(List.of(zone)));
    var answer =
        new Message(
            crowded
                .answer(question("a.sub.serve.example", Type.A).toWire(), Transport.UDP)
                .orElseThrow());
    assertThat(answer.getHeader().getFlag(Flags.TC)).isTrue();
  }

  @Test
  void admitsItsOwnFault() throws IOException {
    var broken =
        new Responder(() -> {
          throw new IllegalStateException("a fault made for this test");
        });
    var question = question("www.serve.example", Type.A);
    var answer = new Message(broken.answer(question.toWire(), Transport.UDP).orElseThrow());
    assertThat(answer.getRcode()).isEqualTo(Rcode.SERVFAIL);
  }

  @Test
  void survivesRandomBytes() throws IOException {
    long seed = System.nanoTime();
    System.out.println("ResponderTest random bytes, seed " + seed);
    var random = new Random(seed);
    byte[] sound = question("www.serve.example", Type.A).toWire();
    for (int i = 0; i < 20_000; i++) {
      byte[] junk = random.nextBoolean() ? bytes(random) : mutated(random, sound);
      var answer = responder.answer(junk, Transport.UDP);
      if (answer.isPresent()) {
        var message = new Message(answer.get());
        assertThat(message.getHeader().getID())
            .as("seed %d", seed)
            .isEqualTo((junk[0] & 0xFF) << 8 | junk[1] & 0xFF);
        assertThat(message.getRcode()).as("seed %d", seed).isNotEqualTo(Rcode.SERVFAIL);
      }
    }
  }

  private static byte[] bytes(Random random) {
    byte[] junk = new byte[random.nextInt(80)];
    random.nextBytes(junk);
    return junk;
  }

  private static byte[] mutated(Random random, byte[] sound) {
    byte[] junk = Arrays.copyOf(sound, random.nextInt(12, sound.length + 20));
    for (int i = random.nextInt(1, 4); i > 0; i--) {
      junk[random.nextInt(junk.length)] = (byte) random.nextInt();
    }
    return junk;
  }

  private Message udp(Message question) throws IOException {
    return answer(question.toWire());
  }

  private Message answer(byte[] asked) throws IOException {
    return new Message(responder.answer(asked, Transport.UDP).orElseThrow());
  }

  private static Message question(String name, int type) {
    return Message.newQuery(Record.newRecord(Name.fromConstantString(name + "."), type, DClass.IN));
  }
}
