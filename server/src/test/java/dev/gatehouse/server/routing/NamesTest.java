package dev.gatehouse.server.routing;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.gatehouse.api.ProblemException;
import dev.gatehouse.dns.RemoteZone;
import dev.gatehouse.dns.Reply;
import dev.gatehouse.dns.Survey;
import dev.gatehouse.dns.TsigKey;
import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class NamesTest {
  private static final String ZONE = "models.test";
  private static final InetAddress GATEWAY = InetAddress.ofLiteral("192.0.2.9");
  private static final InetSocketAddress ANY_PORT = new InetSocketAddress("127.0.0.1", 0);

  private static EmbeddedNameServer embedded() throws IOException {
    var server = new EmbeddedNameServer(ANY_PORT, ZONE, List.of(GATEWAY), InstantSource.system());
    server.start();
    return server;
  }

  @Test
  void leadsNamesInServiceToTheGatewayAndKnowsNoOthers() throws IOException {
    try (var server = embedded()) {
      var names = new Names(server, ZONE, List.of(GATEWAY), Runnable::run);
      var survey = new Survey(List.of(), 53, Duration.ofSeconds(5));
      names.add("A.models.test");
      names.restore("b.models.test");
      names.add("www.elsewhere.test");
      for (String name : new String[] {"a.models.test", "b.models.test", ZONE}) {
        assertThat(survey.ask(server.address(), name))
            .isEqualTo(new Reply.Leads(List.of(GATEWAY), List.of(), Duration.ofMinutes(1)));
      }
      assertThat(names.known()).containsOnlyKeys("a.models.test", "b.models.test");
      names.remove("a.models.test");
      names.remove(ZONE);
      assertThat(survey.ask(server.address(), "a.models.test"))
          .isEqualTo(new Reply.Nothing(false, Duration.ofMinutes(1)));
      assertThat(survey.ask(server.address(), ZONE)).isInstanceOf(Reply.Leads.class);
    }
  }

  @Test
  void publishesChallengesBesideAddresses() throws IOException {
    try (var server = embedded()) {
      var names = new Names(server, ZONE, List.of(GATEWAY), Runnable::run);
      names.addChallenge("_acme-challenge.a.models.test", "one");
      names.addChallenge("_acme-challenge.a.models.test", "two");
      assertThat(server.zone().recordsAt("_acme-challenge.a.models.test")).hasSize(2);
      names.removeChallenge("_acme-challenge.a.models.test", "one");
      names.removeChallenge("_acme-challenge.a.models.test", "two");
      assertThat(server.zone().recordsAt("_acme-challenge.a.models.test")).isEmpty();
    }
  }

  @Test
  void failsOnlyWhereANewNameDependsOnAServerThatIsDown() throws IOException {
    try (var silent = new DatagramSocket(ANY_PORT)) {
      var key = new TsigKey("k", TsigKey.Algorithm.HMAC_SHA256, new byte[32]);
      var zone =
          new RemoteZone(
              (InetSocketAddress) silent.getLocalSocketAddress(), ZONE, key, Duration.ofMillis(50));
      try (var server = new UpdatedNameServer(zone)) {
        server.start();
        var names = new Names(server, ZONE, List.of(GATEWAY), Runnable::run);
        assertThatThrownBy(() -> names.add("a.models.test"))
            .isInstanceOf(ProblemException.class)
            .hasMessageContaining("127.0.0.1:" + silent.getLocalPort());
        assertThatThrownBy(() -> names.addChallenge("_acme-challenge.a.models.test", "one"))
            .isInstanceOf(ProblemException.class);
        assertThat(names.known()).isEmpty();
        names.restore("b.models.test");
        names.removeChallenge("_acme-challenge.a.models.test", "one");
        assertThat(names.known()).containsOnlyKeys("b.models.test");
        names.remove("b.models.test");
        assertThat(names.known()).isEmpty();
      }
    }
  }

  @Test
  void takesANameOutAgainThatWentWhileItWasRestored() throws IOException {
    try (var server = embedded()) {
      var waiting = new ArrayList<Runnable>();
      var names = new Names(server, ZONE, List.of(GATEWAY), waiting::add);
      names.restore("a.models.test");
      names.remove("a.models.test");
      waiting.forEach(Runnable::run);
      assertThat(server.zone().recordsAt("a.models.test")).isEmpty();
    }
  }
}
