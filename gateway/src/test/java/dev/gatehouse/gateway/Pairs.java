package dev.gatehouse.gateway;

import dev.gatehouse.certificates.CertifiedKey;
import dev.gatehouse.gateway.tls.Shown;
import java.util.List;

/** Certificates for tests of other packages. */
public final class Pairs {
  private Pairs() {}

  public static CertifiedKey pair(String name) {
    return Scene.AUTHORITY.issue(name);
  }

  public static Shown shown(String name) {
    return new Shown(pair(name), List.of());
  }
}
