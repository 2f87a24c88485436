package dev.gatehouse.gateway.tls;

import dev.gatehouse.certificates.CertifiedKey;
import java.util.Optional;

/** Picks what a client is shown. */
@FunctionalInterface
public interface CertificateChoice {
  /** Empty refuses the handshake with unrecognized_name; called on the event loop, never blocks. */
  Optional<CertifiedKey> choose(ClientHello hello);
}
