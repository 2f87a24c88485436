package dev.gatehouse.cli;

import dev.gatehouse.api.Wire;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** The certificates that are in service. */
@Command(name = "certificate", description = "Show, renew, check and bring certificates.")
final class CertificateCommand {
  private CertificateCommand() {}

  static CommandLine line(Context context) {
    return new CommandLine(new CertificateCommand())
        .addSubcommand(new Listing(context))
        .addSubcommand(new Show(context))
        .addSubcommand(new Renew(context))
        .addSubcommand(new CertificateCheckCommand(context))
        .addSubcommand(new CertificateConvertCommand(context))
        .addSubcommand(new CertificateImportCommand(context));
  }

  /** All of the workspace. */
  @Command(
      name = "list",
      description = "Show all certificates of the workspace.",
      footer = {"", "Example:", "  ./gatehouse certificate list --json"})
  static final class Listing implements Callable<Integer> {
    private final Context context;

    @Mixin private final DataOption data;
    @Mixin private final PlaceOptions place = new PlaceOptions();
    @Spec private @Nullable CommandSpec spec;

    @Option(names = "--json", description = "Print JSON for a program.")
    private boolean json;

    Listing(Context context) {
      this.context = context;
      this.data = new DataOption(context.dataFolder());
    }

    @Override
    public Integer call() throws IOException {
      PrintWriter out = Output.of(spec);
      try (Place in = Place.open(data, place, context)) {
        JsonNode all = in.certificates().list();
        if (json) {
          out.println(Wire.pretty(all));
        } else {
          out.print(CertificateText.list(all));
        }
        return ExitCode.DONE;
      }
    }
  }

  /** One with its past. */
  @Command(
      name = "show",
      description = "Show the certificate of a compute target or service, and its history.",
      footer = {"", "Example:", "  ./gatehouse certificate show myaks"})
  static final class Show implements Callable<Integer> {
    private final Context context;

    @Mixin private final DataOption data;
    @Mixin private final PlaceOptions place = new PlaceOptions();
    @Spec private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "OWNER", description = "The compute target or service.")
    private String owner = "";

    @Option(names = "--json", description = "Print JSON for a program.")
    private boolean json;

    Show(Context context) {
      this.context = context;
      this.data = new DataOption(context.dataFolder());
    }

    @Override
    public Integer call() throws IOException {
      try (Place in = Place.open(data, place, context)) {
        print(Output.of(spec), in.certificates().get(owner), json);
        return ExitCode.DONE;
      }
    }
  }

  /** Replaces one of the platform's. */
  @Command(
      name = "renew",
      description = "Get a new key and certificate now, whatever is left of the old one.",
      footer = {
        "",
        "The old one stays in service until a handshake has shown the new one. A custom certificate",
        "is renewed by bringing the new one.",
        "",
        "Example:",
        "  ./gatehouse certificate renew myaks"
      })
  static final class Renew implements Callable<Integer> {
    private final Context context;

    @Mixin private final DataOption data;
    @Mixin private final PlaceOptions place = new PlaceOptions();
    @Spec private @Nullable CommandSpec spec;

    @Parameters(paramLabel = "OWNER", description = "The compute target or service.")
    private String owner = "";

    @Option(names = "--json", description = "Print JSON for a program.")
    private boolean json;

    Renew(Context context) {
      this.context = context;
      this.data = new DataOption(context.dataFolder());
    }

    @Override
    public Integer call() throws IOException {
      try (Place in = Place.open(data, place, context)) {
        var steps = Output.steps(Output.errorsOf(spec), context);
        in.await(steps, "renew the certificate of '" + owner + "'", in.certificates().renew(owner));
        print(Output.of(spec), in.certificates().get(owner), json);
        return ExitCode.DONE;
      }
    }
  }

  private static void print(PrintWriter out, JsonNode certificate, boolean json) {
    out.print(json ? Wire.pretty(certificate) + "\n" : CertificateText.one(certificate));
  }
}
