package dev.gatehouse.certificates.acme;

import dev.gatehouse.certificates.Mint;
import java.security.KeyPair;
import java.util.Locale;
import java.util.Optional;
import org.shredzone.acme4j.AccountBuilder;
import org.shredzone.acme4j.Login;
import org.shredzone.acme4j.Session;
import org.shredzone.acme4j.Status;
import org.shredzone.acme4j.exception.AcmeException;

/** Our account with one authority: found by its key, else opened. */
final class Registration {
  static final String STEP = "to open our account";

  private final AcmeSettings settings;
  private final AcmePorts ports;
  private final Conversation conversation;

  Registration(AcmeSettings settings, AcmePorts ports, Conversation conversation) {
    this.settings = settings;
    this.ports = ports;
    this.conversation = conversation;
  }

  /** Asks each time, because an authority may forget or close an account while we run. */
  Login open(Session session) throws InterruptedException {
    var key = key();
    var existing = conversation.step(STEP, () -> existing(session, key));
    if (existing.isEmpty()) {
      return register(session, key);
    }
    var login = existing.get();
    var status = conversation.step(STEP, () -> login.getAccount().getStatus());
    if (status != Status.VALID) {
      throw conversation.refused(
          STEP,
          "the account is %s: have it opened again, or remove its key here to get a new one."
              .formatted(status.name().toLowerCase(Locale.ROOT)));
    }
    return login;
  }

  /** Saved before the authority hears of it, else a crash between would lose the account. */
  private synchronized KeyPair key() {
    var directory = settings.server().directory();
    return ports
        .accountKeys()
        .load(directory)
        .orElseGet(() -> {
          var key = Mint.newKey("secp256r1", ports.random());
          ports.accountKeys().save(directory, key);
          return key;
        });
  }

  private static Optional<Login> existing(Session session, KeyPair key) throws AcmeException {
    try {
      return Optional.of(new AccountBuilder().onlyExisting().useKeyPair(key).createLogin(session));
    } catch (Refusal refusal) {
      if (refusal.is("accountDoesNotExist")) {
        return Optional.empty();
      }
      throw refusal;
    }
  }

  private Login register(Session session, KeyPair key) throws InterruptedException {
    var account = settings.account();
    var metadata = conversation.step(STEP, session::getMetadata);
    var builder = new AccountBuilder().useKeyPair(key);
    account.contacts().forEach(builder::addContact);
    if (account.termsAgreed()) {
      builder.agreeToTermsOfService();
    } else if (metadata.getTermsOfService().isPresent()) {
      throw conversation.refused(
          STEP,
          "it has terms to agree to: read %s and set that you agree."
              .formatted(metadata.getTermsOfService().get()));
    }
    switch (account.binding()) {
      case ExternalBinding.Key(var identifier, var hmac) ->
          builder.withKeyIdentifier(identifier, hmac).withMacAlgorithm("HS256");
      case ExternalBinding.None _ -> {
        if (metadata.isExternalAccountRequired()) {
          throw conversation.refused(
              STEP,
              "it takes only its own customers: set the external account binding"
                  + " (key identifier and HMAC key) that it gives them.");
        }
      }
    }
    return conversation.step(STEP, () -> builder.createLogin(session));
  }
}
