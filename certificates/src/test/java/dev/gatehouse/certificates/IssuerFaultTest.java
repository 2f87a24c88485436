package dev.gatehouse.certificates;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class IssuerFaultTest {
  @Test
  void saysWhetherAndWhenTryingAgainHelps() {
    var cause = new IOException("refused");

    assertThat(IssuerFault.refused("no").lasting()).isTrue();
    assertThat(IssuerFault.unavailable("down", cause).lasting()).isFalse();
    assertThat(IssuerFault.unavailable("down", cause)).hasCause(cause);
    assertThat(IssuerFault.busy("later", Duration.ofHours(1)).retryAfter())
        .contains(Duration.ofHours(1));
    assertThat(IssuerFault.refused("no").retryAfter()).isEmpty();
  }
}
