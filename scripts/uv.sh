# Sourced by the launchers: uv, the program that builds the Python environments of entry scripts, from PyPI, once.

cache=${XDG_CACHE_HOME:-$HOME/.cache}/gatehouse
UV=${GATEHOUSE_PYTHON_UV:-$cache/uv/bin/uv}

# Installs uv into the cache unless it is there, on PATH, or named by GATEHOUSE_PYTHON_UV.
ensure_uv() {
  if [ -x "$UV" ]; then
    :
  elif command -v uv >/dev/null 2>&1; then
    UV=$(command -v uv)
  else
    echo "gatehouse: installing uv into $cache/uv (once) ..." >&2
    if ! python3 -m pip install --quiet --disable-pip-version-check --target "$cache/uv.new" uv >&2; then
      echo "gatehouse: uv could not be installed; install it yourself (it is on PyPI) or python3-pip, and try again." >&2
      exit 2
    fi
    rm -rf "$cache/uv"
    mv "$cache/uv.new" "$cache/uv"
  fi
  GATEHOUSE_PYTHON_UV=$UV
  export GATEHOUSE_PYTHON_UV
}
