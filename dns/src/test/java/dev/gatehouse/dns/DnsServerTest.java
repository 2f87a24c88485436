package dev.gatehouse.dns;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Name;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.SOARecord;
import org.xbill.DNS.Section;
import org.xbill.DNS.SimpleResolver;
import org.xbill.DNS.Type;

@Timeout(30)
class DnsServerTest {
  private static final InetSocketAddress ANY_PORT =
      new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  private static final int PATIENCE_MILLIS = 10_000;

  private final DnsServer server = new DnsServer(ANY_PORT, List.of(Examples.zone()));

  @BeforeEach
  void start() throws IOException {
    server.start();
  }

  @AfterEach
  void close() {
    server.close();
  }

  @Test
  void answersOverBothTransports() throws IOException {
    for (boolean tcp : new boolean[] {false, true}) {
      var resolver = resolver();
      resolver.setTCP(tcp);
      var answer = resolver.send(question("WwW.serve.example", Type.A));
      assertThat(answer.getSection(Section.ANSWER))
          .extracting(Record::rdataToString)
          .containsExactly("192.0.2.2", "192.0.2.3");
      assertThat(answer.getQuestion().getName()).hasToString("WwW.serve.example.");
    }
  }

  @Test
  void sendsTheClientToTcpWhenTheAnswerIsTooLong() throws IOException {
    server.update(
        Examples.APEX,
        zone ->
            zone.with(
                IntStream.range(0, 250)
                    .mapToObj(i -> Examples.a("many.serve.example", "192.0.2." + i))
                    .toList()));
    var question = question("many.serve.example", Type.A);
    var keptAsItIs = resolver();
    keptAsItIs.setIgnoreTruncation(true);
    assertThat(keptAsItIs.send(question).getHeader().getFlag(Flags.TC)).isTrue();
    assertThat(resolver().send(question).getSection(Section.ANSWER)).hasSize(250);
  }

  @Test
  void keepsATcpConnectionOpenForMoreQuestions() throws IOException {
    try (var socket = connect(server)) {
      for (int i = 0; i < 3; i++) {
        assertThat(exchange(socket, question("www.serve.example", Type.A)).getRcode())
            .isEqualTo(Rcode.NOERROR);
      }
    }
  }

  @Test
  void answersQuestionsThatComeTogetherOverTcp() throws IOException {
    try (var socket = connect(server)) {
      var out = new DataOutputStream(socket.getOutputStream());
      var first = question("www.serve.example", Type.A);
      var second = question("nowhere.serve.example", Type.A);
      send(out, first.toWire());
      send(out, second.toWire());
      assertThat(receive(socket).getHeader().getID()).isEqualTo(first.getHeader().getID());
      assertThat(receive(socket).getHeader().getID()).isEqualTo(second.getHeader().getID());
    }
  }

