package dev.gatehouse.certificates.acme;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.gatehouse.certificates.IssuerFault;
import java.net.URI;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An authority that takes only its own customers, and that goes away in between. */
class AcmeAccountTest {
  private static final List<String> NAMES = List.of("customer.test");
  private static final Duration LIFE = Duration.ofDays(90);
  private static final ExternalBinding CUSTOMER =
      new ExternalBinding.Key(Pebble.KEY_IDENTIFIER, Pebble.HMAC);

  @TempDir Path folder;
  private final KeysInMemory keys = new KeysInMemory();
  private Challenges challenges;
  private Pebble pebble;

  @BeforeEach
  void start() throws Exception {
    Pebble.programs();
    challenges = new Challenges();
    pebble = new Pebble(folder, challenges, true);
  }

  @AfterEach
  void stop() throws Exception {
    if (pebble != null) {
      pebble.close();
      challenges.close();
    }
  }

  @Test
  void bindsTheAccountToThatOfTheCustomerOnce() throws Exception {
    issuer(CUSTOMER, challenges.byFile()).issue(NAMES, LIFE);
    var key = keys.keys.get(pebble.server().directory());
    issuer(new ExternalBinding.None(), challenges.byFile()).issue(NAMES, LIFE);

    assertThat(keys.keys).containsOnlyKeys(pebble.server().directory()).containsValue(key);
  }

  @Test
  void saysThatABindingIsMissingOrWrong() {
    var other = new ExternalBinding.Key("kid-7", Pebble.HMAC);
    var forged = new ExternalBinding.Key(Pebble.KEY_IDENTIFIER, "A".repeat(64));

    assertThatThrownBy(() -> issuer(new ExternalBinding.None()).issue(NAMES, LIFE))
        .hasMessageContaining("set the external account binding");
    for (var wrong : List.of(other, forged)) {
      var fault = catchThrowableOfType(IssuerFault.class, () -> issuer(wrong).issue(NAMES, LIFE));
      assertThat(fault)
          .hasMessageContaining("'Pebble' refused to open our account")
          .hasMessageContaining("urn:ietf:params:acme:error:");
      assertThat(fault.lasting()).isTrue();
    }
  }

  @Test
  void survivesAnOutageInTheMiddleOfAnOrder() throws Exception {
    var file = challenges.byFile();
    ChallengeSolver.Http01 killing =
        (name, path, content) -> {
          pebble.kill();
          return file.publish(name, path, content);
        };
    var fault =
        catchThrowableOfType(IssuerFault.class, () -> issuer(CUSTOMER, killing).issue(NAMES, LIFE));
    pebble.start();

    assertThat(fault)
        .hasMessageContaining(
            "'Pebble' could not be reached to authorize customer.test by http-01");
    assertThat(fault.lasting()).isFalse();
    assertThat(challenges.left()).isEmpty();
    assertThat(issuer(CUSTOMER, file).issue(NAMES, LIFE).chain()).isNotEmpty();
  }

  @Test
  void endsOnAnInterruptAndTakesItsAnswerBack() {
    var file = challenges.byFile();
    ChallengeSolver.Http01 interrupted =
        (name, path, content) -> {
          var publication = file.publish(name, path, content);
          Thread.currentThread().interrupt();
          return publication;
        };

    assertThatThrownBy(() -> issuer(CUSTOMER, interrupted).issue(NAMES, LIFE))
        .isInstanceOf(InterruptedException.class);
    assertThat(challenges.left()).isEmpty();
  }

  private AcmeIssuer issuer(ExternalBinding binding, ChallengeSolver.Http01... solvers) {
    var account = new AcmeAccount(List.of(URI.create("mailto:ops@contoso.test")), true, binding);
    var solver = solvers.length == 0 ? challenges.byFile() : solvers[0];
    return new AcmeIssuer(
        new AcmeSettings(pebble.server(), account, "shortlived", Duration.ofMinutes(1)),
        new AcmePorts(List.of(solver), keys, Clock.systemUTC(), new SecureRandom(), Thread::sleep));
  }
}
