package dev.gatehouse.gateway;

import dev.gatehouse.certificates.CertifiedKey;

/** Certificates for tests of other packages. */
public final class Pairs {
  private Pairs() {}

  public static CertifiedKey pair(String name) {
    return Scene.AUTHORITY.issue(name);
  }
}
