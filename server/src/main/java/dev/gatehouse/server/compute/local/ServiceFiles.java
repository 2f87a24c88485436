package dev.gatehouse.server.compute.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.HashMap;
import java.util.Map;

/**
 * The files of a service as its entry script expects them.
 *
 * @param appRoot {@code AML_APP_ROOT} and the working folder
 * @param modelDir {@code AZUREML_MODEL_DIR}: the version folder of the one model, or the folder of
 *     all of them
 * @param environment the variables that say so to the script
 */
public record ServiceFiles(Path appRoot, Path modelDir, Map<String, String> environment) {

  private static final String ENTRY_SCRIPT = "AZUREML_ENTRY_SCRIPT";
  private static final String SOURCE_DIRECTORY = "AZUREML_SOURCE_DIRECTORY";

  /**
   * Whether model files are hard links into the store, which needs scripts that do not write them,
   * or copies.
   */
  public enum Placement {
    LINK,
    COPY
  }

  public ServiceFiles {
    environment = Map.copyOf(environment);
  }

  /**
   * Makes {@code folder}, which must not exist; after a fault or a crash it does not exist either.
   */
  public static ServiceFiles lay(
      ServiceContents contents, Path folder, Placement placement, long maxCodeBytes) {
    var target = folder.toAbsolutePath().normalize();
    var work = target.resolveSibling(target.getFileName() + ".new");
    try {
      if (Files.exists(target)) {
        throw new FilesFault(target + " exists already (expected: a new folder for each revision)");
      }
      Trees.delete(work);
      Files.createDirectories(work.resolve("azureml-models"));
      try {
        for (var code : contents.code()) {
          place(code, work, maxCodeBytes);
        }
        for (var model : contents.models()) {
          place(model, work, placement);
        }
        var entry = entryScript(contents, work);
        Files.move(work, target, StandardCopyOption.ATOMIC_MOVE);
        return of(contents, target, entry);
      } catch (FilesFault | IOException e) {
        Trees.delete(work);
        throw e;
      }
    } catch (IOException e) {
      throw new UncheckedIOException("files of " + target.getFileName(), e);
    }
  }

  /** The same record for a folder that was laid before, after a restart of the server. */
  public static ServiceFiles existing(ServiceContents contents, Path target) {
    var root = target.toAbsolutePath().normalize();
    return of(contents, root, entryScript(contents, root));
  }

  private static ServiceFiles of(ServiceContents contents, Path root, String entry) {
    var models = root.resolve("azureml-models");
    var modelDir =
        contents.models().size() == 1
            ? versionFolder(models, contents.models().getFirst())
            : models;
    var variables = new HashMap<>(contents.environmentVariables());
    variables.remove(ENTRY_SCRIPT);
    if (!entry.isEmpty()) {
      variables.put(ENTRY_SCRIPT, entry);
    }
    variables.put("AML_APP_ROOT", root.toString());
    variables.put("AZUREML_MODEL_DIR", modelDir.toString());
    return new ServiceFiles(root, modelDir, variables);
  }

  /**
   * The environment's word if that file is there, else the driver file, which finds the script
   * beside itself.
   */
  private static String entryScript(ServiceContents contents, Path root) {
    var named = contents.environmentVariables().getOrDefault(ENTRY_SCRIPT, "");
    if (!named.isEmpty() && Files.isRegularFile(inside(root, named, ENTRY_SCRIPT))) {
      return named;
    }
    var source = contents.environmentVariables().getOrDefault(SOURCE_DIRECTORY, "");
    if (!named.isEmpty()
        && !source.isEmpty()
        && Files.isRegularFile(inside(root, source + "/" + named, ENTRY_SCRIPT))) {
      return source + "/" + named;
    }
    if (!contents.driverProgram().isEmpty()) {
      return contents.driverProgram();
    }
    if (!named.isEmpty()) {
      throw new FilesFault("The entry script " + named + " is not among the uploaded files.");
    }
    return "";
  }

  private static void place(ServiceContents.Code code, Path root, long maxBytes)
      throws IOException {
    if (code.unpack()) {
      try (var in = Files.newInputStream(code.file())) {
        new TarArchive(code.name(), root, maxBytes).unpack(in);
      }
    } else {
      var file = inside(root, code.name(), "code");
      Files.createDirectories(file.getParent());
      Files.copy(code.file(), file);
    }
  }

  private static void place(ServiceContents.Model model, Path root, Placement placement)
      throws IOException {
    var folder = versionFolder(root.resolve("azureml-models"), model);
    Files.createDirectories(folder);
    for (var entry : model.files().entrySet()) {
      var file = inside(folder, entry.getKey(), "model " + model.name());
      Files.createDirectories(file.getParent());
      switch (placement) {
        case COPY -> Files.copy(entry.getValue(), file);
        case LINK -> link(entry.getValue(), file);
      }
    }
  }

  private static void link(Path stored, Path file) throws IOException {
    try {
      Files.createLink(file, stored);
    } catch (FileSystemException | UnsupportedOperationException _) {
      Files.copy(stored, file); // another file system
    }
  }

  private static Path versionFolder(Path models, ServiceContents.Model model) {
    return inside(models, model.name(), "model").resolve(Integer.toString(model.version()));
  }

  /** Refuses a name that leads out of the folder, or is the folder itself. */
  static Path inside(Path folder, String name, String what) {
    var path = name.indexOf('\0') >= 0 ? folder : folder.resolve(name).normalize();
    if (path.equals(folder) || !path.startsWith(folder)) {
      throw new FilesFault(what + ": '" + name + "' (expected: a relative path inside its folder)");
    }
    return path;
  }
}
