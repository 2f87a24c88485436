package dev.gatehouse.certificates;

import dev.gatehouse.certificates.CertificateFault.Input;
import dev.gatehouse.certificates.CertificateFault.Reason;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** One block of PEM (RFC 7468), with the headers of RFC 1421 that OpenSSL still writes. */
record PemBlock(String label, Map<String, String> headers, byte[] content) {
  /** More than any chain with its bag attributes; keeps a hostile text from costing memory. */
  static final int LARGEST_INPUT = 1 << 20;

  private static final Pattern BEGIN = Pattern.compile("-----BEGIN ([A-Z0-9 ]{1,40})-----");

  PemBlock {
    headers = Map.copyOf(headers);
  }

  static boolean occursIn(byte[] input) {
    return text(input).contains("-----BEGIN ");
  }

  /** The blocks in their order; text around them is skipped, line ends of any kind are fine. */
  static List<PemBlock> all(byte[] input, Input kind) {
    var text = text(input);
    var begin = BEGIN.matcher(text);
    var blocks = new ArrayList<PemBlock>();
    var position = 0;
    while (begin.find(position)) {
      var label = begin.group(1);
      var end = "-----END " + label + "-----";
      var stop = text.indexOf(end, begin.end());
      if (stop < 0) {
        throw new CertificateFault(
            new Reason.Unreadable(kind, "its PEM block '" + label + "' has no end"));
      }
      blocks.add(block(label, text.substring(begin.end(), stop), kind));
      position = stop + end.length();
    }
    return blocks;
  }

  private static PemBlock block(String label, String body, Input kind) {
    var headers = new HashMap<String, String>();
    var base64 = new StringBuilder(body.length());
    for (var line : body.lines().toList()) {
      var colon = line.indexOf(':');
      if (colon > 0) {
        headers.put(line.substring(0, colon).strip(), line.substring(colon + 1).strip());
      } else {
        line.chars().filter(c -> c > ' ').forEach(c -> base64.append((char) c));
      }
    }
    try {
      return new PemBlock(label, headers, Base64.getDecoder().decode(base64.toString()));
    } catch (IllegalArgumentException _) {
      throw new CertificateFault(
          new Reason.Unreadable(kind, "its PEM block '" + label + "' is not base64"));
    }
  }

  private static String text(byte[] input) {
    return new String(input, StandardCharsets.ISO_8859_1);
  }
}
