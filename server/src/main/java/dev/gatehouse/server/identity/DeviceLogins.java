package dev.gatehouse.server.identity;

import dev.gatehouse.server.state.Database;
import java.security.SecureRandom;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Locale;

/** Logins in which a program shows a short code that its user approves in a browser (RFC 8628). */
final class DeviceLogins {
  static final Duration LIFE = Duration.ofMinutes(15);
  static final int MAX_ATTEMPTS = 10;
  private static final String ALPHABET = "BCDFGHJKLMNPQRSTVWXZ";

  private final Database database;
  private final InstantSource clock;
  private final SecureRandom random;

  DeviceLogins(Database database, InstantSource clock, SecureRandom random) {
    this.database = database;
    this.clock = clock;
    this.random = random;
  }

  /** What the program keeps to itself, and what it shows. */
  record Codes(String deviceCode, String userCode) {}

  /** Where a login stands. */
  enum Standing {
    PENDING,
    APPROVED,
    UNKNOWN
  }

  Codes begin() {
    var codes = new Codes(Admin.secret(random), userCode());
    database
        .jdbi()
        .useTransaction(h -> {
          h.execute("DELETE FROM device_login WHERE expires_at < ?", clock.instant().toString());
          h.execute(
              "INSERT INTO device_login (device_code_digest, user_code, expires_at) VALUES (?, ?, ?)",
              Admin.digest(codes.deviceCode()),
              codes.userCode(),
              clock.instant().plus(LIFE).toString());
        });
    return codes;
  }

  /** Approves the login with this code; false when there is none, or it has expired. */
  boolean approve(String userCode) {
    return database
        .jdbi()
        .withHandle(h ->
            h.execute(
                    "UPDATE device_login SET approved = 1 WHERE user_code = ? AND expires_at > ? AND attempts < ?",
                    normal(userCode),
                    clock.instant().toString(),
                    MAX_ATTEMPTS)
                == 1);
  }

  /** Counts a wrong secret against the code, so that it cannot be guessed at. */
  void refused(String userCode) {
    database
        .jdbi()
        .useHandle(h ->
            h.execute(
                "UPDATE device_login SET attempts = attempts + 1 WHERE user_code = ?",
                normal(userCode)));
  }

  /** Takes an approved login, once. */
  Standing take(String deviceCode) {
    byte[] digest = Admin.digest(deviceCode);
    return database
        .jdbi()
        .inTransaction(h -> {
          var approved =
              h.createQuery(
                      "SELECT approved FROM device_login WHERE device_code_digest = ? AND expires_at > ?")
                  .bind(0, digest)
                  .bind(1, clock.instant().toString())
                  .mapTo(Boolean.class)
                  .findOne();
          if (approved.isEmpty()) {
            return Standing.UNKNOWN;
          }
          if (!approved.get()) {
            return Standing.PENDING;
          }
          h.execute("DELETE FROM device_login WHERE device_code_digest = ?", digest);
          return Standing.APPROVED;
        });
  }

  private String userCode() {
    var code = new StringBuilder();
    for (int i = 0; i < 8; i++) {
      code.append(ALPHABET.charAt(random.nextInt(ALPHABET.length())));
    }
    return code.insert(4, '-').toString();
  }

  private static String normal(String typed) {
    String letters = typed.toUpperCase(Locale.ROOT).replaceAll("[^A-Z]", "");
    return letters.length() == 8 ? letters.substring(0, 4) + "-" + letters.substring(4) : letters;
  }
}
