package dev.gatehouse.server.rest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.gatehouse.api.Problem;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class ErrorMappingTest {
  static Stream<Arguments> statuses() {
    return Stream.of(
        Arguments.of(new Problem.Invalid("m"), 400),
        Arguments.of(new Problem.Unauthenticated("c", "m"), 401),
        Arguments.of(new Problem.Forbidden("c", "m"), 403),
        Arguments.of(new Problem.NotFound("c", "m"), 404),
        Arguments.of(new Problem.MethodNotAllowed("c", "m"), 405),
        Arguments.of(new Problem.Conflict("c", "m"), 409),
        Arguments.of(new Problem.InUse("c", "m"), 412),
        Arguments.of(new Problem.TooLarge("c", "m"), 413),
        Arguments.of(new Problem.Internal("c", "m"), 500),
        Arguments.of(new Problem.Upstream("c", "m"), 502),
        Arguments.of(new Problem.NoSpace("c", "m"), 507));
  }

  @ParameterizedTest
  @MethodSource("statuses")
  void givesEachProblemItsStatus(Problem problem, int status) {
    assertThat(ErrorMapping.response(problem, Envelope.ARM).status()).isEqualTo(status);
  }

  @Test
  void repeatsTheMessageWhereModelCallsShowIt() {
    String flat = ErrorMapping.flat(new Problem.NotFound("ModelNotFound", "No model.")).toString();
    assertThat(flat)
        .contains("\"statusCode\":404")
        .contains("\"correlation\":{\"message\":\"No model.\"}");
  }

  @Test
  void tellsBlobClientsTheCodeInAHeaderAndEscapesXml() {
    Response blob =
        ErrorMapping.response(
            new Problem.Conflict("BlobAlreadyExists", "a < b & c"), Envelope.BLOB);
    assertThat(blob.headers()).containsEntry("x-ms-error-code", "BlobAlreadyExists");
    assertThat(Requests.text(blob)).contains("a &lt; b &amp; c");
  }

  @Test
  void speaksOauthToTokenClients() {
    Response refused =
        ErrorMapping.response(new Problem.Invalid("invalid_grant", "No."), Envelope.OAUTH);
    assertThat(Requests.text(refused))
        .isEqualTo("{\"error\":\"invalid_grant\",\"error_description\":\"No.\"}");
  }
}
