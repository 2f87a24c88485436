package dev.gatehouse.dns;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.DatagramSocket;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class SurveyTest {
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private final DnsServer server =
      new DnsServer(
          new InetSocketAddress(InetAddress.getLoopbackAddress(), 0),
          List.of(
              Examples.empty()
                  .with(
                      List.of(
                          Examples.a("ns1.serve.example", "127.0.0.1"),
                          Examples.a("www.serve.example", "192.0.2.2"),
                          ResourceRecord.address(
                              "www.serve.example",
                              Duration.ofMinutes(5),
                              Examples.ip("2001:db8::2")),
                          Examples.cname("one.serve.example", "www.serve.example"),
                          ResourceRecord.txt("text.serve.example", Examples.TTL, "here")))));
  private Survey survey;

  @BeforeEach
  void start() throws IOException {
    server.start();
    survey = new Survey(List.of(server.address()), server.address().getPort(), PATIENCE);
  }

  @AfterEach
  void stop() {
    server.close();
  }

  @Test
  void readsAddressesAliasesAndTtl() {
    assertThat(survey.ask(server.address(), "One.serve.example"))
        .isEqualTo(
            new Reply.Leads(
                List.of(Examples.ip("192.0.2.2"), Examples.ip("2001:db8::2")),
                List.of("www.serve.example"),
                Examples.TTL));
  }

  @Test
  void tellsANameWithoutAddressFromNoName() {
    assertThat(survey.resolver("text.serve.example"))
        .isEqualTo(new Reply.Nothing(true, Duration.ofSeconds(60)));
    assertThat(survey.resolver("none.serve.example"))
        .isEqualTo(new Reply.Nothing(false, Duration.ofSeconds(60)));
  }

  @Test
  void saysWhatAServerAnsweredInstead() {
    assertThat(survey.ask(server.address(), "www.elsewhere.example"))
        .isEqualTo(new Reply.Failed(Asking.text(server.address()) + " answers REFUSED"));
  }

  @Test
  void findsTheServersOfTheZone() {
    assertThat(survey.authority("deep.below.www.serve.example"))
        .contains(new Survey.Authority("serve.example", List.of(server.address())));
    assertThat(survey.authority("www.elsewhere.example")).isEmpty();
  }

  @Test
  void goesOnToTheNextResolverAndGivesUpInTime() throws IOException {
    try (var silent =
        new DatagramSocket(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))) {
      var deaf = (InetSocketAddress) silent.getLocalSocketAddress();
      var both = new Survey(List.of(deaf, server.address()), 53, Duration.ofMillis(100));
      assertThat(both.resolver("www.serve.example")).isInstanceOf(Reply.Leads.class);
      assertThat(both.authority("www.serve.example")).isPresent();
      var alone = new Survey(List.of(deaf), 53, Duration.ofMillis(100));
      assertThat(alone.resolver("www.serve.example"))
          .isInstanceOfSatisfying(
              Reply.Failed.class, failed -> assertThat(failed.why()).contains("100 ms"));
      assertThat(alone.authority("www.serve.example")).isEmpty();
    }
  }

  @Test
  void saysThatThereIsNoResolver() {
    assertThat(new Survey(List.of(), 53, PATIENCE).resolver("www.serve.example"))
        .isEqualTo(new Reply.Failed("this machine has no DNS resolver"));
    assertThat(Survey.systemResolvers()).isNotNull();
  }
}
