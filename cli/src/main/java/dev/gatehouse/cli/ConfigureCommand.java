package dev.gatehouse.cli;

import java.io.IOException;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Keeps the workspace that commands are about when nothing else says it. */
@Command(
    name = "configure",
    description = "Set the resource group and workspace that commands are about by default.",
    footer = {
      "",
      "Options and a config.json in the folder go before defaults; an empty value takes one away.",
      "",
      "Examples:",
      "  ./gatehouse configure --defaults group=my-group workspace_name=my-workspace",
      "  ./gatehouse configure --list-defaults"
    })
final class ConfigureCommand implements Callable<Integer> {
  private static final Set<String> KNOWN = Set.of(Defaults.GROUP, Defaults.WORKSPACE);

  @Mixin private final OnServer here;

  @Option(
      names = {"--defaults", "-d"},
      arity = "1..*",
      paramLabel = "NAME=VALUE",
      description = "group=... or workspace_name=..., one or both.")
  private List<String> changes = List.of();

  @Option(
      names = {"--list-defaults", "-l"},
      description = "Show what is set.")
  private boolean list;

  ConfigureCommand(Context context) {
    here = new OnServer(context);
  }

  @Override
  public Integer call() throws IOException {
    if (changes.isEmpty() && !list) {
      throw new Failure(ExitCode.USAGE, "Give --defaults NAME=VALUE or --list-defaults.");
    }
    Defaults defaults = Defaults.of(here.folder());
    for (String change : changes) {
      String[] parts = change.split("=", 2);
      if (parts.length < 2 || !KNOWN.contains(parts[0])) {
        throw new Failure(
            ExitCode.USAGE,
            "--defaults: '%s' (expected: group=NAME or workspace_name=NAME).".formatted(change));
      }
      defaults = defaults.with(parts[0], parts[1]);
    }
    if (!changes.isEmpty()) {
      defaults.write(here.folder());
    }
    new TreeMap<>(defaults.values())
        .forEach((name, value) -> here.out().println(name + "=" + value));
    return ExitCode.DONE;
  }
}
