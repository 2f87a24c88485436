package dev.gatehouse.cli;

import dev.gatehouse.api.Wire;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Asks for a certificate that an authority of the user's signs; the key never leaves the server.
 */
@Command(
    name = "request",
    description = "Make a key, which stays sealed in Gatehouse, and the request to have it signed.",
    footer = {
      "",
      "Send the request to your certificate authority. What comes back is put into service by",
      "'./gatehouse certificate import CHAIN --target N' or '--service N': it finds its key by itself.",
      "",
      "Examples:",
      "  ./gatehouse certificate request --cname www.contoso.com --out csr.pem",
      "  ./gatehouse certificate request --cname www.contoso.com --name contoso.com --key-type rsa-3072"
    })
final class CertificateRequestCommand implements Callable<Integer> {
  @Mixin private final InWorkspace here;

  @Option(
      names = "--cname",
      paramLabel = "NAME",
      description = "The name to be served, such as www.contoso.com.")
  private String cname = "";

  @Option(
      names = "--name",
      paramLabel = "NAME",
      description = "A further name; may be given several times.")
  private List<String> names = List.of();

  @Option(
      names = "--key-type",
      paramLabel = "TYPE",
      description = "ec-p256 (default), ec-p384, rsa-2048, rsa-3072 or rsa-4096.")
  private @Nullable String keyType;

  @Option(
      names = "--out",
      paramLabel = "FILE",
      description = "Where to write the request; without it, it is printed.")
  private @Nullable Path file;

  private CertificateRequestCommand(Context context) {
    here = new InWorkspace(context);
  }

  static CommandLine line(Context context) {
    return new CommandLine(new CertificateRequestCommand(context))
        .addSubcommand(new Listing(context))
        .addSubcommand(new Cancel(context));
  }

  @Override
  public Integer call() throws IOException {
    // Required, but not of the commands below this one.
    if (cname.isEmpty()) {
      throw new Failure(ExitCode.USAGE, "Say with --cname which name shall be served.");
    }
    return here.run(in -> {
      ObjectNode wanted = Wire.object().put("cname", cname).put("keyType", keyType);
      names.forEach(wanted.putArray("names")::add);
      JsonNode made = in.certificates().request(wanted);
      String csr = Wire.text(made, "csr");
      if (file != null) {
        Files.writeString(file, csr);
        here.err().println("wrote " + file + "; the key stays here, sealed");
      }
      here.print(made, _ -> file == null ? csr : "");
      here.err()
          .println(
              "next: have it signed, then './gatehouse certificate import CHAIN --target N' (or --service N); it is request "
                  + Wire.text(made, "id"));
    });
  }

  /** Those that wait for their certificates. */
  @Command(
      name = "list",
      description = "Show the requests whose certificates have not been brought yet.",
      footer = {"", "Example:", "  ./gatehouse certificate request list"})
  static final class Listing implements Callable<Integer> {
    @Mixin private final InWorkspace here;

    Listing(Context context) {
      here = new InWorkspace(context);
    }

    @Override
    public Integer call() throws IOException {
      return here.run(
          in -> here.print(in.certificates().openRequests(), CertificateText::requests));
    }
  }

  /** Gives one up. */
  @Command(
      name = "cancel",
      description = "Forget a request and its key; a certificate signed for it is of no use then.",
      footer = {"", "Example:", "  ./gatehouse certificate request cancel 1a2b3c4d"})
  static final class Cancel implements Callable<Integer> {
    @Mixin private final InWorkspace here;

    @Parameters(
        paramLabel = "ID",
        description = "As './gatehouse certificate request list' shows it.")
    private String id = "";

    Cancel(Context context) {
      here = new InWorkspace(context);
    }

    @Override
    public Integer call() throws IOException {
      return here.run(in -> {
        in.certificates().cancelRequest(id);
        here.print(
            Wire.object().put("id", id),
            _ -> "The request %s and its key are gone.%n".formatted(id));
      });
    }
  }
}
