package dev.gatehouse.cli;

import dev.gatehouse.certificates.Bundle;
import dev.gatehouse.certificates.Pem;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Makes the two PEM files that enable_ssl wants of whatever an authority sent. */
@Command(
    name = "convert",
    description = "Write certificates as cert.pem (in order, without root) and the key as key.pem.",
    footer = {
      "",
      "Example:",
      "  ./gatehouse certificate convert contoso.pfx --passphrase-file pass.txt"
    })
final class CertificateConvertCommand implements Callable<Integer> {
  private final Context context;

  // Every command takes it, so that scripts can add it to all.
  @SuppressWarnings("UnusedVariable")
  @Mixin
  private final DataOption data;

  @Mixin private final FileOptions files;
  @Spec private @Nullable CommandSpec spec;

  @Option(names = "--out", paramLabel = "DIR", description = "Where to write; here without it.")
  private Path folder = Path.of("");

  @Option(names = "--force", description = "Replace files that are there.")
  private boolean force;

  CertificateConvertCommand(Context context) {
    this.context = context;
    this.data = new DataOption(context.dataFolder());
    this.files = new FileOptions(context);
  }

  @Override
  public Integer call() throws IOException {
    Bundle bundle = files.read();
    Files.createDirectories(folder.toAbsolutePath());
    if (!bundle.certificates().isEmpty()) {
      write("cert.pem", Pem.of(bundle.chain(context.timer().clock().instant())), "rw-r--r--");
    }
    if (bundle.hasKey()) {
      write("key.pem", bundle.keyPem(), "rw-------");
    }
    return ExitCode.DONE;
  }

  /** Whole or not at all, and never readable for more than it is meant for. */
  private void write(String name, String text, String permissions) throws IOException {
    Path file = folder.toAbsolutePath().resolve(name);
    Path temporary =
        Files.createTempFile(
            folder.toAbsolutePath(),
            name,
            ".new",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try {
      Files.writeString(temporary, text);
      Files.setPosixFilePermissions(temporary, PosixFilePermissions.fromString(permissions));
      if (force) {
        Files.move(temporary, file, StandardCopyOption.REPLACE_EXISTING);
      } else {
        Files.move(temporary, file);
      }
    } catch (FileAlreadyExistsException _) {
      throw new Failure(
          ExitCode.FAILED,
          file + " is there already; --force replaces it, --out writes elsewhere.");
    } finally {
      Files.deleteIfExists(temporary);
    }
    Output.of(spec).println("wrote " + file);
  }
}
