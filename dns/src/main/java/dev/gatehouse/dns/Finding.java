package dev.gatehouse.dns;

import org.xbill.DNS.Name;

/** Where the way down from the apex to one name ends. */
sealed interface Finding {
  /** The name exists, by itself or by a wildcard. */
  record Found(Node node) implements Finding {}

  /** The name is at or below a cut: another server answers for it. */
  record Delegated(Name cut, RecordSet servers) implements Finding {}

  /** Neither the name nor a wildcard that covers it exists. */
  record Missing() implements Finding {}
}
