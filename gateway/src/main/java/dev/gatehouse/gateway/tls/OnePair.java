package dev.gatehouse.gateway.tls;

import dev.gatehouse.certificates.CertifiedKey;
import java.net.Socket;
import java.security.KeyStore;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.KeyManagerFactorySpi;
import javax.net.ssl.ManagerFactoryParameters;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/**
 * Gives the TLS library one pair as it is: a key store would derive a key from its password for
 * milliseconds on the event loop at each new pair, and the names that it gives to entries change,
 * so that nothing of them could be kept from one handshake to the next.
 */
final class OnePair extends X509ExtendedKeyManager {
  private static final String ALIAS = "pair";

  private final CertifiedKey pair;

  private OnePair(CertifiedKey pair) {
    this.pair = pair;
  }

  static KeyManagerFactory factory(CertifiedKey pair) {
    var managers = new KeyManager[] {new OnePair(pair)};
    var spi =
        new KeyManagerFactorySpi() {
          @Override
          protected void engineInit(KeyStore store, char[] password) {}

          @Override
          protected void engineInit(ManagerFactoryParameters parameters) {}

          @Override
          protected KeyManager[] engineGetKeyManagers() {
            return managers;
          }
        };
    return new KeyManagerFactory(spi, null, ALIAS) {};
  }

  @Override
  public @Nullable String chooseEngineServerAlias(
      @Nullable String type, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
    return chooseServerAlias(type, issuers, null);
  }

  @Override
  public @Nullable String chooseServerAlias(
      @Nullable String type, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return pair.key().getAlgorithm().equals(type) ? ALIAS : null;
  }

  @Override
  public String @Nullable [] getServerAliases(
      @Nullable String type, Principal @Nullable [] issuers) {
    return chooseServerAlias(type, issuers, null) == null ? null : new String[] {ALIAS};
  }

  @Override
  public X509Certificate[] getCertificateChain(@Nullable String alias) {
    return pair.chain().toArray(new X509Certificate[0]);
  }

  @Override
  public PrivateKey getPrivateKey(@Nullable String alias) {
    return pair.key();
  }

  @Override
  public String @Nullable [] getClientAliases(
      @Nullable String type, Principal @Nullable [] issuers) {
    return null;
  }

  @Override
  public @Nullable String chooseClientAlias(
      String @Nullable [] types, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return null;
  }
}
