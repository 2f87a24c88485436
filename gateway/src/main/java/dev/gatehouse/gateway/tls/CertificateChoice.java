package dev.gatehouse.gateway.tls;

import java.util.Optional;

/** Picks what a client is shown. */
@FunctionalInterface
public interface CertificateChoice {
  /** Empty refuses the handshake with unrecognized_name; called on the event loop, never blocks. */
  Optional<Shown> choose(ClientHello hello);
}
