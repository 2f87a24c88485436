package dev.gatehouse.certificates.acme;

import java.net.URI;
import java.security.KeyPair;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/** Account keys that are gone with the test. */
final class KeysInMemory implements AccountKeys {
  final Map<URI, KeyPair> keys = new ConcurrentHashMap<>();

  @Override
  public Optional<KeyPair> load(URI directory) {
    return Optional.ofNullable(keys.get(directory));
  }

  @Override
  public void save(URI directory, KeyPair key) {
    keys.put(directory, key);
  }
}
