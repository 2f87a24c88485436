package dev.gatehouse.cli;

import dev.gatehouse.api.Wire;
import java.io.IOException;
import java.util.function.Function;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import tools.jackson.databind.JsonNode;

/** What every command about a workspace has, but for those that take the Azure CLI's options. */
final class InWorkspace extends OnServer {
  @Mixin private final PlaceOptions place = new PlaceOptions();

  @Option(names = "--json", description = "Print JSON for a program.")
  private boolean json;

  InWorkspace(Context context) {
    super(context);
  }

  /** What is done there. */
  interface Doing {
    void run(Place in) throws IOException;
  }

  int run(Doing doing) throws IOException {
    try (Place in = Place.open(folder(), place, context())) {
      doing.run(in);
      return ExitCode.DONE;
    }
  }

  /** As JSON when that was asked for, else as the text. */
  void print(JsonNode document, Function<JsonNode, String> text) {
    out().print(json ? Wire.pretty(document) + "\n" : text.apply(document));
  }

  /** Waits for an operation, with a line that says so; its failure is the command's. */
  void await(Place in, String what, String operation) throws IOException {
    in.await(Output.steps(err(), context()), what, operation);
  }
}
