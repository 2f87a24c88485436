package dev.gatehouse.cli;

import dev.gatehouse.api.Wire;
import dev.gatehouse.certificates.Bundle;
import dev.gatehouse.certificates.CustomCertificate;
import dev.gatehouse.certificates.Pem;
import java.io.IOException;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.node.ObjectNode;

/** Brings a custom certificate in any form to a compute target. */
@Command(
    name = "import",
    description = "Check certificate files and put them into service on a compute target.",
    footer = {
      "",
      "Example:",
      "  ./gatehouse certificate import contoso.pfx --passphrase-file pass.txt --target myaks --cname www.contoso.com"
    })
final class CertificateImportCommand implements Callable<Integer> {
  private final Context context;

  @Mixin private final DataOption data;
  @Mixin private final PlaceOptions place = new PlaceOptions();
  @Mixin private final FileOptions files = new FileOptions();
  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = {"--target", "-t"},
      required = true,
      paramLabel = "N",
      description = "The compute target.")
  private String target = "";

  @Option(
      names = "--cname",
      paramLabel = "NAME",
      description = "The name to be served. Without it: the first one of the certificate.")
  private String cname = "";

  CertificateImportCommand(Context context) {
    this.context = context;
    this.data = new DataOption(context.dataFolder());
  }

  @Override
  public Integer call() throws IOException {
    Bundle bundle = files.read();
    if (!bundle.hasKey()) {
      throw new Failure(
          ExitCode.FAILED, "No key is among the files; add the one that it was requested with.");
    }
    String host = CertificateCheckCommand.host(bundle, cname);
    CustomCertificate.Checked checked =
        CertificateCheckCommand.checked(bundle, host, context.timer().clock().instant());
    checked.repairs().forEach(repair -> Output.errorsOf(spec).println("repaired  " + repair));
    checked.warnings().forEach(warning -> Output.errorsOf(spec).println("warning   " + warning));
    ObjectNode properties = Wire.object();
    properties
        .putObject("properties")
        .putObject("sslConfiguration")
        .put("status", "Enabled")
        .put("cname", host)
        .put("cert", Pem.of(checked.pair().chain()))
        .put("key", bundle.keyPem());
    try (Place in = Place.open(data, place, context)) {
      var _ = in.computes().get(target);
      var steps = Output.steps(Output.errorsOf(spec), context);
      String operation = in.computes().put(target, properties);
      in.await(steps, "put the certificate of '" + host + "' into service", operation);
      Output.of(spec).print(CertificateText.one(in.certificates().get(target)));
      return ExitCode.DONE;
    }
  }
}
