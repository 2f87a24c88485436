#!/bin/sh
# Installs the Debian packages that some acceptance suites need: "scripts/debian.sh PROGRAM=PACKAGE ...".
# What is there already is left alone; without root, or without Debian, it says what is missing and exits 1.
set -eu
# Servers live here, outside the path of ordinary users.
PATH=$PATH:/usr/sbin:/sbin
missing=
for pair; do
  command -v "${pair%%=*}" >/dev/null 2>&1 || missing="$missing ${pair#*=}"
done
[ -n "$missing" ] || exit 0
if ! command -v apt-get >/dev/null 2>&1 || [ "$(id -u)" != 0 ]; then
  echo "not installed:$missing (as root on Debian this script installs them)" >&2
  exit 1
fi
export DEBIAN_FRONTEND=noninteractive
# Installing a server is not to start it.
rcd=/usr/sbin/policy-rc.d
if [ ! -e $rcd ]; then
  printf '#!/bin/sh\nexit 101\n' >$rcd
  chmod +x $rcd
  trap 'rm -f $rcd' EXIT
fi
log=$(mktemp)
# shellcheck disable=SC2086
if ! { apt-get update && apt-get install -y --no-install-recommends $missing; } >"$log" 2>&1; then
  echo "apt-get could not install$missing: $(grep '^E:' "$log" | head -1)" >&2
  exit 1
fi
rm -f "$log"
