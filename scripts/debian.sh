# Sourced by tests and benches: Debian packages, installed when that is possible without asking anybody.

# Sees to it that the program $1 is there, by the package $2; says why not and fails otherwise.
ensure_program() {
  command -v "$1" >/dev/null 2>&1 && return 0
  if ! command -v apt-get >/dev/null 2>&1; then
    echo "$1 is not installed, and this is no Debian: install it yourself"
    return 1
  fi
  if [ "$(id -u)" != 0 ]; then
    echo "$1 is not installed: run 'apt-get install $2' as root"
    return 1
  fi
  echo "installing $2 (once) ..." >&2
  if ! { DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$2" ||
      { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends "$2"; }
    } >/dev/null 2>&1; then
    echo "apt-get could not install $2"
    return 1
  fi
  command -v "$1" >/dev/null 2>&1
}

# "sh debian.sh PROGRAM PACKAGE" does it from another language; the reason is on standard output.
if [ "$(basename "$0")" = debian.sh ]; then
  ensure_program "$1" "$2"
fi
