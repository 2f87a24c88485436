package dev.gatehouse.cli;

import java.util.List;
import tools.jackson.databind.JsonNode;

/** Certificates as people read them. */
final class CertificateText {
  private CertificateText() {}

  static String list(JsonNode certificates) {
    return new Table(
            List.of("OWNER", "HOST", "ISSUED BY", "DAYS", "NEXT RENEWAL", "LAST ERROR"),
            certificates
                .valueStream()
                .map(each ->
                    List.of(
                        said(each, "owner"),
                        said(each, "host"),
                        issuedBy(each),
                        Long.toString(each.path("daysLeft").asLong(0)),
                        renewal(each),
                        said(each, "lastError")))
                .toList())
        .text();
  }

  static String requests(JsonNode requests) {
    var members = List.of("id", "cname", "keyType", "created");
    return new Table(
            List.of("ID", "CNAME", "KEY", "CREATED"),
            requests
                .valueStream()
                .map(each -> members.stream().map(member -> said(each, member)).toList())
                .toList())
        .text();
  }

  static String one(JsonNode certificate) {
    var text = new StringBuilder();
    line(text, "owner", said(certificate, "owner") + " (" + said(certificate, "ownerKind") + ")");
    line(text, "host", said(certificate, "host"));
    line(text, "kind", said(certificate, "kind"));
    line(text, "issued by", issuedBy(certificate));
    if (certificate.path("profile").isString()) {
      line(text, "profile", said(certificate, "profile"));
    }
    line(text, "issuer", said(certificate, "issuer"));
    line(text, "serial", said(certificate, "serial"));
    var names = new java.util.ArrayList<String>();
    certificate.path("names").forEach(name -> names.add(name.asString("")));
    line(text, "names", String.join(", ", names));
    line(text, "key", said(certificate, "keyType"));
    line(text, "valid from", said(certificate, "notBefore"));
    line(
        text,
        "valid until",
        "%s (%d days left)"
            .formatted(said(certificate, "notAfter"), certificate.path("daysLeft").asLong(0)));
    certificate.path("repairs").forEach(each -> line(text, "repaired", each.asString("")));
    certificate.path("warnings").forEach(each -> line(text, "WARNING", each.asString("")));
    line(text, "next renewal", renewal(certificate));
    JsonNode window = certificate.path("renewalWindow");
    if (window.isObject()) {
      line(text, "its window", said(window, "start") + " to " + said(window, "end"));
    }
    line(text, "last error", certificate.path("lastError").asString("none"));
    text.append("history\n");
    for (JsonNode past : certificate.path("history")) {
      text.append(
          "  %s  %s  %s  %s%n"
              .formatted(
                  said(past, "created"),
                  said(past, "serial"),
                  issuedBy(past),
                  past.path("replaced").isString()
                      ? "until " + said(past, "replaced")
                      : "in service"));
    }
    return text.toString();
  }

  private static String issuedBy(JsonNode certificate) {
    return certificate.path("issuedBy").asString("its owner");
  }

  private static String renewal(JsonNode certificate) {
    return certificate.path("nextRenewal").asString("by its owner");
  }

  private static void line(StringBuilder text, String what, String value) {
    text.append("%-14s%s%n".formatted(what, value));
  }

  private static String said(JsonNode document, String member) {
    return document.path(member).asString("");
  }
}
