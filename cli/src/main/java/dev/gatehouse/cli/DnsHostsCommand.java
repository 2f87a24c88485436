package dev.gatehouse.cli;

import dev.gatehouse.api.PublishedName;
import dev.gatehouse.api.Wire;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.AccessDeniedException;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Keeps the generated names in the hosts file, for systems that resolve them in no other way. */
@Command(
    name = "hosts",
    description = "Show, write or remove the generated names as a marked block of the hosts file.",
    footer = {
      "",
      "Run it again after new compute targets or services were made.",
      "",
      "Examples:",
      "  ./gatehouse dns hosts",
      "  sudo ./gatehouse dns hosts --write --data ~/.local/share/gatehouse"
    })
final class DnsHostsCommand implements Callable<Integer> {
  @Mixin private final OnServer here;
  @ArgGroup private Change change = new Change();

  @Option(
      names = "--file",
      paramLabel = "PATH",
      description = "Another file than the system's hosts file.")
  private @Nullable Path file;

  @Option(names = "--json", description = "Print the names as JSON for a program.")
  private boolean json;

  /** At most one of them. */
  static final class Change {
    @Option(names = "--write", description = "Put the block into the file, or replace it there.")
    boolean write;

    @Option(names = "--remove", description = "Take the block out of the file.")
    boolean remove;
  }

  DnsHostsCommand(Context context) {
    here = new OnServer(context);
  }

  @Override
  public Integer call() throws IOException {
    PrintWriter out = here.out();
    var hosts = new HostsFile(file == null ? HostsFile.system() : file);
    if (change.remove) {
      replace(hosts, HostsBlock.remove(hosts.read()));
      out.println("The block of Gatehouse is not in " + hosts.path() + " any more.");
      return ExitCode.DONE;
    }
    List<PublishedName> names = names();
    if (change.write) {
      replace(hosts, HostsBlock.put(hosts.read(), names));
      out.println(hosts.path() + " has " + names.size() + " names of Gatehouse now.");
    } else if (json) {
      var list = Wire.array();
      names.forEach(n -> list.addObject().put("name", n.name()).put("address", n.address()));
      out.println(Wire.pretty(Wire.object().set("names", list)));
    } else {
      out.print(HostsBlock.of(names));
    }
    return ExitCode.DONE;
  }

  private List<PublishedName> names() throws IOException {
    return here.ask(server -> PublishedName.list(server.session().get("/gatehouse/names")));
  }

  private void replace(HostsFile hosts, String text) throws IOException {
    if (text.equals(hosts.read())) {
      return;
    }
    try {
      hosts.write(text);
    } catch (AccessDeniedException e) {
      throw new Failure(
          ExitCode.USAGE,
          "%s can be changed by root only; run 'sudo ./gatehouse dns hosts %s --data %s'."
              .formatted(
                  hosts.path(),
                  change.remove ? "--remove" : "--write",
                  Shell.SH.quoted(here.folder().root().toString())));
    }
  }
}
