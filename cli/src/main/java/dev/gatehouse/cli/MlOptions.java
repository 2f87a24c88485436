package dev.gatehouse.cli;

import dev.gatehouse.api.Problem;
import dev.gatehouse.api.ProblemException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;

/** What every command of the group {@code ml} takes, and how it ends. */
final class MlOptions {
  /** What is broken is not the request: the second exit code of the Azure CLI. */
  static final int SYSTEM_ERROR = 2;

  private final Context context;

  @Mixin private final DataOption data;
  @Mixin private final PlaceOptions place = new PlaceOptions();

  @Option(
      names = {"--output", "-o"},
      paramLabel = "FORMAT",
      description = "json (default), jsonc, table, tsv or none.")
  private OutputFormat format = OutputFormat.JSON;

  @Option(
      names = "--query",
      paramLabel = "JMESPATH",
      description = "Not supported: pipe the JSON into a program such as jq.")
  private @Nullable String query;

  @Option(
      names = {"--verbose", "--debug", "-v"},
      description = "Print the full object instead of the short one.")
  private boolean verbose;

  @Option(names = "--only-show-errors", description = "Print no progress line.")
  private boolean quiet;

  MlOptions(Context context) {
    this.context = context;
    this.data = new DataOption(context.dataFolder());
  }

  /** What a command does in the workspace; the table is what it prints. */
  interface Work {
    Shown run(Place in, Steps steps) throws IOException;
  }

  int run(@Nullable CommandSpec spec, Work work) throws IOException {
    if (query != null) {
      throw new Failure(
          ExitCode.USAGE,
          "--query is not supported here; print JSON and pipe it into a program such as jq.");
    }
    PrintWriter err = quiet ? new PrintWriter(Writer.nullWriter()) : Output.errorsOf(spec);
    try (Place in = Place.open(data, place, context)) {
      Shown shown = work.run(in, Output.steps(err, context));
      Output.of(spec).print(format.render(shown, verbose));
      return ExitCode.DONE;
    } catch (ProblemException e) {
      throw asFailure(e);
    }
  }

  private static RuntimeException asFailure(ProblemException e) {
    return switch (e.problem()) {
      case Problem.Upstream(var code, _) when code.equals("Unreachable") -> e;
      case Problem.Upstream _, Problem.Internal _, Problem.NoSpace _ ->
          new Failure(SYSTEM_ERROR, e.problem().message());
      default -> e;
    };
  }
}
