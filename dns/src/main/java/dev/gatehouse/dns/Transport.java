package dev.gatehouse.dns;

import org.jspecify.annotations.Nullable;
import org.xbill.DNS.OPTRecord;

/** How a question came, which bounds the answer. */
enum Transport {
  UDP,
  TCP;

  /** What passes nearly every path unfragmented (DNS flag day 2020). */
  static final int EDNS_PAYLOAD = 1_232;

  private static final int PLAIN_PAYLOAD = 512;
  private static final int LARGEST_MESSAGE = 65_535;

  /** The most bytes an answer may have for a client that sent this OPT record, or none. */
  int limit(@Nullable OPTRecord edns) {
    return switch (this) {
      case TCP -> LARGEST_MESSAGE;
      case UDP ->
          edns == null
              ? PLAIN_PAYLOAD
              : Math.clamp(edns.getPayloadSize(), PLAIN_PAYLOAD, EDNS_PAYLOAD);
    };
  }
}
