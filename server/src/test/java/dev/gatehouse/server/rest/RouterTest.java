package dev.gatehouse.server.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.api.Problem;
import dev.gatehouse.api.ProblemException;
import java.util.Map;
import org.junit.jupiter.api.Test;

class RouterTest {
  private final Router router =
      new Router(
              request -> {
                if (request.header("Authorization").isEmpty()) {
                  throw new ProblemException(
                      new Problem.Unauthenticated("AuthenticationFailed", "Sign in."));
                }
                return new Caller("somebody");
              })
          .open(
              "GET",
              "/Things/{name}",
              Envelope.ARM,
              r -> Response.text(200, "text/plain", r.parameter("name")))
          .open(
              "GET",
              "/files/{path...}",
              Envelope.ARM,
              r -> Response.text(200, "text/plain", r.parameter("path")))
          .open("POST", "/json", Envelope.FLAT, r -> Response.ok(r.json()))
          .open(
              "GET",
              "/broken",
              Envelope.FLAT,
              _ -> {
                throw new IllegalStateException("the secret cause");
              })
          .route(
              "GET",
              "/own",
              Envelope.ARM,
              r -> Response.text(200, "text/plain", r.caller().subject()));

  @Test
  void ignoresLetterCaseAndDoubleSlashes() {
    assertThat(Requests.text(router.handle(Requests.get("//tHiNgs//one")))).isEqualTo("one");
  }

  @Test
  void decodesSegmentsAndKeepsThePlusSign() {
    assertThat(Requests.text(router.handle(Requests.get("/things/a%3A1+b")))).isEqualTo("a:1+b");
  }

  @Test
  void givesTheRestOfThePathWithItsSlashes() {
    assertThat(Requests.text(router.handle(Requests.get("/files/a/b%20c/d")))).isEqualTo("a/b c/d");
  }

  @Test
  void answersUnknownPathsAndMethodsInTheEnvelope() {
    assertThat(router.handle(Requests.get("/nowhere")).status()).isEqualTo(404);
    Response wrongMethod = router.handle(Requests.of("DELETE", "/things/one", "", Map.of()));
    assertThat(wrongMethod.status()).isEqualTo(405);
    assertThat(Requests.text(wrongMethod)).contains("{\"error\":{\"code\":\"MethodNotAllowed\"");
  }

  @Test
  void asksForATokenUnlessTheRouteIsOpen() {
    Response refused = router.handle(Requests.get("/own"));
    assertThat(refused.status()).isEqualTo(401);
    assertThat(refused.headers()).containsEntry("WWW-Authenticate", "Bearer");
    var withToken = Requests.of("GET", "/own", "", Map.of("authorization", "Bearer x"));
    assertThat(Requests.text(router.handle(withToken))).isEqualTo("somebody");
  }

  @Test
  void namesThePlaceWhereJsonIsBroken() {
    Response refused = router.handle(Requests.of("POST", "/json", "{\"a\": tru}", Map.of()));
    assertThat(refused.status()).isEqualTo(400);
    assertThat(Requests.text(refused))
        .contains("not valid JSON (line 1, column")
        .contains("\"statusCode\":400");
  }

  @Test
  void refusesAnEmptyBodyAndOneThatIsNoObject() {
    assertThat(Requests.text(router.handle(Requests.of("POST", "/json", "", Map.of()))))
        .contains("no body");
    assertThat(Requests.text(router.handle(Requests.of("POST", "/json", "[1]", Map.of()))))
        .contains("JSON object");
  }

  @Test
  void refusesBrokenPercentEncoding() {
    assertThat(router.handle(Requests.get("/things/%zz")).status()).isEqualTo(400);
  }

  @Test
  void hidesTheCauseOfOurOwnFaults() {
    Response failed = router.handle(Requests.get("/broken"));
    assertThat(failed.status()).isEqualTo(500);
    assertThat(Requests.text(failed)).doesNotContain("secret").contains("InternalError");
  }
}
