package dev.gatehouse.server.compute.local;

import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** One line of conda dependencies, read as what PyPI has for it. */
sealed interface CondaPackage {

  /** The interpreter itself. */
  record Python(String version) implements CondaPackage {}

  /** A native library or tool which no Python package stands for. */
  record OnlyConda(String name) implements CondaPackage {}

  /** The same software as a PyPI requirement. */
  record OnPyPi(String requirement) implements CondaPackage {}

  Pattern SPEC = Pattern.compile("(?:[^:]+::)?([A-Za-z0-9_.-]+)\\s*(\\[.*])?\\s*(.*)");
  Map<String, String> RENAMED =
      Map.of(
          "pytorch", "torch",
          "pytorch-cpu", "torch",
          "py-xgboost", "xgboost",
          "opencv", "opencv-python-headless",
          "py-opencv", "opencv-python-headless",
          "msgpack-python", "msgpack",
          "pytables", "tables",
          "tensorflow-mkl", "tensorflow",
          "matplotlib-base", "matplotlib");
  Set<String> NATIVE =
      Set.of(
          "pip",
          "nomkl",
          "mkl",
          "blas",
          "libblas",
          "openblas",
          "libgcc",
          "libgcc-ng",
          "libstdcxx-ng",
          "cudatoolkit",
          "cudnn",
          "openssl",
          "ca-certificates",
          "cpuonly",
          "git",
          "gcc",
          "gxx",
          "cmake",
          "openjdk",
          "swig");

  /**
   * Conda's {@code =1.2} is a prefix; {@code ==1.2} is exact; a third part is the build, which PyPI
   * has not.
   */
  static CondaPackage parse(String entry) {
    var matcher = SPEC.matcher(entry.strip());
    if (!matcher.matches()) {
      throw new IllegalArgumentException(
          "conda dependency: '" + entry + "' (expected: name or name=version)");
    }
    var name = matcher.group(1).toLowerCase(Locale.ROOT);
    var version = matcher.group(3).replaceAll("\\s+", "");
    if (name.equals("python")) {
      return new Python(version.replaceAll("^[=~]*|[*].*$|=[^=]*$", "").replaceAll("[.]$", ""));
    }
    if (NATIVE.contains(name)) {
      return new OnlyConda(name);
    }
    return new OnPyPi(RENAMED.getOrDefault(name, name) + pypi(version));
  }

  private static String pypi(String version) {
    if (version.isEmpty() || version.equals("*")) {
      return "";
    }
    if (version.startsWith("==")) {
      return "==" + version.substring(2).replaceAll("=.*$", "");
    }
    if (version.startsWith("=") || Character.isDigit(version.charAt(0))) {
      var number = version.replaceAll("^=", "").replaceAll("=.*$", "");
      return "==" + (number.endsWith("*") ? number : number + ".*");
    }
    return version;
  }
}
