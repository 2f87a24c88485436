package dev.gatehouse.server.compute;

/** Whether, and under which name, the services of a target are served over TLS. */
sealed interface Tls {
  record Off() implements Tls {}

  /** A name that the platform made from the label, with a certificate of the platform's. */
  record Generated(String label, String host) implements Tls {}

  /** A name and certificate that the user brought. */
  record Custom(String cname) implements Tls {}
}
