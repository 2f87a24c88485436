package dev.gatehouse.cli;

import dev.gatehouse.api.Wire;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.node.ObjectNode;

/** Changes TLS and load balancer of a compute target. */
@Command(
    name = "aks",
    description = "Change TLS or the load balancer of a compute target.",
    footer = {
      "",
      "Examples:",
      "  ./gatehouse ml computetarget update aks -n myaks --ssl-leaf-domain-label myaks --ssl-overwrite-domain True --ssl-renew",
      "  ./gatehouse ml computetarget update aks -n myaks --ssl-cname www.contoso.com --ssl-cert-file cert.pem --ssl-key-file key.pem",
      "  ./gatehouse ml computetarget update aks -n myaks --ssl-disable True"
    })
final class TargetUpdateCommand implements Callable<Integer> {
  @Mixin private final MlOptions ml;
  @Mixin private final TargetChange change = new TargetChange();
  @Mixin private final SslOptions ssl = new SslOptions();
  @Mixin private final BalancerOptions balancer = new BalancerOptions();

  @Option(
      names = "--ssl-disable",
      arity = "0..1",
      fallbackValue = "true",
      paramLabel = "BOOL",
      description = "Switch TLS off.")
  private boolean disable;

  @Option(
      names = "--ssl-renew",
      arity = "0..1",
      fallbackValue = "true",
      paramLabel = "BOOL",
      description = "Get a new certificate of the platform now.")
  private boolean renew;

  TargetUpdateCommand(Context context) {
    ml = new MlOptions(context);
  }

  @Override
  public Integer call() throws IOException {
    return ml.run((in, steps) -> {
      ObjectNode properties = Wire.object();
      ObjectNode inner = properties.putObject("properties");
      boolean balanced = balancer.addTo(inner);
      Optional<ObjectNode> configuration = configuration();
      configuration.ifPresent(wanted -> inner.set("sslConfiguration", wanted));
      if (!balanced && configuration.isEmpty()) {
        throw SslOptions.refused(
            "There is nothing to change; give an option such as --ssl-renew, or see --help.");
      }
      // Otherwise an update of what is not there would create it.
      var _ = in.computes().get(change.name);
      return change.send(in, steps, "update the compute target", properties);
    });
  }

  private Optional<ObjectNode> configuration() throws IOException {
    Optional<ObjectNode> wanted = ssl.configuration();
    if (disable) {
      return Optional.of(Wire.object().put("status", "Disabled"));
    }
    if (!renew) {
      return wanted;
    }
    if (wanted.filter(each -> each.has("cert")).isPresent()) {
      throw SslOptions.refused(
          "--ssl-renew is for certificates of the platform; one that you bring replaces the old one by itself.");
    }
    return Optional.of(
        wanted.orElseGet(() -> Wire.object().put("status", "Auto")).put("renew", true));
  }
}
