package dev.gatehouse.cli;

import dev.gatehouse.api.ComputeTarget;
import dev.gatehouse.api.PublishedName;
import dev.gatehouse.api.Wire;
import java.io.IOException;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.List;
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
import tools.jackson.databind.node.ArrayNode;

/** The four steps to TLS: domain, certificate, TLS, DNS. */
@Command(name = "tls", description = "TLS of compute targets and services.")
final class TlsCommand {
  private TlsCommand() {}

  static CommandLine line(Context context) {
    return new CommandLine(new TlsCommand()).addSubcommand(new Status(context));
  }

  /** What is done, what is missing, and what to type next. */
  @Command(
      name = "status",
      description = "Show domain, certificate, TLS and DNS, and the next command to type.",
      footer = {
        "",
        "Examples:",
        "  ./gatehouse tls status",
        "  ./gatehouse tls status myaks --json"
      })
  static final class Status implements Callable<Integer> {
    private final Context context;

    @Mixin private final DataOption data;
    @Mixin private final PlaceOptions place = new PlaceOptions();
    @Spec private @Nullable CommandSpec spec;

    @Parameters(
        arity = "0..1",
        paramLabel = "NAME",
        description = "The compute target or service. Without it: all of the workspace.")
    private String name = "";

    @Option(names = "--json", description = "Print JSON for a program.")
    private boolean json;

    Status(Context context) {
      this.context = context;
      this.data = new DataOption(context.dataFolder());
    }

    @Override
    public Integer call() throws IOException {
      List<Checklist> lists = survey();
      PrintWriter out = Output.of(spec);
      if (json) {
        ArrayNode all = Wire.array();
        lists.forEach(list -> all.add(list.toJson()));
        out.println(Wire.pretty(all));
      } else if (lists.isEmpty()) {
        out.println(
            "There is no compute target yet; next: ./gatehouse ml computetarget create aks -n NAME --ssl-leaf-domain-label LABEL");
      } else {
        lists.forEach(list -> out.print(list.toText()));
      }
      return ExitCode.DONE;
    }

    private List<Checklist> survey() throws IOException {
      try (Place in = Place.open(data, place, context)) {
        var survey =
            new TlsSurvey(
                in.server().status(),
                context.lookup(),
                in.certificates().list(),
                PublishedName.list(in.session().get("/gatehouse/names")),
                "sudo ./gatehouse dns hosts --write --data "
                    + Shell.SH.quoted(data.folder().root().toString()));
        var lists = new ArrayList<Checklist>();
        for (ComputeTarget target : in.computes().list()) {
          if (wanted(target.document())) {
            lists.add(survey.target(target.document()));
          }
        }
        String services = "/modelmanagement/v1.0" + in.workspace().path() + "/services";
        for (JsonNode service : in.session().get(services).path("value")) {
          if (wanted(service)) {
            lists.add(survey.service(service));
          }
        }
        if (lists.isEmpty() && !name.isEmpty()) {
          throw new Failure(
              ExitCode.FAILED,
              "There is no compute target and no service '%s' in the workspace '%s'."
                  .formatted(name, in.workspace().name()));
        }
        return List.copyOf(lists);
      }
    }

    private boolean wanted(JsonNode document) {
      return name.isEmpty() || document.path("name").asString("").equalsIgnoreCase(name);
    }
  }
}
