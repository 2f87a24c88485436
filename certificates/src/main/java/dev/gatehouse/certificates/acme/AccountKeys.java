package dev.gatehouse.certificates.acme;

import java.net.URI;
import java.security.KeyPair;
import java.util.Optional;

/** Keeps, sealed, the key of our account with each authority. */
public interface AccountKeys {
  Optional<KeyPair> load(URI directory);

  /** Returns once the key would survive a crash: the account is opened only then. */
  void save(URI directory, KeyPair key);
}
