package dev.gatehouse.certificates;

import dev.gatehouse.certificates.CertificateFault.Input;
import dev.gatehouse.certificates.CertificateFault.Reason;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.UnrecoverableKeyException;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1Sequence;

/** What a PKCS#12 store holds: one key, in PKCS#8, with its certificates. */
record Pkcs12(List<X509Certificate> certificates, byte[] encodedKey) {
  private static final BigInteger VERSION = BigInteger.valueOf(3);

  /** A sequence that begins with the version 3, which no form of key or certificate does. */
  static boolean looksLike(byte[] input) {
    if (input.length == 0 || input[0] != 0x30) {
      return false;
    }
    try {
      return ASN1Sequence.getInstance(input).getObjectAt(0) instanceof ASN1Integer version
          && version.hasValue(VERSION);
    } catch (RuntimeException _) {
      return false;
    }
  }

  static Pkcs12 read(byte[] input, Passphrase passphrase)
      throws IOException, GeneralSecurityException {
    var store = KeyStore.getInstance("PKCS12");
    try {
      store.load(new ByteArrayInputStream(input), passphrase.characters());
    } catch (IOException fault) {
      if (fault.getCause() instanceof UnrecoverableKeyException) {
        throw new CertificateFault(new Reason.WrongPassphrase(Input.KEY, passphrase.given()));
      }
      throw fault;
    }
    var keys = new ArrayList<String>();
    for (var alias : Collections.list(store.aliases())) {
      if (store.isKeyEntry(alias)) {
        keys.add(alias);
      }
    }
    if (keys.size() != 1) {
      throw new CertificateFault(
          new Reason.Unreadable(
              Input.KEY, "its PKCS#12 store holds " + keys.size() + " keys where one belongs"));
    }
    var key = store.getKey(keys.getFirst(), passphrase.characters());
    var chain = store.getCertificateChain(keys.getFirst());
    var certificates = new ArrayList<X509Certificate>();
    for (var certificate : chain == null ? new Certificate[0] : chain) {
      certificates.add((X509Certificate) certificate);
    }
    return new Pkcs12(certificates, key.getEncoded());
  }
}
