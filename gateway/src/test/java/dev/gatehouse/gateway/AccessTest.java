package dev.gatehouse.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import com.nimbusds.jose.JOSEException;
import com.nimbusds.jose.JWSAlgorithm;
import com.nimbusds.jose.JWSHeader;
import com.nimbusds.jose.crypto.ECDSASigner;
import com.nimbusds.jose.crypto.MACSigner;
import com.nimbusds.jwt.JWTClaimsSet;
import com.nimbusds.jwt.SignedJWT;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.time.Duration;
import java.time.Instant;
import java.util.Date;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AccessTest {
  private static final String SCORE = "/api/v1/service/s/score";
  private static final KeyPair ISSUER = Authority.keys();

  @TempDir Path folder;
  private Scene scene;
  private Replica replica;

  @BeforeEach
  void open() throws Exception {
    scene = new Scene(folder);
    replica = scene.replica(call -> call.answer(200, call.headers.toString()));
  }

  @AfterEach
  void close() throws Exception {
    scene.close();
  }

  private void serve(Access access) {
    scene.serve(Scene.service("s", access, Scene.version("v", 100, Scene.limits(), replica)));
  }

  private int status(String authorization) throws Exception {
    return scene.wire().ask(Scene.get(SCORE, "Authorization: " + authorization)).status();
  }

  @Test
  void letsEitherKeyInAndNoOther() throws Exception {
    serve(new Access.Keys("first", "second"));
    assertThat(status("Bearer first")).isEqualTo(200);
    assertThat(status("bearer second")).isEqualTo(200);
    for (String wrong : new String[] {"Bearer third", "Bearer ", "Basic first", "first"}) {
      assertThat(status(wrong)).as(wrong).isEqualTo(401);
    }
  }

  @Test
  void saysWhatIsMissing() throws Exception {
    serve(new Access.Keys("first", "second"));
    var reply = scene.wire().ask(Scene.get(SCORE));
    assertThat(reply.status()).isEqualTo(401);
    assertThat(reply.header("www-authenticate")).isEqualTo("Bearer");
    assertThat(reply.body()).contains("send the header 'Authorization: Bearer <key>'");
  }

  @Test
  void aModelNeverSeesTheKey() throws Exception {
    serve(new Access.Keys("first", "second"));
    var reply = scene.wire().ask(Scene.get(SCORE, "Authorization: Bearer first"));
    assertThat(reply.body()).doesNotContain("first").doesNotContain("authorization");
  }

  @Test
  void keepsTheConnectionAfterARefusalWithASmallBody() throws Exception {
    serve(new Access.Keys("first", "second"));
    var wire = scene.wire();
    assertThat(wire.ask(Scene.post(SCORE, "{}")).status()).isEqualTo(401);
    assertThat(wire.ask(Scene.post(SCORE, "{}", "Authorization: Bearer first")).status())
        .isEqualTo(200);
  }

  @Test
  void letsAGoodTokenInAgainAndAgain() throws Exception {
    serve(new Access.Tokens((ECPublicKey) ISSUER.getPublic(), "s"));
    String token = token(ISSUER, "s", Instant.now().plusSeconds(60), Instant.now());
    assertThat(status("Bearer " + token)).isEqualTo(200);
    assertThat(status("Bearer " + token)).isEqualTo(200);
  }

  @Test
  void refusesATokenThatIsOldEarlyForeignOrForAnother() throws Exception {
    serve(new Access.Tokens((ECPublicKey) ISSUER.getPublic(), "s"));
    var now = Instant.now();
    var soon = now.plusSeconds(60);
    var foreign = Authority.keys();
    assertThat(status("Bearer " + token(ISSUER, "s", now.minusSeconds(1), now))).isEqualTo(401);
    assertThat(status("Bearer " + token(ISSUER, "s", soon, now.plusSeconds(600)))).isEqualTo(401);
    assertThat(status("Bearer " + token(foreign, "s", soon, now))).isEqualTo(401);
    assertThat(status("Bearer " + token(ISSUER, "t", soon, now))).isEqualTo(401);
    assertThat(status("Bearer " + "x".repeat(9_000))).isEqualTo(401);
    assertThat(status("Bearer no.jwt.here")).isEqualTo(401);
  }

  @Test
  void refusesATokenWithoutExpiryOrWithAnotherAlgorithm() throws Exception {
    serve(new Access.Tokens((ECPublicKey) ISSUER.getPublic(), "s"));
    var claims = new JWTClaimsSet.Builder().audience("s").build();
    assertThat(status("Bearer " + signed(ISSUER, claims))).isEqualTo(401);
    var mac = new SignedJWT(new JWSHeader(JWSAlgorithm.HS256), claims);
    mac.sign(new MACSigner(new byte[32]));
    var reply = scene.wire().ask(Scene.get(SCORE, "Authorization: Bearer " + mac.serialize()));
    assertThat(reply.body()).contains("it is no JWT (ES256) signed by its issuer");
  }

  @Test
  void aNewKeyCountsFromTheNextRequestOn() throws Exception {
    serve(new Access.Keys("first", "second"));
    var wire = scene.wire();
    String asking = Scene.get(SCORE, "Authorization: Bearer third");
    assertThat(wire.ask(asking).status()).isEqualTo(401);
    serve(new Access.Keys("third", "second"));
    assertThat(wire.ask(asking).status()).isEqualTo(200);
  }

  private static String token(KeyPair by, String audience, Instant expires, Instant from)
      throws JOSEException {
    return signed(
        by,
        new JWTClaimsSet.Builder()
            .audience(audience)
            .expirationTime(Date.from(expires))
            .notBeforeTime(Date.from(from.minus(Duration.ofSeconds(1))))
            .build());
  }

  private static String signed(KeyPair by, JWTClaimsSet claims) throws JOSEException {
    var jwt = new SignedJWT(new JWSHeader(JWSAlgorithm.ES256), claims);
    jwt.sign(new ECDSASigner((ECPrivateKey) by.getPrivate()));
    return jwt.serialize();
  }
}
