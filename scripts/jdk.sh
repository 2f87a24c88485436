# Sourced by the launchers: sets JAVA_HOME to a JDK 25, wherever this machine keeps one, or ends with one sentence.

# Prints the feature release of the JDK in $1, or nothing when $1 is no JDK (a JRE has no javac).
jdk_feature() {
  [ -x "$1/bin/javac" ] && [ -f "$1/release" ] || return 0
  sed -n 's/^JAVA_VERSION="\([0-9]*\).*/\1/p' "$1/release"
}

find_jdk() {
  on_path=$(command -v javac 2>/dev/null || true)
  [ -z "$on_path" ] || on_path=$(dirname "$(dirname "$(readlink -f "$on_path")")")
  for home in "${JDK_25:-}" "${JAVA_HOME:-}" "${JAVA_HOME_25_X64:-}" "${JAVA_HOME_25_ARM64:-}" "$on_path" \
      /usr/lib/jvm/* /opt/java/* /opt/jdk* "$HOME"/.sdkman/candidates/java/* "$HOME"/.jdks/* \
      /Library/Java/JavaVirtualMachines/*/Contents/Home; do
    if [ -n "$home" ] && [ "$(jdk_feature "$home")" = 25 ]; then
      printf '%s\n' "$home"
      return 0
    fi
  done
  return 1
}

if ! JAVA_HOME=$(find_jdk); then
  echo "gatehouse: no JDK 25 found. Set JDK_25 to the folder of one, or install Temurin 25 or openjdk-25-jdk-headless." >&2
  exit 2
fi
export JAVA_HOME
