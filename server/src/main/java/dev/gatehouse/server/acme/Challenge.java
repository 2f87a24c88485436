package dev.gatehouse.server.acme;

import java.util.Arrays;
import java.util.Optional;

/** The ways in which an authority can be shown that a name is ours. */
public enum Challenge {
  HTTP_01("http-01"),
  DNS_01("dns-01"),
  TLS_ALPN_01("tls-alpn-01");

  private final String spelled;

  Challenge(String spelled) {
    this.spelled = spelled;
  }

  /** As ACME spells it. */
  public String spelled() {
    return spelled;
  }

  public static Optional<Challenge> of(String spelled) {
    return Arrays.stream(values()).filter(each -> each.spelled.equals(spelled)).findFirst();
  }
}
