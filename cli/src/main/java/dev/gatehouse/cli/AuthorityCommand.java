package dev.gatehouse.cli;

import dev.gatehouse.api.Wire;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** The embedded authority, and how it comes under a root of the user's own. */
@Command(
    name = "authority",
    description = "Show the embedded certificate authority, or put it under your own root.")
final class AuthorityCommand {
  /** Asks for a certificate of an intermediate. */
  @Command(
      name = "request",
      description =
          "Print a request (CSR) for an intermediate; its key stays sealed in the server.",
      footer = {"", "Example:", "  ./gatehouse authority request > authority.csr"})
  static final class RequestCommand implements Callable<Integer> {
    private final Context context;

    @Mixin private final DataOption data;
    @Spec private @Nullable CommandSpec spec;

    RequestCommand(Context context) {
      this.context = context;
      this.data = new DataOption(context.dataFolder());
    }

    @Override
    public Integer call() throws IOException {
      try (var server = ControlPlane.of(data.folder(), context.timer().clock())) {
        JsonNode answer =
            server.session().send("POST", "/gatehouse/authority/request", Wire.object()).json();
        Output.of(spec).print(Wire.text(answer, "request"));
        return ExitCode.DONE;
      }
    }
  }

  /** Brings what the user's root has signed. */
  @Command(
      name = "import",
      description =
          "Sign with the certificate that your root gave for the request; ca.pem becomes your root.",
      footer = {"", "Example:", "  ./gatehouse authority import chain.pem"})
  static final class Import implements Callable<Integer> {
    private final Context context;

    @Mixin private final DataOption data;
    @Spec private @Nullable CommandSpec spec;

    @Parameters(
        paramLabel = "CHAIN",
        description = "PEM with the signed certificate, its issuers and the root.")
    private @Nullable Path chain;

    Import(Context context) {
      this.context = context;
      this.data = new DataOption(context.dataFolder());
    }

    @Override
    public Integer call() throws IOException {
      String text = Files.readString(java.util.Objects.requireNonNull(chain));
      try (var server = ControlPlane.of(data.folder(), context.timer().clock())) {
        JsonNode answer =
            server
                .session()
                .send("PUT", "/gatehouse/authority/intermediate", Wire.object().put("chain", text))
                .json();
        Output.of(spec)
            .println(
                "Certificates are signed under '%s' from now on, and those in service are issued anew; run './gatehouse env' again in open shells."
                    .formatted(answer.path("root").path("subject").asString("")));
        return ExitCode.DONE;
      }
    }
  }

  /** Tells its certificates. */
  @Command(
      name = "show",
      description = "Show the root, the intermediate and the revocation lists.",
      footer = {"", "Example:", "  ./gatehouse authority show --json"})
  static final class Show implements Callable<Integer> {
    private final Context context;

    @Mixin private final DataOption data;
    @Spec private @Nullable CommandSpec spec;

    @Option(names = "--json", description = "Print JSON for a program.")
    private boolean json;

    Show(Context context) {
      this.context = context;
      this.data = new DataOption(context.dataFolder());
    }

    @Override
    public Integer call() throws IOException {
      try (var server = ControlPlane.of(data.folder(), context.timer().clock())) {
        JsonNode answer = server.session().get("/gatehouse/authority");
        PrintWriter out = Output.of(spec);
        if (json) {
          out.println(Wire.pretty(answer));
          return ExitCode.DONE;
        }
        boolean imported = answer.path("imported").asBoolean(false);
        out.printf("%-14s %s%n", "root", line(answer.path("root")));
        out.printf("%-14s %s%n", "", imported ? "your own, imported" : "made by this installation");
        out.printf("%-14s %s%n", "intermediate", line(answer.path("intermediate")));
        out.printf("%-14s %s%n", "permitted", answer.path("permitted").asString(""));
        for (JsonNode list : answer.path("revocationLists")) {
          out.printf(
              "%-14s http://%s%s%n", "revocations", server.status().http(), list.asString(""));
        }
        return ExitCode.DONE;
      }
    }

    private static String line(JsonNode certificate) {
      return certificate.path("subject").asString("")
          + ", until "
          + certificate.path("notAfter").asString("");
    }
  }
}
