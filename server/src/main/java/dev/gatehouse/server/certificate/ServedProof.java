package dev.gatehouse.server.certificate;

import java.io.IOException;
import java.math.BigInteger;

/** Looks at the gateway as a client does. */
@FunctionalInterface
public interface ServedProof {
  /** The serial number of the certificate that a new handshake for the name shows. */
  BigInteger serial(String host) throws IOException;
}
