package dev.gatehouse.cli;

import dev.gatehouse.api.Problem;
import dev.gatehouse.api.ProblemException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.Writer;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** What every command of the group {@code ml} takes, and how it ends. */
final class MlOptions extends OnServer {
  /** What is broken is not the request: the second exit code of the Azure CLI. */
  static final int SYSTEM_ERROR = 2;

  @Mixin private final PlaceOptions place = new PlaceOptions();

  @Option(
      names = {"--output", "-o"},
      paramLabel = "FORMAT",
      description = "json (default), jsonc, yaml, yamlc, table, tsv or none.")
  private OutputFormat format = OutputFormat.JSON;

  @Option(
      names = "--query",
      paramLabel = "JMESPATH",
      description = "Print only what this finds in the answer (see jmespath.org).")
  private @Nullable String query;

  @Option(
      names = {"--verbose", "--debug", "-v"},
      description = "Print the full object instead of the short one.")
  private boolean verbose;

  @Option(names = "--only-show-errors", description = "Print no progress line.")
  private boolean quiet;

  MlOptions(Context context) {
    super(context);
  }

  /** What a command does in the workspace; the table is what it prints. */
  interface Work {
    Shown run(Place in, Steps steps) throws IOException;
  }

  int run(Work work) throws IOException {
    // Before anything is done: a query that cannot be read must not cost an operation.
    Optional<Query> wanted = Optional.ofNullable(query).map(Query::parse);
    PrintWriter progress = quiet ? new PrintWriter(Writer.nullWriter()) : err();
    try (Place in = Place.open(folder(), place, context())) {
      Shown shown = work.run(in, Output.steps(progress, context()));
      out()
          .print(
              wanted
                  .map(each -> format.render(each.of(shown.document(verbose))))
                  .orElseGet(() -> format.render(shown, verbose)));
      return ExitCode.DONE;
    } catch (ProblemException e) {
      throw failure(e);
    }
  }

  /** The folder that is meant, which need not be tied to a workspace yet. */
  java.nio.file.Path path() {
    return place.path();
  }

  private static Failure failure(ProblemException e) {
    return switch (e.problem()) {
      case Problem.Upstream _, Problem.Internal _, Problem.NoSpace _ ->
          new Failure(SYSTEM_ERROR, e.problem().message());
      case Problem.Invalid _,
          Problem.Unauthenticated _,
          Problem.Forbidden _,
          Problem.NotFound _,
          Problem.MethodNotAllowed _,
          Problem.Conflict _,
          Problem.InUse _,
          Problem.TooLarge _ ->
          new Failure(ExitCode.FAILED, e.problem().message());
    };
  }
}
