package dev.gatehouse.gateway.route;

import dev.gatehouse.gateway.ClientRoots;
import dev.gatehouse.gateway.http.Asked;
import dev.gatehouse.gateway.http.Refusal;
import dev.gatehouse.gateway.tls.ClientTrust;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Lets clients in by the certificate that they have shown, or refuses them with 403. */
sealed interface ClientGate {
  /** Throws a {@link Refusal}. */
  void check(Asked.Peer peer, Instant now);

  static ClientGate of(ClientRoots roots, String service) {
    return roots.none()
        ? new Everybody()
        : new Known(new ClientTrust(roots.certificates()), service);
  }

  /** No check. */
  record Everybody() implements ClientGate {
    @Override
    public void check(Asked.Peer peer, Instant now) {}
  }

  /** Clients of the service's own CA only, whatever the handshake let through. */
  record Known(ClientTrust trust, String service) implements ClientGate {
    @Override
    public void check(Asked.Peer peer, Instant now) {
      if (!peer.secure()) {
        throw denied(
            "Service %s wants a client certificate, which plain HTTP has none of; switch on TLS for it."
                .formatted(service));
      }
      @Nullable String fault = peer.certificates().fault(trust, now);
      if (fault != null) {
        throw denied(
            "Service %s wants a client certificate of its CA: %s; connect anew with the right one."
                .formatted(service, fault));
      }
    }

    private static Refusal denied(String message) {
      return new Refusal(HttpResponseStatus.FORBIDDEN, message);
    }
  }
}
