package dev.gatehouse.cli;

import dev.gatehouse.api.Wire;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * What {@code configure --defaults} keeps in the data folder, by the names that the Azure CLI has.
 */
record Defaults(Map<String, String> values) {
  static final String GROUP = "group";
  static final String WORKSPACE = "workspace_name";
  private static final String FILE = "defaults.json";

  Defaults {
    values = Map.copyOf(values);
  }

  static Defaults of(DataFolder folder) throws IOException {
    Path file = folder.root().resolve(FILE);
    var values = new TreeMap<String, String>();
    try {
      Wire.parse(Files.readString(file))
          .forEachEntry((name, value) -> values.put(name, value.asString("")));
      return new Defaults(values);
    } catch (NoSuchFileException _) {
      return new Defaults(Map.of());
    } catch (IllegalArgumentException e) {
      throw new Failure(ExitCode.USAGE, file + " cannot be read: " + e.getMessage() + ".");
    }
  }

  Optional<String> value(String name) {
    return Optional.ofNullable(values.get(name));
  }

  /** The same with another value; an empty one takes it away. */
  Defaults with(String name, String value) {
    var changed = new TreeMap<>(values);
    if (value.isEmpty()) {
      changed.remove(name);
    } else {
      changed.put(name, value);
    }
    return new Defaults(changed);
  }

  void write(DataFolder folder) throws IOException {
    var document = Wire.object();
    new TreeMap<>(values).forEach(document::put);
    folder.make();
    folder.write(FILE, Wire.pretty(document) + "\n");
  }
}
