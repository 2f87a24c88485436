package dev.gatehouse.gateway.tls;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * What a client asks for in its first TLS message.
 *
 * @param serverName lower case, empty when the client sends none
 * @param protocols the ALPN offer in the client's order
 */
public record ClientHello(String serverName, List<String> protocols) {
  private static final int SERVER_NAME = 0;
  private static final int ALPN = 16;
  private static final int VERSION_AND_RANDOM = 34;

  public ClientHello {
    protocols = List.copyOf(protocols);
  }

  /** Reads the body of a ClientHello (RFC 8446 section 4.1.2); moves no index of the buffer. */
  static ClientHello parse(ByteBuf body) {
    try {
      return read(body.slice());
    } catch (IndexOutOfBoundsException e) {
      throw new IllegalArgumentException("client hello: cut short (expected: whole fields)", e);
    }
  }

  private static ClientHello read(ByteBuf in) {
    in.skipBytes(VERSION_AND_RANDOM);
    in.skipBytes(in.readUnsignedByte());
    in.skipBytes(in.readUnsignedShort());
    in.skipBytes(in.readUnsignedByte());
    var serverName = "";
    List<String> protocols = List.of();
    if (in.isReadable()) {
      var extensions = in.readSlice(in.readUnsignedShort());
      while (extensions.isReadable()) {
        int type = extensions.readUnsignedShort();
        var data = extensions.readSlice(extensions.readUnsignedShort());
        if (type == SERVER_NAME) {
          serverName = serverName(data);
        } else if (type == ALPN) {
          protocols = protocols(data);
        }
      }
    }
    return new ClientHello(serverName, protocols);
  }

  private static String serverName(ByteBuf data) {
    var names = data.readSlice(data.readUnsignedShort());
    while (names.isReadable()) {
      int type = names.readUnsignedByte();
      var name = names.readSlice(names.readUnsignedShort());
      if (type == 0) {
        return name.toString(StandardCharsets.US_ASCII).toLowerCase(Locale.ROOT);
      }
    }
    return "";
  }

  private static List<String> protocols(ByteBuf data) {
    var found = new ArrayList<String>();
    var list = data.readSlice(data.readUnsignedShort());
    while (list.isReadable()) {
      found.add(list.readSlice(list.readUnsignedByte()).toString(StandardCharsets.US_ASCII));
    }
    return found;
  }
}
