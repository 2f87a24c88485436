package dev.gatehouse.cli;

/** How a shell is told to set a variable. */
enum Shell {
  SH,
  FISH,
  POWERSHELL;

  /** A line that sets and exports it. */
  String export(String name, String value) {
    return switch (this) {
      case SH -> "export " + name + "=" + quoted(value);
      case FISH -> "set -gx " + name + " " + quoted(value);
      case POWERSHELL -> "$env:" + name + " = " + quoted(value);
    };
  }

  String unset(String name) {
    return switch (this) {
      case SH -> "unset " + name;
      case FISH -> "set -e " + name;
      case POWERSHELL -> "Remove-Item Env:" + name + " -ErrorAction Ignore";
    };
  }

  /** One word that the shell takes literally, whatever is in it. */
  String quoted(String value) {
    return switch (this) {
      case SH -> "'" + value.replace("'", "'\\''") + "'";
      case FISH -> "'" + value.replace("\\", "\\\\").replace("'", "\\'") + "'";
      case POWERSHELL -> "'" + value.replace("'", "''") + "'";
    };
  }
}
