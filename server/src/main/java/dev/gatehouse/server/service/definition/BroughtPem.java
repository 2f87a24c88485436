package dev.gatehouse.server.service.definition;

/** A certificate and key as a client sent them, not yet checked; never prints the key. */
public record BroughtPem(String cname, String certificatePem, String keyPem) {
  @Override
  public String toString() {
    return "BroughtPem[" + cname + ", •••]";
  }
}
