package dev.gatehouse.cli;

import dev.gatehouse.api.ComputeTarget;
import dev.gatehouse.api.PublishedName;
import dev.gatehouse.api.Wire;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;

/** The four steps to TLS: domain, certificate, TLS, DNS. */
@Command(name = "tls", description = "TLS of compute targets and services.")
final class TlsCommand {
  private TlsCommand() {}

  static CommandLine line(Context context) {
    return new CommandLine(new TlsCommand())
        .addSubcommand(new Status(context))
        .addSubcommand(new Off(context))
        .addSubcommand(new On(context));
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
    @Mixin private final InWorkspace here;

    @Parameters(
        arity = "0..1",
        paramLabel = "NAME",
        description = "The compute target or service. Without it: all of the workspace.")
    private String name = "";

    Status(Context context) {
      here = new InWorkspace(context);
    }

    @Override
    public Integer call() throws IOException {
      return here.run(in -> {
        List<Checklist> lists = survey(in);
        ArrayNode all = Wire.array();
        lists.forEach(list -> all.add(list.toJson()));
        here.print(
            all,
            _ ->
                lists.isEmpty()
                    ? "There is no compute target yet; next: ./gatehouse ml computetarget create aks -n NAME --ssl-leaf-domain-label LABEL%s\n"
                        .formatted(here.option())
                    : lists.stream().map(Checklist::toText).collect(Collectors.joining()));
        if (name.isEmpty()) {
          waiting(in);
        }
      });
    }

    /** Requests are nobody's until their certificates come. */
    private void waiting(Place in) {
      for (JsonNode request : in.certificates().openRequests()) {
        here.err()
            .println(
                "request %s waits for the certificate of %s; next: ./gatehouse certificate import CHAIN --target N%s"
                    .formatted(
                        Wire.text(request, "id"), Wire.text(request, "cname"), here.option()));
      }
    }

    private List<Checklist> survey(Place in) throws IOException {
      var survey =
          new TlsSurvey(
              in.server().status(),
              here.context().lookup(),
              in.certificates().list(),
              PublishedName.list(in.session().get("/gatehouse/names")),
              new TlsSurvey.Commands(
                  here.option(), "sudo ./gatehouse dns hosts --write" + here.folder().option()));
      var lists = new ArrayList<Checklist>();
      for (ComputeTarget target : in.computes().list()) {
        if (wanted(target.document())) {
          lists.add(survey.target(target.document()));
        }
      }
      for (JsonNode service : in.services().list()) {
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

    private boolean wanted(JsonNode document) {
      return name.isEmpty() || document.path("name").asString("").equalsIgnoreCase(name);
    }
  }

  /** The option of both. */
  static final class OneService {
    @Parameters(paramLabel = "SERVICE", description = "The service.")
    private String name = "";

    void set(InWorkspace here, Place in, boolean on) throws IOException {
      ArrayNode patch = Wire.array();
      patch.addObject().put("op", "replace").put("path", "/sslEnabled").put("value", on);
      String operation = in.services().update(name, patch);
      here.await(
          in, "switch TLS %s for the service '%s'".formatted(on ? "on" : "off", name), operation);
      JsonNode service = in.services().get(name).document();
      here.print(service, OneService::text);
      String uri = service.path("scoringUri").asString("");
      if (on && uri.startsWith("http://")) {
        here.err()
            .println(
                "its compute target has no TLS; next: ./gatehouse tls status "
                    + service.path("computeName").asString(""));
      }
    }

    private static String text(JsonNode service) {
      var text = new StringBuilder(service.path("scoringUri").asString("")).append('\n');
      service
          .path("warnings")
          .forEach(each -> text.append("WARNING: ").append(each.asString("")).append('\n'));
      return text.toString();
    }
  }

  /** Only this service; its target and neighbours keep theirs. */
  @Command(
      name = "off",
      description = "Serve one service over plain HTTP although its compute target has TLS.",
      footer = {
        "",
        "In a script: properties={'gatehouse.tls': 'disabled'}. TLS of a whole compute target is switched off",
        "by './gatehouse ml computetarget update aks -n N --ssl-disable True'.",
        "",
        "Example:",
        "  ./gatehouse tls off myservice"
      })
  static final class Off implements Callable<Integer> {
    @Mixin private final InWorkspace here;
    @Mixin private final OneService service = new OneService();

    Off(Context context) {
      here = new InWorkspace(context);
    }

    @Override
    public Integer call() throws IOException {
      return here.run(in -> service.set(here, in, false));
    }
  }

  /** Back to the name of its target, or its own. */
  @Command(
      name = "on",
      description = "Serve one service over TLS again.",
      footer = {
        "",
        "An ACI service without a label needs its certificate again: './gatehouse certificate import'.",
        "",
        "Example:",
        "  ./gatehouse tls on myservice"
      })
  static final class On implements Callable<Integer> {
    @Mixin private final InWorkspace here;
    @Mixin private final OneService service = new OneService();

    On(Context context) {
      here = new InWorkspace(context);
    }

    @Override
    public Integer call() throws IOException {
      return here.run(in -> service.set(here, in, true));
    }
  }
}
