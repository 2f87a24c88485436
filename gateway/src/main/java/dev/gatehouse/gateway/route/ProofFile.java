package dev.gatehouse.gateway.route;

import dev.gatehouse.gateway.Proofs;
import dev.gatehouse.gateway.http.Answers;
import dev.gatehouse.gateway.http.Asked;
import dev.gatehouse.gateway.http.Front;
import io.netty.handler.codec.http.HttpMethod;
import io.netty.handler.codec.http.HttpResponseStatus;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Shows certificate authorities the files that they look for (RFC 8555 section 8.3). */
final class ProofFile {
  private ProofFile() {}

  /** Whether the request was for one that is there, which is answered then. */
  static boolean answered(Asked asked, Front front, Proofs proofs) {
    if (proofs.files().isEmpty() || !HttpMethod.GET.equals(asked.request().method())) {
      return false;
    }
    @Nullable String content = proofs.files().get(asked.host() + asked.path());
    if (content == null) {
      return false;
    }
    front.answer(
        Answers.of(
            HttpResponseStatus.OK,
            "application/octet-stream",
            content.getBytes(StandardCharsets.US_ASCII)));
    front.flush();
    return true;
  }
}
