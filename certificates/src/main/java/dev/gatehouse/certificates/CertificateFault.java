package dev.gatehouse.certificates;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A certificate or key that was handed over and cannot be used; the message is one sentence for who
 * sent it and never holds key material, not even through a cause.
 */
public final class CertificateFault extends RuntimeException {
  private static final int LONGEST_QUOTE = 200;

  private final Reason reason;

  public CertificateFault(Reason reason) {
    super(reason.sentence());
    this.reason = reason;
  }

  /** What is wrong, with the facts a caller may want to act on. */
  public Reason reason() {
    return reason;
  }

  /** Which of the two things handed over is at fault. */
  public enum Input {
    CERTIFICATE("certificate", "PEM or DER"),
    KEY("key", "PEM (PKCS#8, PKCS#1 or SEC1) or DER");

    private final String word;
    private final String forms;

    Input(String word, String forms) {
      this.word = word;
      this.forms = forms;
    }

    @Override
    public String toString() {
      return word;
    }
  }

  /** What is wrong; every kind says which input, what, and what to do. */
  public sealed interface Reason {
    /** Names the input at fault, the fault and the remedy. */
    String sentence();

    /**
     * Nothing that looks like PEM or DER, or PEM of something else; {@code found} lists its labels.
     */
    record NoPem(Input input, List<String> found) implements Reason {
      public NoPem {
        found = List.copyOf(found);
      }

      @Override
      public String sentence() {
        var wanted = input == Input.KEY ? "PRIVATE KEY" : "CERTIFICATE";
        var held = found.isEmpty() ? "neither PEM nor DER" : "PEM of " + String.join(", ", found);
        return "The %s is %s: send PEM text with a block '-----BEGIN %s-----'."
            .formatted(input, held, wanted);
      }
    }

    /** PEM or DER that does not hold what it claims. */
    record Unreadable(Input input, String what) implements Reason {
      @Override
      public String sentence() {
        return "The %s cannot be read: %s; export it again as %s."
            .formatted(input, quotable(what), input.forms);
      }
    }

    /** The key belongs to none of the certificates. */
    record KeyMismatch(int certificates) implements Reason {
      @Override
      public String sentence() {
        return "The key does not match the certificate: %s; send the key that the certificate was requested with."
            .formatted(
                certificates == 1
                    ? "it belongs to another one"
                    : "it belongs to none of the " + certificates + " given");
      }
    }

    /** None of the certificates is for the key of the pending request. */
    record RequestMismatch(int certificates) implements Reason {
      @Override
      public String sentence() {
        return "None of the %d certificate(s) is for the key of the pending request: send the certificate that was signed from it, or make a new request."
            .formatted(certificates);
      }
    }

    /** It cannot sign for an authority of ours. */
    record UnfitAuthority(String subject, String why) implements Reason {
      @Override
      public String sentence() {
        return "The certificate of '%s' cannot be used: %s.".formatted(quotable(subject), why);
      }
    }

    /** No DNS name or address of the certificate covers the wanted one. */
    record NameNotCovered(String name, List<String> covered) implements Reason {
      public NameNotCovered {
        covered = List.copyOf(covered);
      }

      @Override
      public String sentence() {
        return "The certificate does not cover the name '%s' but %s: send one whose subject alternative names hold it."
            .formatted(
                quotable(name), covered.isEmpty() ? "no name" : quotable(covered.toString()));
      }
    }

    /** The name stands in the common name only, where clients no longer look (RFC 9525). */
    record CommonNameOnly(String name) implements Reason {
      @Override
      public String sentence() {
        return "The certificate names '%s' as its common name only, which clients ignore: have it issued again with that name as a subject alternative name (SAN)."
            .formatted(quotable(name));
      }
    }

    /** The leaf or an intermediate is over. */
    record Expired(String subject, Instant notAfter) implements Reason {
      @Override
      public String sentence() {
        return "The certificate of '%s' expired at %s: send a renewed one."
            .formatted(quotable(subject), notAfter);
      }
    }

    /** The leaf or an intermediate begins in the future. */
    record NotYetValid(String subject, Instant notBefore) implements Reason {
      @Override
      public String sentence() {
        return "The certificate of '%s' is not valid before %s: send one that is valid now, or check this machine's clock."
            .formatted(quotable(subject), notBefore);
      }
    }

    /** RSA under 2048 bits or an elliptic curve under 256. */
    record WeakKey(Input input, String kind) implements Reason {
      @Override
      public String sentence() {
        return "The %s uses a weak key (%s): use RSA of at least 2048 bits or EC P-256."
            .formatted(input, quotable(kind));
      }
    }

    /** A kind of key that no TLS server here can use. */
    record UnsupportedKey(Input input, String kind) implements Reason {
      @Override
      public String sentence() {
        return "The %s uses a key of a kind that is not supported (%s): use RSA of 2048 to 8192 bits, EC P-256, P-384, P-521 or Ed25519."
            .formatted(input, quotable(kind));
      }
    }

    /** Signed with SHA-1 or older. */
    record WeakSignature(String subject, String algorithm) implements Reason {
      @Override
      public String sentence() {
        return "The certificate of '%s' is signed with %s, which clients refuse: have it issued again with SHA-256 or better."
            .formatted(quotable(subject), quotable(algorithm));
      }
    }

    /** The certificate that links the chain to a root was not given. */
    record MissingIntermediate(String subject, String issuer) implements Reason {
      @Override
      public String sentence() {
        return "The certificate of '%s' comes without the certificate of its issuer '%s': append that intermediate (or root) certificate to the PEM text."
            .formatted(quotable(subject), quotable(issuer));
      }
    }

    /** The certificate's extended key usage leaves TLS servers out. */
    record NotForServers(String subject) implements Reason {
      @Override
      public String sentence() {
        return "The certificate of '%s' is not meant for TLS servers: have it issued again with the extended key usage serverAuth."
            .formatted(quotable(subject));
      }
    }

    /** Encrypted, and the passphrase is missing or ({@code given}) wrong. */
    record WrongPassphrase(Input input, boolean given) implements Reason {
      @Override
      public String sentence() {
        return given
            ? "The %s is encrypted and the passphrase given does not open it: send the right one."
                .formatted(input)
            : "The %s is encrypted and no passphrase was given: send its passphrase along, or decrypt it first (openssl pkey -in FILE -out PLAIN)."
                .formatted(input);
      }
    }
  }

  /** Text of an outsider, short and without control characters, so that it can stand in a log. */
  private static String quotable(@Nullable String text) {
    var plain = String.valueOf(text).replaceAll("\\p{C}", "?");
    return plain.length() <= LONGEST_QUOTE ? plain : plain.substring(0, LONGEST_QUOTE) + "...";
  }
}
