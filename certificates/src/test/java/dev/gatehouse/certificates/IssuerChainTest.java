package dev.gatehouse.certificates;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class IssuerChainTest {
  private static final List<String> NAMES = List.of("api.test");
  private static final Duration LIFE = Duration.ofDays(1);
  private static final CertifiedKey SIGNED = signed();

  private final List<String> failures = new ArrayList<>();
  private final Scripted first = new Scripted("first");
  private final Scripted second = new Scripted("second");
  private Instant now = TestAuthority.NOW;

  @Test
  void takesTheFirstThatSigns() throws Exception {
    assertThat(chain().issue(NAMES, LIFE)).isSameAs(SIGNED);

    assertThat(second.calls).isEmpty();
    assertThat(chain().name()).isEqualTo("first, else second");
  }

  @Test
  void recordsAFailureThatTheNextOneMadeGood() throws Exception {
    first.fault = IssuerFault.unavailable("away", new Exception());

    assertThat(chain().renew(SIGNED.leaf(), NAMES, LIFE)).isSameAs(SIGNED);
    assertThat(failures).containsExactly("first: away");
    assertThat(second.calls).containsExactly("renew");
  }

  @Test
  void leavesABusyOneAloneUntilItsTime() throws Exception {
    first.fault = IssuerFault.busy("busy", Duration.ofHours(1));
    var chain = chain();
    chain.issue(NAMES, LIFE);
    first.fault = null;
    now = now.plus(Duration.ofMinutes(59));
    chain.issue(NAMES, LIFE);

    assertThat(first.calls).hasSize(1);
    now = now.plus(Duration.ofMinutes(1));
    chain.issue(NAMES, LIFE);
    assertThat(first.calls).hasSize(2);
  }

  @Test
  void saysWhatEachOneSaidWhenNoneSigns() {
    first.fault = IssuerFault.refused("Wrong name.");
    second.fault = IssuerFault.busy("Later.", Duration.ofMinutes(3));
    var fault = catchThrowableOfType(IssuerFault.class, () -> chain().issue(NAMES, LIFE));

    assertThat(fault).hasMessage("None of 2 issuers signed: Wrong name. Later.");
    assertThat(fault.lasting()).isFalse();
    assertThat(fault.retryAfter()).contains(Duration.ofMinutes(3));
  }

  @Test
  void asksForNoPatienceWhileOneMayRecoverAtAnyTime() {
    first.fault = IssuerFault.unavailable("Away.", new Exception());
    second.fault = IssuerFault.busy("Later.", Duration.ofMinutes(3));

    assertThat(catchThrowableOfType(IssuerFault.class, () -> chain().issue(NAMES, LIFE)))
        .satisfies(fault -> assertThat(fault.retryAfter()).isEmpty());
  }

  @Test
  void isRefusedForGoodOnlyByAll() {
    first.fault = IssuerFault.refused("Wrong name.");
    second.fault = IssuerFault.refused("Wrong, too.");
    var fault = catchThrowableOfType(IssuerFault.class, () -> chain().issue(NAMES, LIFE));

    assertThat(fault.lasting()).isTrue();
    assertThat(fault.getSuppressed()).containsExactly(first.fault, second.fault);
  }

  @Test
  void asksEachForTheWindow() throws Exception {
    var window = new RenewalWindow(now, now.plus(LIFE), LIFE);
    first.fault = IssuerFault.unavailable("away", new Exception());
    second.window = window;
    assertThat(chain().renewalWindow(SIGNED.leaf())).contains(window);

    second.window = null;
    assertThatThrownBy(() -> chain().renewalWindow(SIGNED.leaf())).isSameAs(first.fault);
    first.fault = null;
    assertThat(chain().renewalWindow(SIGNED.leaf())).isEmpty();
  }

  @Test
  void takesIssuersThatKnowNoRenewal() throws Exception {
    var plain =
        new Issuer() {
          @Override
          public String name() {
            return "plain";
          }

          @Override
          public CertifiedKey issue(List<String> names, Duration life) {
            return SIGNED;
          }
        };
    var chain = new IssuerChain(List.of(plain), (_, _) -> {}, () -> now);

    assertThat(chain.renew(SIGNED.leaf(), NAMES, LIFE)).isSameAs(SIGNED);
    assertThat(chain.renewalWindow(SIGNED.leaf())).isEmpty();
  }

  @Test
  void refusesNoIssuersAndWindowsThatAreNone() {
    assertThatThrownBy(() -> new IssuerChain(List.of(), (_, _) -> {}, () -> now))
        .hasMessageContaining("issuers: none");
    assertThatThrownBy(() -> new RenewalWindow(now, now, LIFE))
        .hasMessageContaining("end of the window");
    assertThatThrownBy(() -> new RenewalWindow(now, now.plus(LIFE), Duration.ZERO))
        .hasMessageContaining("time to ask again");
  }

  private IssuerChain chain() {
    return new IssuerChain(
        List.of(first, second),
        (issuer, fault) -> failures.add(issuer.name() + ": " + fault.getMessage()),
        () -> now);
  }

  private static CertifiedKey signed() {
    var authority =
        EmbeddedAuthority.create(
            new Permitted(List.of("test"), List.of()),
            java.time.InstantSource.fixed(TestAuthority.NOW),
            new java.security.SecureRandom());
    return authority.issue(NAMES, LIFE);
  }

  private static final class Scripted implements RenewingIssuer {
    private final String name;
    private final List<String> calls = new ArrayList<>();
    private @Nullable IssuerFault fault;
    private @Nullable RenewalWindow window;

    private Scripted(String name) {
      this.name = name;
    }

    @Override
    public String name() {
      return name;
    }

    @Override
    public CertifiedKey issue(List<String> names, Duration life) {
      return answer("issue");
    }

    @Override
    public CertifiedKey renew(X509Certificate previous, List<String> names, Duration life) {
      return answer("renew");
    }

    @Override
    public Optional<RenewalWindow> renewalWindow(X509Certificate certificate) {
      answer("window");
      return Optional.ofNullable(window);
    }

    private CertifiedKey answer(String call) {
      calls.add(call);
      if (fault != null) {
        throw fault;
      }
      return SIGNED;
    }
  }
}
