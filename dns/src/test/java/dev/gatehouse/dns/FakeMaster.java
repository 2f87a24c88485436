package dev.gatehouse.dns;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramPacket;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.xbill.DNS.DClass;
import org.xbill.DNS.Flags;
import org.xbill.DNS.Message;
import org.xbill.DNS.Opcode;
import org.xbill.DNS.Rcode;
import org.xbill.DNS.Record;
import org.xbill.DNS.Section;
import org.xbill.DNS.Type;

/** Somebody else's server: takes signed updates over TCP and answers over UDP. */
final class FakeMaster implements AutoCloseable {
  final List<Record> records = new CopyOnWriteArrayList<>();
  final List<Message> updates = new CopyOnWriteArrayList<>();
  private final TsigKey key;
  private final ServerSocket tcp;
  private final DatagramSocket udp;
  volatile int refusal = Rcode.NOERROR;
  volatile int questionsRefusal = Rcode.NOERROR;
  volatile boolean forgetful;
  volatile boolean signs = true;

  FakeMaster(TsigKey key) throws IOException {
    this.key = key;
    this.tcp = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
    this.udp = new DatagramSocket(new InetSocketAddress(tcp.getInetAddress(), tcp.getLocalPort()));
    Thread.startVirtualThread(this::serveTcp);
    Thread.startVirtualThread(this::serveUdp);
  }

  InetSocketAddress address() {
    return new InetSocketAddress(tcp.getInetAddress(), tcp.getLocalPort());
  }

  private void serveTcp() {
    while (!tcp.isClosed()) {
      try (var client = tcp.accept()) {
        var in = new DataInputStream(client.getInputStream());
        byte[] asked = in.readNBytes(in.readUnsignedShort());
        byte[] answer = update(new Message(asked), asked);
        var out = new DataOutputStream(client.getOutputStream());
        out.writeShort(answer.length);
        out.write(answer);
        out.flush();
      } catch (IOException _) {
        // The test has closed the server, or the client has gone.
      }
    }
  }

  private byte[] update(Message asked, byte[] bytes) {
    var answer = answerTo(asked);
    int fault = key.tsig().verify(asked, bytes, null);
    if (fault != Rcode.NOERROR) {
      answer.getHeader().setRcode(Rcode.NOTAUTH);
      key.tsig().apply(answer, fault, asked.getTSIG());
      return answer.toWire();
    }
    answer.getHeader().setRcode(refusal);
    if (refusal == Rcode.NOERROR && !forgetful) {
      updates.add(asked);
      asked.getSection(Section.UPDATE).forEach(this::apply);
    }
    if (signs) {
      answer.setTSIG(key.tsig(), Rcode.NOERROR, asked.getTSIG());
    }
    return answer.toWire(65_535);
  }

  private void apply(Record change) {
    switch (change.getDClass()) {
      case DClass.ANY ->
          records.removeIf(
              r -> r.getName().equals(change.getName()) && r.getType() == change.getType());
      case DClass.NONE ->
          records.removeIf(r ->
              r.getName().equals(change.getName())
                  && r.getType() == change.getType()
                  && r.rdataToString().equals(change.rdataToString()));
      default -> records.add(change);
    }
  }

  private void serveUdp() {
    var buffer = new byte[4096];
    while (!udp.isClosed()) {
      try {
        var packet = new DatagramPacket(buffer, buffer.length);
        udp.receive(packet);
        var asked = new Message(Arrays.copyOf(buffer, packet.getLength()));
        var answer = answerTo(asked);
        answer.getHeader().setRcode(questionsRefusal);
        var question = asked.getQuestion();
        records.stream()
            .filter(r -> r.getName().equals(question.getName()))
            .filter(r -> r.getType() == question.getType() || r.getType() == Type.CNAME)
            .forEach(r -> answer.addRecord(r, Section.ANSWER));
        byte[] bytes = answer.toWire();
        udp.send(new DatagramPacket(bytes, bytes.length, packet.getSocketAddress()));
      } catch (IOException _) {
        // The test has closed the server.
      }
    }
  }

  private static Message answerTo(Message asked) {
    var answer = new Message(asked.getHeader().getID());
    answer.getHeader().setOpcode(asked.getHeader().getOpcode());
    answer.getHeader().setFlag(Flags.QR);
    if (asked.getHeader().getOpcode() == Opcode.QUERY) {
      answer.addRecord(asked.getQuestion(), Section.QUESTION);
    }
    return answer;
  }

  @Override
  public void close() {
    try {
      tcp.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    udp.close();
  }
}
