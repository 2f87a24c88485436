# Sourced by the launchers after jdk.sh: builds target/dist/lib when a source is newer than it, one builder at a time.


sources_changed() {
  [ -f "$1/target/dist/built" ] || return 0
  [ -n "$(find "$1/pom.xml" "$1"/*/pom.xml "$1"/*/src/main -newer "$1/target/dist/built" 2>/dev/null | head -n 1)" ]
}

build_if_changed() {
  sources_changed "$1" || { dist_flags "$1"; return 0; }
  mkdir -p "$1/target"
  while ! mkdir "$1/target/building" 2>/dev/null; do
    if [ -n "$(find "$1/target/building" -maxdepth 0 -mmin +15)" ]; then
      rmdir "$1/target/building" 2>/dev/null || true
    fi
    sleep 1
  done
  trap 'rmdir "$1/target/building" 2>/dev/null || true' EXIT INT TERM
  if sources_changed "$1"; then
    echo "gatehouse: building (the first time takes a minute or two) ..." >&2
    rm -rf "$1/target/dist"
    if ! "$1/build" -q package -DskipTests -Djacoco.skip -Dspotless.check.skip -Denforcer.skip > "$1/target/build.log" 2>&1; then
      cat "$1/target/build.log" >&2
      echo "gatehouse: the build failed; its output is above and in target/build.log" >&2
      exit 2
    fi
    touch "$1/target/dist/built"
  fi
  rmdir "$1/target/building" 2>/dev/null || true
  trap - EXIT INT TERM
  dist_flags "$1"
}

# Class data sharing: the JVM writes the archive at the end of the first run and starts faster from then on.
dist_flags() {
  SERVER_FLAGS="-Xms48m -Xmx1g -XX:MinHeapFreeRatio=15 -XX:MaxHeapFreeRatio=30 -XX:MaxDirectMemorySize=512m -XX:+ExitOnOutOfMemoryError -XX:+AutoCreateSharedArchive -XX:SharedArchiveFile=$1/target/dist/server.jsa -Xlog:cds=off -Xlog:cds+dynamic=off"
  CLI_FLAGS="-XX:+AutoCreateSharedArchive -XX:SharedArchiveFile=$1/target/dist/cli.jsa -Xlog:cds=off -Xlog:cds+dynamic=off"
}
