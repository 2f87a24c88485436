package dev.gatehouse.server.boot;

import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * Where environments get their packages from instead of what the machine has set for pip and uv.
 *
 * @param index in the place of PyPI
 * @param extra asked before it
 * @param credentials a netrc file, mode 0600
 */
record PackageIndexes(Optional<URI> index, List<URI> extra, Optional<Path> credentials) {
  private static final String INDEX = "python.index";
  private static final String EXTRA = "python.extra-index-urls";
  private static final String CREDENTIALS = "python.index-credentials";
  private static final Set<PosixFilePermission> OWNERS =
      Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

  static PackageIndexes read(SettingsSource source) {
    var index = source.web(INDEX).map(uri -> withoutUser(INDEX, uri));
    var extra =
        source.text(EXTRA).stream()
            .flatMap(value -> Arrays.stream(value.strip().split("[\\s,]+")))
            .filter(value -> !value.isEmpty())
            .map(value -> withoutUser(EXTRA, SettingsSource.web(EXTRA, value)))
            .toList();
    Optional<Path> credentials = source.text(CREDENTIALS).map(Path::of).map(Path::toAbsolutePath);
    credentials.ifPresent(PackageIndexes::check);
    return new PackageIndexes(index, extra, credentials);
  }

  /** For uv, which reads the credentials from the file: they are on no command line. */
  Map<String, String> variables() {
    var variables = new HashMap<String, String>();
    index.ifPresent(uri -> variables.put("UV_DEFAULT_INDEX", uri.toString()));
    if (!extra.isEmpty()) {
      variables.put("UV_INDEX", extra.stream().map(URI::toString).collect(Collectors.joining(" ")));
    }
    credentials.ifPresent(file -> variables.put("NETRC", file.toString()));
    return variables;
  }

  private static URI withoutUser(String key, URI uri) {
    if (uri.getRawUserInfo() != null) {
      throw new SettingsException(
          key
              + ": the URL of "
              + uri.getHost()
              + " holds a user or password; put them into the file that "
              + CREDENTIALS
              + " names (machine HOST login USER password PASSWORD)");
    }
    return uri;
  }

  private static void check(Path file) {
    try {
      if (!OWNERS.containsAll(Files.getPosixFilePermissions(file))) {
        throw new SettingsException(
            CREDENTIALS + ": others may read " + file + "; take that away with: chmod 600 " + file);
      }
      if (!Files.readString(file).contains("machine ")) {
        throw new SettingsException(
            CREDENTIALS
                + ": "
                + file
                + " is no netrc file (expected: lines of machine HOST login USER password PASSWORD)");
      }
    } catch (IOException e) {
      throw new SettingsException(CREDENTIALS + ": " + file + " cannot be read: " + e);
    }
  }
}
