# Sourced by the launchers after jdk.sh: builds target/dist/lib when a source is newer than it, one builder at a time.

sources_changed() {
  [ -f "$1/target/dist/built" ] || return 0
  [ -n "$(find "$1/pom.xml" "$1"/*/pom.xml "$1"/*/src/main -newer "$1/target/dist/built" 2>/dev/null | head -n 1)" ]
}

# The lock is a folder with the builder's pid in it; that of a builder that died is taken away.
build_if_changed() {
  sources_changed "$1" || return 0
  build_lock=$1/target/building
  mkdir -p "$1/target"
  while ! mkdir "$build_lock" 2>/dev/null; do
    builder=$(cat "$build_lock/pid" 2>/dev/null || true)
    if [ -n "$builder" ] && ! kill -0 "$builder" 2>/dev/null; then
      rm -rf "$build_lock"
    fi
    sleep 1
  done
  echo $$ > "$build_lock/pid"
  trap 'rm -rf "$build_lock"' EXIT
  trap 'exit 130' INT TERM
  if sources_changed "$1"; then
    echo "gatehouse: building (the first time takes a minute or two) ..." >&2
    rm -rf "$1/target/dist"
    touch "$1/target/build-began"
    if ! "$1/build" -q package -DskipTests -Djacoco.skip -Dspotless.check.skip -Denforcer.skip > "$1/target/build.log" 2>&1; then
      cat "$1/target/build.log" >&2
      echo "gatehouse: the build failed; its output is above and in target/build.log" >&2
      exit 2
    fi
    # As old as the build's begin: what was edited while it ran is built next time.
    touch -r "$1/target/build-began" "$1/target/dist/built"
  fi
  rm -rf "$build_lock"
  trap - EXIT INT TERM
}
