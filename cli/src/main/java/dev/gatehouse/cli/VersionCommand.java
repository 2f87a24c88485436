package dev.gatehouse.cli;

import dev.gatehouse.api.Wire;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Says which version this is. */
@Command(
    name = "version",
    description = "Show the version.",
    footer = {"", "Example:", "  ./gatehouse version --json"})
final class VersionCommand implements Callable<Integer>, IVersionProvider {
  /** Every command takes it, this one without need. */
  @SuppressWarnings("UnusedVariable")
  @Mixin
  private final DataOption data;

  @Spec private @Nullable CommandSpec spec;

  @Option(names = "--json", description = "Print JSON for a program.")
  private boolean json;

  VersionCommand(Context context) {
    this.data = new DataOption(context.dataFolder());
  }

  /** Outside of a jar there is no version. */
  static String version() {
    return Objects.requireNonNullElse(
        VersionCommand.class.getPackage().getImplementationVersion(), "development");
  }

  @Override
  public String[] getVersion() {
    return new String[] {"Gatehouse " + version() + ", Java " + Runtime.version()};
  }

  @Override
  public Integer call() {
    Output.of(spec)
        .println(
            json
                ? Wire.object().put("version", version()).put("java", Runtime.version().toString())
                : getVersion()[0]);
    return ExitCode.DONE;
  }
}
