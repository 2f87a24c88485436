package dev.gatehouse.cli;

import dev.gatehouse.api.Wire;
import dev.gatehouse.certificates.Bundle;
import dev.gatehouse.certificates.CertificateFacts;
import dev.gatehouse.certificates.Pem;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Brings a custom certificate in any form to a compute target or a service of its own name. */
@Command(
    name = "import",
    description = "Put certificate files into service on a compute target or an ACI service.",
    footer = {
      "",
      "The server checks everything first and changes nothing when something is wrong. Without a key among",
      "the files it takes the one that './gatehouse certificate request' made.",
      "",
      "Examples:",
      "  ./gatehouse certificate import chain.pem key.pem --target myaks --cname www.contoso.com",
      "  ./gatehouse certificate import contoso.pfx --passphrase-file pass.txt --service myaci",
      "  ./gatehouse certificate import signed.pem --target myaks"
    })
final class CertificateImportCommand implements Callable<Integer> {
  @Mixin private final InWorkspace here;
  @Mixin private final FileOptions files;

  @ArgGroup(multiplicity = "1")
  private Owner owner = new Owner();

  @Option(
      names = "--cname",
      paramLabel = "NAME",
      description = "The name to be served. Without it: the first one of the certificate.")
  private String cname = "";

  /** One of them. */
  static final class Owner {
    @Option(
        names = {"--target", "-t"},
        paramLabel = "N",
        description = "The compute target.")
    private @Nullable String target;

    @Option(names = "--service", paramLabel = "N", description = "The ACI service.")
    private @Nullable String service;

    String name() {
      return Optional.ofNullable(target).or(() -> Optional.ofNullable(service)).orElse("");
    }
  }

  CertificateImportCommand(Context context) {
    here = new InWorkspace(context);
    files = new FileOptions(context);
  }

  @Override
  public Integer call() throws IOException {
    Bundle bundle = files.read();
    String host = host(bundle);
    return here.run(in -> {
      String operation =
          owner.service == null ? toTarget(in, bundle, host) : toService(in, bundle, host);
      here.await(in, "put the certificate of '" + host + "' into service", operation);
      here.print(in.certificates().get(owner.name()), CertificateText::one);
    });
  }

  private String host(Bundle bundle) {
    if (!cname.isEmpty()) {
      return cname;
    }
    return bundle
        .leaf()
        .flatMap(leaf ->
            CertificateFacts.of(leaf).names().stream()
                .filter(name -> !name.startsWith("*."))
                .findFirst())
        .orElseThrow(() ->
            new Failure(
                ExitCode.FAILED,
                "Which name shall be served does not follow from the certificate; say it with --cname."));
  }

  private String toTarget(Place in, Bundle bundle, String host) {
    // An update of what is not there would create it.
    var _ = in.computes().get(owner.name());
    ObjectNode properties = Wire.object();
    ObjectNode ssl =
        properties
            .putObject("properties")
            .putObject("sslConfiguration")
            .put("status", "Enabled")
            .put("cname", host)
            .put("cert", Pem.of(bundle.certificates()));
    if (bundle.hasKey()) {
      ssl.put("key", bundle.keyPem());
    }
    return in.computes().put(owner.name(), properties);
  }

  private String toService(Place in, Bundle bundle, String host) {
    String type = in.services().get(owner.name()).document().path("computeType").asString("");
    if (!type.equals("ACI")) {
      throw new Failure(
          ExitCode.FAILED,
          "The service '%s' is served by the name of its compute target; bring the certificate to that with --target."
              .formatted(owner.name()));
    }
    ArrayNode patch = Wire.array();
    replace(patch, "sslEnabled").put("value", true);
    replace(patch, "cname").put("value", host);
    replace(patch, "sslCertificate").put("value", Pem.of(bundle.certificates()));
    if (bundle.hasKey()) {
      replace(patch, "sslKey").put("value", bundle.keyPem());
    }
    return in.services().update(owner.name(), patch);
  }

  private static ObjectNode replace(ArrayNode patch, String member) {
    return patch.addObject().put("op", "replace").put("path", "/" + member);
  }
}
