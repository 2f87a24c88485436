package dev.gatehouse.cli;

import java.io.IOException;
import java.util.concurrent.Callable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/** The certificates that are in service, and those that are still to come. */
@Command(name = "certificate", description = "Request, check, bring, show and renew certificates.")
final class CertificateCommand {
  private CertificateCommand() {}

  static CommandLine line(Context context) {
    return new CommandLine(new CertificateCommand())
        .addSubcommand(new Listing(context))
        .addSubcommand(new Show(context))
        .addSubcommand(new Renew(context))
        .addSubcommand(CertificateRequestCommand.line(context))
        .addSubcommand(new CertificateImportCommand(context))
        .addSubcommand(new CertificateCheckCommand(context))
        .addSubcommand(new CertificateConvertCommand(context));
  }

  /** All of the workspace. */
  @Command(
      name = "list",
      description = "Show all certificates of the workspace.",
      footer = {"", "Example:", "  ./gatehouse certificate list --json"})
  static final class Listing implements Callable<Integer> {
    @Mixin private final InWorkspace here;

    Listing(Context context) {
      here = new InWorkspace(context);
    }

    @Override
    public Integer call() throws IOException {
      return here.run(in -> here.print(in.certificates().list(), CertificateText::list));
    }
  }

  /** One with its past. */
  @Command(
      name = "show",
      description = "Show the certificate of a compute target or service, and its history.",
      footer = {"", "Example:", "  ./gatehouse certificate show myaks"})
  static final class Show implements Callable<Integer> {
    @Mixin private final InWorkspace here;

    @Parameters(paramLabel = "OWNER", description = "The compute target or service.")
    private String owner = "";

    Show(Context context) {
      here = new InWorkspace(context);
    }

    @Override
    public Integer call() throws IOException {
      return here.run(in -> here.print(in.certificates().get(owner), CertificateText::one));
    }
  }

  /** Replaces one of the platform's. */
  @Command(
      name = "renew",
      description = "Get a new key and certificate now, whatever is left of the old one.",
      footer = {
        "",
        "The old one stays in service until a handshake has shown the new one. A custom certificate",
        "is renewed by bringing the new one: './gatehouse certificate import'.",
        "",
        "Example:",
        "  ./gatehouse certificate renew myaks"
      })
  static final class Renew implements Callable<Integer> {
    @Mixin private final InWorkspace here;

    @Parameters(paramLabel = "OWNER", description = "The compute target or service.")
    private String owner = "";

    Renew(Context context) {
      here = new InWorkspace(context);
    }

    @Override
    public Integer call() throws IOException {
      return here.run(in -> {
        String operation = in.certificates().renew(owner);
        here.await(in, "renew the certificate of '" + owner + "'", operation);
        here.print(in.certificates().get(owner), CertificateText::one);
      });
    }
  }
}
