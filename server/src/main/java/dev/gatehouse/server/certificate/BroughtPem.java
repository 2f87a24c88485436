package dev.gatehouse.server.certificate;

/**
 * A certificate as a client sent it, not yet checked; never prints key or passphrase.
 *
 * @param certificate PEM, or the base64 of DER or of a PKCS#12 store
 * @param key the same forms; empty when it is in the store, or was made here for a request
 * @param passphrase of key or store; empty for none, and never stored
 */
public record BroughtPem(String cname, String certificate, String key, String passphrase) {
  @Override
  public String toString() {
    return "BroughtPem[" + cname + ", •••]";
  }
}
