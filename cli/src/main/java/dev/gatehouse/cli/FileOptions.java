package dev.gatehouse.cli;

import dev.gatehouse.certificates.Bundle;
import dev.gatehouse.certificates.CertificateFault;
import dev.gatehouse.certificates.CertificateFault.Reason;
import dev.gatehouse.certificates.Passphrase;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Files with certificates and a key. */
final class FileOptions {
  private static final Path STANDARD_INPUT = Path.of("-");

  private final Context context;

  @Parameters(
      arity = "1..*",
      paramLabel = "FILE",
      description =
          "Certificates and key in any order: PEM, DER or PKCS#12, keys as PKCS#8, PKCS#1 or SEC1.")
  private List<Path> files = new ArrayList<>();

  @Option(
      names = "--passphrase-file",
      paramLabel = "FILE",
      description =
          "A file whose first line opens an encrypted key or store; - is standard input. Without it, a terminal is"
              + " asked.")
  private @Nullable Path passphrase;

  FileOptions(Context context) {
    this.context = context;
  }

  Bundle read() throws IOException {
    var contents = new ArrayList<byte[]>();
    for (Path file : files) {
      if (!Files.isRegularFile(file)) {
        throw new Failure(ExitCode.FAILED, "There is no file '" + file + "'.");
      }
      contents.add(Files.readAllBytes(file));
    }
    try {
      return opened(contents);
    } catch (CertificateFault e) {
      throw refused(e);
    }
  }

  private Bundle opened(List<byte[]> contents) throws IOException {
    try {
      return Bundle.of(contents, passphrase == null ? Passphrase.NONE : given(passphrase));
    } catch (CertificateFault e) {
      if (e.reason() instanceof Reason.WrongPassphrase(var input, var given) && !given) {
        Optional<char[]> typed = context.prompt().ask("Passphrase of the " + input);
        if (typed.isPresent()) {
          return Bundle.of(contents, Passphrase.of(typed.get()));
        }
      }
      throw e;
    }
  }

  private static Passphrase given(Path file) throws IOException {
    String line =
        file.equals(STANDARD_INPUT)
            ? new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))
                .readLine()
            : Files.readString(file).lines().findFirst().orElse("");
    return line == null ? Passphrase.NONE : Passphrase.of(line.toCharArray());
  }

  static Failure refused(CertificateFault e) {
    return new Failure(ExitCode.FAILED, e.reason().sentence());
  }
}
