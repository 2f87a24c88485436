package dev.gatehouse.server.certificate;

import dev.gatehouse.api.Problem;
import dev.gatehouse.api.ProblemException;
import dev.gatehouse.server.routing.Publication.Listener;
import java.io.IOException;
import java.math.BigInteger;
import java.util.List;

/** Puts certificates where clients see them, and takes them away. */
final class Exhibition {
  private final Outside outside;
  private final List<String> controlPlane;

  Exhibition(Outside outside, List<String> controlPlane) {
    this.outside = outside;
    this.controlPlane = controlPlane;
  }

  void show(Stored next) {
    publish(next);
    if (!next.owner().equals(Certificates.CONTROL_PLANE)) {
      outside.names().add(next.host());
    }
  }

  /** Shows what was shown before; a fault of the DNS is logged only, as its record may be there. */
  void showAgain(Stored shown) {
    publish(shown);
    if (!shown.owner().equals(Certificates.CONTROL_PLANE)) {
      outside.names().restore(shown.host());
    }
  }

  private void publish(Stored next) {
    if (next.owner().equals(Certificates.CONTROL_PLANE)) {
      outside.publication().listenForControlPlane(controlPlane, next.pair());
    } else {
      outside.publication().listen(next.owner(), new Listener(next.host(), next.pair()));
    }
  }

  /** Shows again what another of the same owner was to replace. */
  void showAgain(Stored next, Stored instead) {
    showAgain(next);
    if (!next.host().equals(instead.host())) {
      forgetName(instead);
    }
  }

  /** The control plane is never hidden. */
  void hide(Stored shown) {
    if (!shown.owner().equals(Certificates.CONTROL_PLANE)) {
      outside.publication().silence(shown.owner());
      outside.names().remove(shown.host());
    }
  }

  void forgetName(Stored shown) {
    forgetName(shown.host());
  }

  void forgetName(String host) {
    outside.names().remove(host);
  }

  /** The name leads to us from now on, although there is nothing to be shown yet. */
  void announceName(String host) {
    outside.names().add(host);
  }

  List<String> warnings(String owner) {
    return outside.publication().warnings(owner, true);
  }

  /** A problem when the gateway does not show this very certificate under its name. */
  void prove(Stored shown) {
    BigInteger expected = shown.pair().leaf().getSerialNumber();
    try {
      BigInteger seen = outside.proof().serial(shown.host());
      if (!seen.equals(expected)) {
        throw unproven(
            shown.host(),
            "it shows the serial %s, not %s".formatted(seen.toString(16), expected.toString(16)));
      }
    } catch (IOException e) {
      throw unproven(shown.host(), "the handshake failed (" + e.getMessage() + ")");
    }
  }

  private static ProblemException unproven(String host, String why) {
    return new ProblemException(
        new Problem.Upstream(
            "CertificateNotServed",
            "The gateway does not serve the new certificate of '%s': %s; what was there before was put back."
                .formatted(host, why)));
  }
}
