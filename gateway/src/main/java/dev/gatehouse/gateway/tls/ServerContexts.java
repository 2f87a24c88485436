package dev.gatehouse.gateway.tls;

import com.google.errorprone.annotations.concurrent.GuardedBy;
import dev.gatehouse.certificates.CertifiedKey;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.OpenSsl;
import io.netty.handler.ssl.OpenSslCachingX509KeyManagerFactory;
import io.netty.handler.ssl.OpenSslContextOption;
import io.netty.handler.ssl.OpenSslSessionContext;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.netty.util.ReferenceCountUtil;
import java.lang.ref.ReferenceQueue;
import java.lang.ref.WeakReference;
import java.security.SecureRandom;
import java.security.cert.X509Certificate;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TLS contexts, made at a pair's first handshake and kept for the pairs used last; a pair that
 * nobody holds any more loses its context, while connections already open keep theirs.
 */
public final class ServerContexts implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ServerContexts.class);
  private static final String[] GROUPS = {"X25519MLKEM768", "X25519", "P-256", "P-384"};

  /** Mozilla's intermediate list: the three of TLS 1.3, then forward secret AEAD of TLS 1.2. */
  private static final List<String> CIPHERS =
      List.of(
          "TLS_AES_128_GCM_SHA256",
          "TLS_AES_256_GCM_SHA384",
          "TLS_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256",
          "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384",
          "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
          "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256");

  private final int bound;
  private final SslProvider provider;
  private final TicketKeys tickets;
  private final ReferenceQueue<CertifiedKey> dropped = new ReferenceQueue<>();

  @GuardedBy("this")
  private final Map<Key, SslContext> contexts = new LinkedHashMap<>(16, 0.75f, true);

  /** Keeps at most {@code bound} contexts. */
  public ServerContexts(int bound, SecureRandom random) {
    this(bound, random, provider());
  }

  ServerContexts(int bound, SecureRandom random, SslProvider provider) {
    this.bound = bound;
    this.provider = provider;
    this.tickets = new TicketKeys(random);
  }

  private static SslProvider provider() {
    if (OpenSsl.isAvailable()) {
      return SslProvider.OPENSSL_REFCNT;
    }
    LOG.warn(
        "BoringSSL can't be loaded on this machine: TLS runs on Java's own provider, with seven"
            + " times the cost of a handshake and without X25519MLKEM768",
        OpenSsl.unavailabilityCause());
    return SslProvider.JDK;
  }

  /** The context of that pair for clients of those roots; the caller releases it. */
  public SslContext acquire(Shown shown) {
    CertifiedKey pair = shown.pair();
    var key = new Key(shown, dropped);
    synchronized (this) {
      purge();
      var known = contexts.get(key);
      if (known != null) {
        return ReferenceCountUtil.retain(known);
      }
    }
    SslContext made = build(shown);
    synchronized (this) {
      var other = contexts.putIfAbsent(key, made);
      if (other != null) {
        ReferenceCountUtil.release(made);
        return ReferenceCountUtil.retain(other);
      }
      // In the same lock as a rotation, so that none is missed.
      seal(made, key, pair);
      ReferenceCountUtil.retain(made);
      if (contexts.size() > bound) {
        var eldest = contexts.entrySet().iterator();
        ReferenceCountUtil.release(eldest.next().getValue());
        eldest.remove();
      }
      return made;
    }
  }

  /** Seals new session tickets with a fresh secret; tickets of the one before stay good. */
  public synchronized void rotateTickets() {
    tickets.rotate();
    contexts.forEach((key, context) -> {
      CertifiedKey pair = key.get();
      if (pair != null) {
        seal(context, key, pair);
      }
    });
  }

  synchronized int size() {
    purge();
    return contexts.size();
  }

  @Override
  public synchronized void close() {
    contexts.values().forEach(ReferenceCountUtil::release);
    contexts.clear();
  }

  @GuardedBy("this")
  private void purge() {
    for (var gone = dropped.poll(); gone != null; gone = dropped.poll()) {
      var context = contexts.remove(gone);
      if (context != null) {
        ReferenceCountUtil.release(context);
      }
    }
  }

  private SslContext build(Shown shown) {
    CertifiedKey pair = shown.pair();
    boolean asks = !shown.clientRoots().isEmpty();
    try {
      var builder =
          SslContextBuilder.forServer(keys(pair))
              .sslProvider(provider)
              .protocols("TLSv1.3", "TLSv1.2")
              .ciphers(CIPHERS)
              .trustManager(
                  asks ? new ClientTrust(shown.clientRoots()).manager() : new TrustsNobody())
              .clientAuth(asks ? ClientAuth.OPTIONAL : ClientAuth.NONE)
              .applicationProtocolConfig(
                  new ApplicationProtocolConfig(
                      ApplicationProtocolConfig.Protocol.ALPN,
                      ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                      ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                      shown.protocols()));
      if (provider != SslProvider.JDK) {
        builder.option(OpenSslContextOption.GROUPS, GROUPS);
      }
      return builder.build();
    } catch (SSLException e) {
      throw new IllegalArgumentException(
          pair + ": refused by the TLS library (" + e.getMessage() + ")", e);
    }
  }

  /** BoringSSL's form of the pair is made once; Java's own provider takes the pair as it is. */
  private KeyManagerFactory keys(CertifiedKey pair) {
    KeyManagerFactory keys = OnePair.factory(pair);
    return provider == SslProvider.JDK ? keys : new OpenSslCachingX509KeyManagerFactory(keys, 1);
  }

  private void seal(SslContext context, Key key, CertifiedKey pair) {
    if (context.sessionContext() instanceof OpenSslSessionContext sessions) {
      sessions.setSessionCacheEnabled(false);
      sessions.setTicketKeys(tickets.of(new Shown(pair, key.clientRoots)));
    }
  }

  private static final class Key extends WeakReference<CertifiedKey> {
    private final int hash;
    private final List<X509Certificate> clientRoots;

    Key(Shown shown, ReferenceQueue<CertifiedKey> queue) {
      super(shown.pair(), queue);
      this.clientRoots = shown.clientRoots();
      this.hash = System.identityHashCode(shown.pair()) * 31 + clientRoots.hashCode();
    }

    @Override
    public int hashCode() {
      return hash;
    }

    // By identity: comparing chains at each handshake would cost more than it saves.
    @SuppressWarnings("ReferenceEquality")
    @Override
    public boolean equals(@Nullable Object other) {
      if (this == other) {
        return true;
      }
      var mine = get();
      return mine != null
          && other instanceof Key key
          && key.get() == mine
          && key.clientRoots.equals(clientRoots);
    }
  }
}
