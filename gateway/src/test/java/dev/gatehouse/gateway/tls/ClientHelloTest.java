package dev.gatehouse.gateway.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.netty.buffer.Unpooled;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ClientHelloTest {
  private static final String START = "0303" + "00".repeat(32) + "00" + "0002c02b" + "0100";

  @Test
  void readsNameAndProtocols() {
    // server_name A.b, then ALPN h2 and acme-tls/1
    String extensions =
        "0000"
            + "0008"
            + "0006"
            + "00"
            + "0003"
            + "412e62"
            + "0010"
            + "0010"
            + "000e"
            + "02"
            + "6832"
            + "0a"
            + "61636d652d746c732f31";
    var hello = ClientHello.parse(hex(START + "0020" + extensions));
    assertThat(hello.serverName()).isEqualTo("a.b");
    assertThat(hello.protocols()).containsExactly("h2", "acme-tls/1");
  }

  @Test
  void readsAHelloWithoutExtensions() {
    assertThat(ClientHello.parse(hex(START)).serverName()).isEmpty();
  }

  @Test
  void refusesWhatIsCutShort() {
    assertThatThrownBy(() -> ClientHello.parse(hex(START + "0020")))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("cut short");
  }

  @Test
  void survivesRandomBytes() {
    long seed = new Random().nextLong();
    var random = new Random(seed);
    for (int i = 0; i < 10_000; i++) {
      var bytes = new byte[random.nextInt(200)];
      random.nextBytes(bytes);
      try {
        assertThat(ClientHello.parse(Unpooled.wrappedBuffer(bytes)))
            .as("seed %d", seed)
            .isNotNull();
      } catch (IllegalArgumentException e) {
        assertThat(e).as("seed %d", seed).hasMessageContaining("client hello");
      }
    }
  }

  private static io.netty.buffer.ByteBuf hex(String digits) {
    return Unpooled.wrappedBuffer(java.util.HexFormat.of().parseHex(digits));
  }
}
