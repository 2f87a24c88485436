package dev.gatehouse.server.compute;

import dev.gatehouse.api.ProblemException;
import dev.gatehouse.server.certificate.BroughtPair;
import dev.gatehouse.server.certificate.BroughtPem;
import dev.gatehouse.server.rest.Json;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** What the {@code sslConfiguration} of a PUT asks for. */
sealed interface TlsWish {
  record Keep() implements TlsWish {}

  record TurnOff() implements TlsWish {}

  /** {@code renew}: a new certificate even if the one in service is good. */
  record Label(String label, boolean overwrite, boolean renew) implements TlsWish {}

  record Bring(BroughtPair pair) implements TlsWish {}

  /** Checks what was brought; a fault is a 400. */
  @FunctionalInterface
  interface Desk {
    BroughtPair check(BroughtPem sent);
  }

  /**
   * Reads it in every shape that clients send: the caller's few members, or what we returned with
   * changes in it. Null members and an absent object ask for nothing.
   */
  static TlsWish read(JsonNode ssl, Tls now, Desk desk) {
    if (ssl.isMissingNode() || ssl.isNull()) {
      return new Keep();
    }
    if (!ssl.isObject()) {
      throw ProblemException.invalid("'sslConfiguration' must be an object.");
    }
    String status = text(ssl, "status").orElse("").toLowerCase(Locale.ROOT);
    return switch (status) {
      case "disabled" -> new TurnOff();
      case "", "auto", "enabled" -> enabled(ssl, status, now, desk);
      default ->
          throw ProblemException.invalid(
              "The status '"
                  + status
                  + "' of sslConfiguration is unknown (expected: Disabled, Enabled or Auto).");
    };
  }

  private static TlsWish enabled(JsonNode ssl, String status, Tls now, Desk desk) {
    boolean renew = flag(ssl, "renew");
    Optional<String> label = text(ssl, "leafDomainLabel");
    if (text(ssl, "cert").isPresent() || text(ssl, "key").isPresent()) {
      if (label.isPresent()) {
        throw ProblemException.invalid(
            "sslConfiguration has both a leafDomainLabel and a certificate; send one of them.");
      }
      return bring(ssl, desk);
    }
    if (label.isPresent()) {
      return new Label(
          GeneratedNames.label("leafDomainLabel", label.get()),
          flag(ssl, "overwriteExistingDomain"),
          renew);
    }
    return switch (now) {
      case Tls.Generated(var kept, _) when !status.equals("enabled") ->
          renew ? new Label(kept, false, true) : new Keep();
      case Tls.Custom(var cname)
          when !status.equals("auto")
              && text(ssl, "cname").orElse(cname).equalsIgnoreCase(cname) -> {
        if (renew) {
          throw ProblemException.invalid(
              "The certificate of '%s' is a custom one: renew it by sending the new cert and key."
                  .formatted(cname));
        }
        yield new Keep();
      }
      case Tls.Off _, Tls.Generated _, Tls.Custom _ -> nothing(status, renew);
    };
  }

  private static TlsWish nothing(String status, boolean renew) {
    if (status.isEmpty() && !renew) {
      return new Keep();
    }
    throw ProblemException.invalid(
        status.equals("enabled")
            ? "sslConfiguration is Enabled, but cname, cert and key are missing; send all three, or a leafDomainLabel."
            : "sslConfiguration asks for a certificate of ours, but leafDomainLabel is missing; send it.");
  }

  private static TlsWish bring(JsonNode ssl, Desk desk) {
    for (String member : new String[] {"cname", "cert"}) {
      if (text(ssl, member).isEmpty()) {
        throw ProblemException.invalid(
            "'"
                + member
                + "' of sslConfiguration is missing; a custom certificate needs cname, cert and key.");
      }
    }
    return new Bring(
        desk.check(
            new BroughtPem(
                text(ssl, "cname").orElseThrow(),
                text(ssl, "cert").orElseThrow(),
                text(ssl, "key").orElse(""),
                Json.text(ssl, "passphrase").orElse(""))));
  }

  private static Optional<String> text(JsonNode object, String member) {
    return Json.text(object, member).filter(text -> !text.isBlank());
  }

  private static boolean flag(JsonNode object, String member) {
    JsonNode value = object.path(member);
    if (value.isMissingNode() || value.isNull()) {
      return false;
    }
    if (!value.isBoolean()) {
      throw ProblemException.invalid("'" + member + "' must be true or false.");
    }
    return value.booleanValue();
  }
}
