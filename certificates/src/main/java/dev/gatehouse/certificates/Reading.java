package dev.gatehouse.certificates;

import dev.gatehouse.certificates.CertificateFault.Input;
import dev.gatehouse.certificates.CertificateFault.Reason;
import java.util.concurrent.Callable;

/** The boundary to the parsers of others: whatever they throw becomes one kind of fault. */
final class Reading {
  private Reading() {}

  static void limit(byte[] input, Input kind) {
    if (input.length > PemBlock.LARGEST_INPUT) {
      throw new CertificateFault(
          new Reason.Unreadable(kind, "it is larger than " + PemBlock.LARGEST_INPUT + " bytes"));
    }
  }

  /**
   * Parsers of ASN.1 answer broken input with unchecked exceptions of every kind, so all are
   * caught; the cause is left out because its text may quote what was read.
   */
  static <T> T of(Reason otherwise, Callable<T> body) {
    try {
      return body.call();
    } catch (CertificateFault fault) {
      throw fault;
    } catch (Exception _) {
      throw new CertificateFault(otherwise);
    }
  }
}
