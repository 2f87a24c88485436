package dev.gatehouse.cli;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.NullMarked;
import org.jspecify.annotations.Nullable;

/** Runs commands as the launcher does, with what they print kept. */
@NullMarked
final class Cli {
  private final Context context;
  private @Nullable String typed;

  Cli(Path home, Map<String, String> variables) {
    this(home, variables, _ -> List.of());
  }

  Cli(Path home, Map<String, String> variables, NameLookup lookup) {
    var environment = new HashMap<>(variables);
    environment.put("PATH", System.getenv("PATH"));
    context =
        new Context(
            environment,
            home,
            false,
            new Timer(InstantSource.system()),
            lookup,
            _ -> Optional.ofNullable(typed).map(String::toCharArray));
  }

  /** What the person at the terminal types when asked; nobody sits there without. */
  Cli typing(String answer) {
    typed = answer;
    return this;
  }

  record Ran(int code, String out, String err) {}

  Ran run(String... arguments) {
    var out = new StringWriter();
    var err = new StringWriter();
    int code =
        Main.commandLine(context)
            .setOut(new PrintWriter(out, true))
            .setErr(new PrintWriter(err, true))
            .execute(arguments);
    return new Ran(code, out.toString(), err.toString());
  }
}
