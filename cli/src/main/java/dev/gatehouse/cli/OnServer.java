package dev.gatehouse.cli;

import java.io.IOException;
import java.io.PrintWriter;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** What every command has that asks the running server: where that is, and where to print. */
class OnServer {
  private final Context context;

  @Mixin private final DataOption data;

  @Spec(Spec.Target.MIXEE)
  private @Nullable CommandSpec command;

  OnServer(Context context) {
    this.context = context;
    this.data = new DataOption(context.dataFolder());
  }

  /** What is done while the connection is open. */
  interface Work<T> {
    T run(ControlPlane server) throws IOException;
  }

  final <T> T ask(Work<T> work) throws IOException {
    try (var server = ControlPlane.of(folder(), context.timer().clock())) {
      return work.run(server);
    }
  }

  /** What a command line for a person to type needs in order to find the same data folder. */
  final String option() {
    return folder().equals(new DataFolder(context.dataFolder())) ? "" : folder().option();
  }

  final DataFolder folder() {
    return data.folder();
  }

  final Context context() {
    return context;
  }

  final PrintWriter out() {
    return Objects.requireNonNull(command).commandLine().getOut();
  }

  final PrintWriter err() {
    return Objects.requireNonNull(command).commandLine().getErr();
  }
}
