# "sh zlint.sh" prints where zlint is, after building it into the cache once; the reason why not is on standard output.

cache=${XDG_CACHE_HOME:-$HOME/.cache}/gatehouse/go-bin
version=v3.7.3
if [ ! -x "$cache/zlint-$version" ]; then
  go=$(command -v go || echo /usr/local/go/bin/go)
  if [ ! -x "$go" ]; then
    echo "zlint needs Go to be built, and there is none"
    exit 1
  fi
  echo "building zlint $version (once) ..." >&2
  if ! GOBIN=$cache/new "$go" install "github.com/zmap/zlint/v3/cmd/zlint@$version" >&2; then
    echo "zlint $version could not be built"
    exit 1
  fi
  mv "$cache/new/zlint" "$cache/zlint-$version"
  rmdir "$cache/new"
fi
echo "$cache/zlint-$version"
