package dev.gatehouse.cli;

import dev.gatehouse.api.Credentials;
import dev.gatehouse.api.ServerStatus;
import dev.gatehouse.api.Wire;
import dev.gatehouse.api.WorkspaceId;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Prints the variables with which an unmodified script finds this server. */
@Command(
    name = "env",
    description = "Print the environment variables that send Azure ML scripts to Gatehouse.",
    footer = {
      "",
      "Examples:",
      "  eval \"$(./gatehouse env --config .)\"           sh, bash, zsh",
      "  ./gatehouse env --shell fish | source",
      "  ./gatehouse env --shell powershell | Out-String | Invoke-Expression"
    })
final class EnvCommand implements Callable<Integer> {
  private static final String MSI = "MSI_ENDPOINT";

  private final Context context;

  @Mixin private final DataOption data;
  @Spec private @Nullable CommandSpec spec;

  @Option(
      names = "--config",
      paramLabel = "DIR",
      description = "Also write DIR/config.json, which Workspace.from_config() reads.")
  private @Nullable Path config;

  @Option(
      names = "--managed-identity",
      description = "Sign in as a managed identity instead of a service principal.")
  private boolean managedIdentity;

  @Option(
      names = "--shell",
      paramLabel = "NAME",
      defaultValue = "sh",
      description = "sh, fish or powershell (default: ${DEFAULT-VALUE}).")
  private Shell shell = Shell.SH;

  @Option(names = "--json", description = "Print the variables as a JSON object.")
  private boolean json;

  EnvCommand(Context context) {
    this.context = context;
    this.data = new DataOption(context.dataFolder());
  }

  @Override
  public Integer call() throws IOException {
    DataFolder folder = data.folder();
    ServerStatus status = folder.requireRunning();
    Path bundle = folder.write("ca-bundle.pem", CaBundle.text(status.ca(), context.environment()));
    Map<String, String> variables = variables(folder, status, bundle);
    print(variables);
    if (config != null) {
      Path written = writeConfig(config, status.workspace());
      Output.errorsOf(spec).println("gatehouse: wrote " + written);
    }
    return ExitCode.DONE;
  }

  private void print(Map<String, String> variables) {
    PrintWriter out = Output.of(spec);
    if (json) {
      var document = Wire.object();
      variables.forEach(document::put);
      out.println(Wire.pretty(document));
      return;
    }
    variables.forEach((name, value) -> out.println(shell.export(name, value)));
    if (!managedIdentity && context.environment().containsKey(MSI)) {
      // The client would prefer it to the service principal.
      out.println(shell.unset(MSI));
    }
  }

  private Map<String, String> variables(DataFolder folder, ServerStatus status, Path bundle)
      throws IOException {
    Credentials credentials = folder.credentials();
    String base = "https://" + status.https().reachable();
    var variables = new LinkedHashMap<String, String>();
    variables.put("ARM_CLOUD_METADATA_URL", base + "/metadata/endpoints");
    variables.put("AZUREML_CURRENT_CLOUD", "AzureCloud");
    variables.put("REQUESTS_CA_BUNDLE", bundle.toString());
    variables.put("SSL_CERT_FILE", bundle.toString());
    if (managedIdentity) {
      variables.put(MSI, base + credentials.managedIdentity().value());
    } else {
      variables.put("AZUREML_SERVICE_PRINCIPAL_TENANT_ID", credentials.tenant());
      variables.put("AZUREML_SERVICE_PRINCIPAL_ID", credentials.clientId());
      variables.put("AZUREML_SERVICE_PRINCIPAL_PASSWORD", credentials.clientSecret().value());
    }
    // A folder that does not exist: in one that does, the client would keep the cloud's table for
    // ever.
    variables.put("AZURE_CONFIG_DIR", folder.root().resolve("no-azure-config").toString());
    variables.put("AML_SUB", status.workspace().subscription());
    variables.put("AML_RG", status.workspace().resourceGroup());
    variables.put("AML_WS", status.workspace().name());
    variables.put("GATEHOUSE_DNS", status.dns().reachable().toString());
    variables.put("GATEHOUSE_TLS_PORT", Integer.toString(status.https().port()));
    return variables;
  }

  /** Keeps a file that says something else beside the new one. */
  private static Path writeConfig(Path folder, WorkspaceId workspace) throws IOException {
    Path file = folder.resolve("config.json");
    String text =
        Wire.pretty(
                Wire.object()
                    .put("subscription_id", workspace.subscription())
                    .put("resource_group", workspace.resourceGroup())
                    .put("workspace_name", workspace.name()))
            + "\n";
    Files.createDirectories(folder);
    if (Files.exists(file) && !Files.readString(file).equals(text)) {
      Files.move(
          file,
          folder.resolve("config.json.old"),
          java.nio.file.StandardCopyOption.REPLACE_EXISTING);
    }
    Files.writeString(file, text);
    return file;
  }
}
