package dev.gatehouse.cli;

import dev.gatehouse.certificates.Bundle;
import dev.gatehouse.certificates.CertificateFacts;
import dev.gatehouse.certificates.CertificateFault;
import dev.gatehouse.certificates.CustomCertificate;
import dev.gatehouse.certificates.TrustedRoots;
import java.io.IOException;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Says whether files can be served, as the server will when it gets them. */
@Command(
    name = "check",
    description = "Check certificate files before you bring them; no server is needed.",
    footer = {
      "",
      "The exit code is 1 when a server could not use them; without a key, only the facts are shown.",
      "",
      "Example:",
      "  ./gatehouse certificate check cert.pem key.pem --cname www.contoso.com"
    })
final class CertificateCheckCommand implements Callable<Integer> {
  private final Context context;

  // Every command takes it, so that scripts can add it to all.
  @SuppressWarnings("UnusedVariable")
  @Mixin
  private final DataOption data;

  @Mixin private final FileOptions files;
  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--cname",
      paramLabel = "NAME",
      description = "The name to be served. Without it: the first one of the certificate.")
  private String cname = "";

  CertificateCheckCommand(Context context) {
    this.context = context;
    this.data = new DataOption(context.dataFolder());
    this.files = new FileOptions(context);
  }

  @Override
  public Integer call() throws IOException {
    Bundle bundle = files.read();
    Instant now = context.timer().clock().instant();
    PrintWriter out = Output.of(spec);
    bundle.certificates().forEach(each -> describe(out, CertificateFacts.of(each), now));
    if (!bundle.hasKey()) {
      out.println("No key is among the files: whether they can be served was not checked.");
      return ExitCode.DONE;
    }
    String host = host(bundle, cname);
    CustomCertificate.Checked checked = checked(bundle, host, now);
    checked.repairs().forEach(repair -> out.println("repaired  " + repair));
    checked.warnings().forEach(warning -> out.println("warning   " + warning));
    out.println("good      A server named '" + host + "' can use them.");
    return ExitCode.DONE;
  }

  private static CustomCertificate.Checked checked(Bundle bundle, String host, Instant now) {
    try {
      return bundle.check(host, now, TrustedRoots.ofThisJava());
    } catch (CertificateFault e) {
      throw FileOptions.refused(e);
    }
  }

  /** The name that was asked for, else the first one of the certificate. */
  private static String host(Bundle bundle, String wanted) {
    return Optional.of(wanted)
        .filter(name -> !name.isEmpty())
        .or(() ->
            bundle.leaf().flatMap(leaf -> CertificateFacts.of(leaf).names().stream().findFirst()))
        .orElse("");
  }

  private static void describe(PrintWriter out, CertificateFacts facts, Instant now) {
    out.println(
        "found     %s, issued by '%s', serial %s, %s, until %s (%d days left)"
            .formatted(
                facts.names().isEmpty() ? "a certificate without names" : facts.names(),
                facts.issuer(),
                facts.serial(),
                facts.keyType(),
                facts.notAfter(),
                facts.daysLeft(now)));
  }
}