  @Test
  void closesATcpConnectionThatStaysSilentOrDripsBytes() throws IOException {
    var limits = new TcpLimits(10, Duration.ofMillis(150));
    try (var hasty = started(limits);
        var silent = connect(hasty);
        var dripping = connect(hasty)) {
      dripping.getOutputStream().write(new byte[] {0, 40, 1, 2, 3});
      assertThat(silent.getInputStream().read()).isEqualTo(-1);
      assertThat(dripping.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void closesATcpConnectionWhoseMessageIsNoDns() throws IOException {
    try (var socket = connect(server)) {
      socket.getOutputStream().write(new byte[] {0, 3, 1, 2, 3});
      assertThat(socket.getInputStream().read()).isEqualTo(-1);
    }
  }

  @Test
  void makesRoomByClosingTheConnectionThatIsSilentForLongest() throws IOException {
    var limits = new TcpLimits(2, Duration.ofMinutes(1));
    try (var small = started(limits);
        var first = connect(small);
        var second = connect(small)) {
      exchange(first, question("www.serve.example", Type.A));
      exchange(second, question("www.serve.example", Type.A));
      exchange(first, question("www.serve.example", Type.A));
      try (var third = connect(small)) {
        assertThat(exchange(third, question("www.serve.example", Type.A)).getRcode()).isZero();
        assertThat(second.getInputStream().read()).isEqualTo(-1);
        assertThat(exchange(first, question("www.serve.example", Type.A)).getRcode()).isZero();
      }
    }
  }

  @Test
  void survivesJunkOverUdp() throws IOException {
    long seed = System.nanoTime();
    System.out.println("DnsServerTest junk, seed " + seed);
    var random = new Random(seed);
    try (var socket = new DatagramSocket()) {
      for (int i = 0; i < 500; i++) {
        var junk = new byte[random.nextInt(100)];
        random.nextBytes(junk);
        socket.send(new DatagramPacket(junk, junk.length, server.address()));
      }
    }
    assertThat(askedAgain(question("www.serve.example", Type.A)).getRcode())
        .isEqualTo(Rcode.NOERROR);
  }

  /** As stub resolvers do: datagrams are lost where many are under way. */
  private Message askedAgain(Message question) throws IOException {
    for (int left = 3; ; left--) {
      try {
        return resolver().send(question);
      } catch (IOException e) {
        if (left == 0) {
          throw e;
        }
      }
    }
  }

  @Test
  void answersFormatErrorToABrokenQuestion() throws IOException {
    byte[] broken = question("www.serve.example", Type.A).toWire();
    broken[12] = 63;
    try (var socket = new DatagramSocket()) {
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket.send(new DatagramPacket(broken, broken.length, server.address()));
      var packet = new DatagramPacket(new byte[512], 512);
      socket.receive(packet);
      assertThat(packet.getLength()).isEqualTo(12);
      assertThat(packet.getData()[3] & 0xF).isEqualTo(Rcode.FORMERR);
    }
  }

  @Test
  void showsEachQuestionOneWholeStateWhileZonesAreSwapped() throws Exception {
    var pair =
        List.of(
            Examples.a("pair.serve.example", "192.0.2.10"),
            Examples.a("pair.serve.example", "192.0.2.11"));
    long swaps = 0;
    long before = server.zone(Examples.APEX).orElseThrow().authority().serial();
    try (var clients = Executors.newVirtualThreadPerTaskExecutor()) {
      var asking = new ArrayList<Future<Long>>();
      for (int i = 0; i < 3; i++) {
        asking.add(clients.submit(this::askAndWatchTheSerial));
      }
      while (!asking.stream().allMatch(Future::isDone)) {
        swaps++;
        server.update(
            Examples.APEX,
            zone ->
                zone.recordsAt("pair.serve.example").isEmpty()
                    ? zone.with(pair)
                    : zone.without(pair));
      }
      for (var each : asking) {
        assertThat(each.get()).isBetween(before, before + swaps);
      }
    }
    assertThat(server.zones().getFirst().authority().serial()).isEqualTo(before + swaps);
  }

  @Test
  void losesNoneOfManyConcurrentChanges() {
    try (var writers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (int i = 0; i < 200; i++) {
        var record = Examples.a("w" + i + ".serve.example", "192.0.2.1");
        writers.submit(() -> server.update(Examples.APEX, zone -> zone.with(record)));
      }
    }
    var zone = server.zone("Serve.Example").orElseThrow();
    assertThat(IntStream.range(0, 200))
        .allMatch(i -> zone.recordsAt("w" + i + ".serve.example").size() == 1);
  }

  @Test
  void servesOtherZonesOnceTheyAreInstalled() throws IOException {
    server.install(List.of(Examples.empty("one.example"), Examples.empty("two.example")));
    assertThat(resolver().send(question("two.example", Type.SOA)).getRcode())
        .isEqualTo(Rcode.NOERROR);
    assertThat(resolver().send(question("www.serve.example", Type.A)).getRcode())
        .isEqualTo(Rcode.REFUSED);
    assertThat(server.zone("serve.example")).isEmpty();
  }

  @Test
  void refusesTheSameApexTwiceAndChangesOfOtherZones() {
    assertThatIllegalArgumentException()
        .isThrownBy(() -> server.install(List.of(Examples.zone(), Examples.empty())))
        .withMessageContaining("'serve.example' twice");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> server.update("other.example", zone -> zone))
        .withMessageContaining("not served here (expected: one of [serve.example])");
    assertThatIllegalArgumentException()
        .isThrownBy(() -> server.update("serve.example", _ -> Examples.empty("other.example")))
        .withMessageContaining("the same apex");
  }

  @Test
  void namesTheAddressThatIsTaken() {
    try (var second = new DnsServer(server.address(), List.of())) {
      assertThatExceptionOfType(IOException.class)
          .isThrownBy(second::start)
          .withMessageContaining("127.0.0.1:" + server.address().getPort());
    }
  }

  @Test
  void freesThePortAndEndsItsThreadsWhenClosed() throws IOException {
    var address = server.address();
    try (var held = connect(server)) {
      exchange(held, question("www.serve.example", Type.A));
      server.close();
      assertThat(held.getInputStream().read()).isEqualTo(-1);
    }
    try (var next = new DnsServer(address, List.of(Examples.zone()))) {
      next.start();
      assertThat(next.address()).isEqualTo(address);
    }
  }

  @Test
  void startsOnceAndHasAnAddressOnlyThen() {
    assertThatIllegalStateException().isThrownBy(server::start);
    try (var unstarted = new DnsServer(ANY_PORT, List.of())) {
      assertThatIllegalStateException().isThrownBy(unstarted::address);
    }
    assertThatIllegalArgumentException()
        .isThrownBy(
            () -> new DnsServer(InetSocketAddress.createUnresolved("a.example", 53), List.of()));
  }

  @Test
  void refusesLimitsThatLetNobodyIn() {
    assertThatIllegalArgumentException().isThrownBy(() -> new TcpLimits(0, Duration.ofSeconds(1)));
    assertThatIllegalArgumentException().isThrownBy(() -> new TcpLimits(1, Duration.ZERO));
  }

  /** Gives the last serial seen; it never falls, and the pair is there whole or not at all. */
  private long askAndWatchTheSerial() throws IOException {
    var resolver = resolver();
    long last = 0;
    for (int i = 0; i < 300; i++) {
      var answer = resolver.send(question("pair.serve.example", Type.A));
      assertThat(answer.getSection(Section.ANSWER).size()).isIn(0, 2);
      var soa =
          (SOARecord)
              resolver
                  .send(question("serve.example", Type.SOA))
                  .getSection(Section.ANSWER)
                  .getFirst();
      assertThat(soa.getSerial()).isGreaterThanOrEqualTo(last);
      last = soa.getSerial();
    }
    return last;
  }

  private static DnsServer started(TcpLimits limits) throws IOException {
    var started = new DnsServer(ANY_PORT, List.of(Examples.zone()), limits);
    started.start();
    return started;
  }

  private SimpleResolver resolver() {
    var resolver = new SimpleResolver(server.address());
    resolver.setTimeout(Duration.ofMillis(PATIENCE_MILLIS));
    return resolver;
  }

  private static Socket connect(DnsServer server) throws IOException {
    var socket = new Socket(server.address().getAddress(), server.address().getPort());
    socket.setSoTimeout(PATIENCE_MILLIS);
    return socket;
  }

  private static Message exchange(Socket socket, Message question) throws IOException {
    send(new DataOutputStream(socket.getOutputStream()), question.toWire());
    return receive(socket);
  }

  private static void send(DataOutputStream out, byte[] message) throws IOException {
    out.writeShort(message.length);
    out.write(message);
    out.flush();
  }

  private static Message receive(Socket socket) throws IOException {
    var in = new DataInputStream(socket.getInputStream());
    return new Message(in.readNBytes(in.readUnsignedShort()));
  }

  private static Message question(String name, int type) {
    return Message.newQuery(Record.newRecord(Name.fromConstantString(name + "."), type, DClass.IN));
  }
}
