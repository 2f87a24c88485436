package dev.gatehouse.server.certificate;

import dev.gatehouse.certificates.CertifiedKey;
import java.util.List;

/** A custom certificate that has passed all checks. */
public record BroughtPair(
    String cname, CertifiedKey pair, List<String> repairs, List<String> warnings) {
  public BroughtPair {
    repairs = List.copyOf(repairs);
    warnings = List.copyOf(warnings);
  }
}
