package dev.gatehouse.cli;

import dev.gatehouse.api.Problem;
import dev.gatehouse.api.ProblemException;
import java.io.Console;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.ParameterException;

/** Makes the tree of commands and runs one. */
public final class Main {
  private Main() {}

  /** The first word; the commands below it do the work. */
  @Command(
      name = "gatehouse",
      description = "Model serving behind TLS on your own machines.",
      synopsisSubcommandLabel = "COMMAND",
      footer = {
        "",
        "Exit codes: 0 done; 1 what was asked for failed; 2 wrong usage, or something of this machine is missing or"
            + " not allowed; 3 Gatehouse is not running or does not answer.",
        "",
        "Examples:",
        "  ./gatehouse demo                        see it work, nothing to prepare",
        "  ./gatehouse up --detach                 start it",
        "  eval \"$(./gatehouse env --config .)\"    then run your Azure ML script",
        "  ./gatehouse down                        stop it"
      })
  static final class Root {}

  public static void main(String[] arguments) {
    // The server's log is not the commands'; DNS libraries would write to it.
    System.setProperty("slf4j.internal.verbosity", "WARN");
    System.setProperty("slf4j.provider", "org.slf4j.helpers.NOP_FallbackServiceProvider");
    boolean terminal =
        Optional.ofNullable(System.console()).map(Console::isTerminal).orElse(false)
            && !"dumb".equals(System.getenv("TERM"));
    var context =
        new Context(
            System.getenv(),
            Path.of(System.getProperty("gatehouse.home", ".")).toAbsolutePath(),
            terminal,
            new Timer(InstantSource.system()),
            NameLookup.system(),
            Prompt.system());
    CommandLine line = commandLine(context);
    int code = line.execute(arguments);
    // Only whole lines are written by themselves.
    line.getOut().flush();
    System.exit(code);
  }

  static CommandLine commandLine(Context context) {
    CommandLine root =
        new CommandLine(new Root())
            .addSubcommand(new DemoCommand(context))
            .addSubcommand(new UpCommand(context))
            .addSubcommand(new StatusCommand(context))
            .addSubcommand(new DownCommand(context))
            .addSubcommand(new EnvCommand(context))
            .addSubcommand(new ConfigureCommand(context))
            .addSubcommand(
                new CommandLine(new ClusterCommand())
                    .addSubcommand(new ClusterCommand.Add(context))
                    .addSubcommand(new ClusterCommand.Listing(context)))
            .addSubcommand(
                new CommandLine(new DnsCommand())
                    .addSubcommand(new DnsCheckCommand(context))
                    .addSubcommand(new DnsHostsCommand(context)))
            .addSubcommand(CertificateCommand.line(context))
            .addSubcommand(TargetCommand.line(context))
            .addSubcommand(TlsCommand.line(context))
            .addSubcommand(
                new CommandLine(new AuthorityCommand())
                    .addSubcommand(new AuthorityCommand.RequestCommand(context))
                    .addSubcommand(new AuthorityCommand.Import(context))
                    .addSubcommand(new AuthorityCommand.Show(context)))
            .addSubcommand(new ProfileCommand(context))
            .addSubcommand(new VersionCommand(context));
    withHelp(root);
    return root.setOut(root.getOut())
        .setErr(root.getErr())
        .setCaseInsensitiveEnumValuesAllowed(true)
        .setUsageHelpAutoWidth(true)
        .setParameterExceptionHandler(Main::misused)
        .setExecutionExceptionHandler((e, line, _) -> failed(e, line));
  }

  /** Names of the platform's answers to people who know names and addresses. */
  @Command(name = "dns", description = "Names of services and how this machine finds them.")
  static final class DnsCommand {}

  private static void withHelp(CommandLine line) {
    line.getCommandSpec().mixinStandardHelpOptions(true);
    line.getCommandSpec().versionProvider(() -> new String[] {VersionCommand.version()});
    line.getSubcommands().values().forEach(Main::withHelp);
  }

  private static int misused(ParameterException e, String[] arguments) {
    CommandLine line = e.getCommandLine();
    PrintWriter err = line.getErr();
    err.println("gatehouse: " + e.getMessage());
    if (!CommandLine.UnmatchedArgumentException.printSuggestions(e, err)) {
      err.println("Try '" + line.getCommandSpec().qualifiedName() + " --help'.");
    }
    return ExitCode.USAGE;
  }

  private static int failed(Exception e, CommandLine line) throws Exception {
    PrintWriter err = line.getErr();
    return switch (e) {
      case Failure failure -> {
        err.println("gatehouse: " + failure.getMessage());
        yield failure.exitCode();
      }
      case ProblemException problem -> {
        err.println("gatehouse: " + problem.problem().message());
        boolean unreachable =
            problem.problem() instanceof Problem.Upstream(var code, _)
                && code.equals("Unreachable");
        yield unreachable ? ExitCode.NOT_RUNNING : ExitCode.FAILED;
      }
      case IOException io -> {
        err.println("gatehouse: " + said(io));
        yield ExitCode.FAILED;
      }
      case UncheckedIOException io -> {
        err.println("gatehouse: " + said(io));
        yield ExitCode.FAILED;
      }
      default -> throw e;
    };
  }

  /**
   * The kind is part of it, because many file faults have only the file's name as their message.
   */
  private static String said(Exception e) {
    return e.getClass().getSimpleName() + ": " + e.getMessage();
  }
}
