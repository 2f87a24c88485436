#!/bin/sh
# Installs Pebble, the ACME authority for tests, and its DNS server once, and prints the folder they are in.
# Exit 3: neither Go nor the programs are on this machine.
set -eu
version=v2.10.1
bin="${XDG_CACHE_HOME:-$HOME/.cache}/gatehouse/go-bin"
stamp="$bin/pebble-$version"
if [ ! -e "$stamp" ] || [ ! -x "$bin/pebble" ] || [ ! -x "$bin/pebble-challtestsrv" ]; then
  if ! command -v go > /dev/null 2>&1; then
    if [ -x "$bin/pebble" ] && [ -x "$bin/pebble-challtestsrv" ]; then
      echo "$bin"
      exit 0
    fi
    echo "pebble: Go is not installed, and $bin has no pebble (expected: Go 1.24 or later on PATH)" >&2
    exit 3
  fi
  mkdir -p "$bin"
  echo "pebble: installing $version (a minute or so, once) ..." >&2
  CGO_ENABLED=0 GOBIN="$bin" go install \
    "github.com/letsencrypt/pebble/v2/cmd/pebble@$version" \
    "github.com/letsencrypt/pebble/v2/cmd/pebble-challtestsrv@$version" >&2
  : > "$stamp"
fi
echo "$bin"
