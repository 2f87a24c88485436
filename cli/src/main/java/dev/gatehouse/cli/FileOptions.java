package dev.gatehouse.cli;

import dev.gatehouse.certificates.Bundle;
import dev.gatehouse.certificates.CertificateFault;
import dev.gatehouse.certificates.Passphrase;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** Files with certificates and a key. */
final class FileOptions {
  @Parameters(
      arity = "1..*",
      paramLabel = "FILE",
      description =
          "Certificates and key in any order: PEM, DER or PKCS#12, keys as PKCS#8, PKCS#1 or SEC1.")
  private List<Path> files = new ArrayList<>();

  @Option(
      names = "--passphrase-file",
      paramLabel = "FILE",
      description = "A file whose first line opens an encrypted key or store.")
  private @Nullable Path passphrase;

  Bundle read() throws IOException {
    var contents = new ArrayList<byte[]>();
    for (Path file : files) {
      if (!Files.isRegularFile(file)) {
        throw new Failure(ExitCode.FAILED, "There is no file '" + file + "'.");
      }
      contents.add(Files.readAllBytes(file));
    }
    Passphrase opens =
        passphrase == null
            ? Passphrase.NONE
            : Passphrase.of(
                Files.readString(passphrase).lines().findFirst().orElse("").toCharArray());
    try {
      return Bundle.of(contents, opens);
    } catch (CertificateFault e) {
      throw refused(e);
    }
  }

  static Failure refused(CertificateFault e) {
    return new Failure(ExitCode.FAILED, e.reason().sentence());
  }
}
