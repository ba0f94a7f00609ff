#!/usr/bin/env bash
# Sets up everything that `make demo` and `make test` need: system tools, a virtual environment, the locked packages.
# Does nothing when the lock and this script are those of the last run.
set -euo pipefail
cd "$(dirname "$0")/.."

# program or file that must be there, or another that serves as well : Debian package that brings it
needs=(
  arm-none-eabi-gcc:gcc-arm-none-eabi
  /usr/lib/arm-none-eabi/newlib:libnewlib-arm-none-eabi
  qemu-system-arm:qemu-system-arm
  iverilog:iverilog
  g++:g++
  make:make
  perl:perl
  clang:clang
  /usr/share/doc/libclang-rt-dev:libclang-rt-dev
  cppcheck:cppcheck
  /usr/share/hunspell/en_GB.dic:hunspell-en-gb
  /usr/share/doc/libenchant-2-2:libenchant-2-2
  'chromium|chromium-browser|google-chrome:chromium'
)

has() {
  local one
  while IFS= read -r -d'|' one; do
    case "$one" in
      /*) [ -e "$one" ] && return ;;
      *) command -v "$one" >/dev/null && return ;;
    esac
  done <<<"$1|"
  return 1
}

# Whether there is a lock for this Python, and it is a finished one: Ubuntu 22.04 has a candidate of 3.11, which torch
# does not start on.
serves() {
  "$1" -c 'import sys
sys.exit(not (3, 11) <= sys.version_info < (3, 15) or sys.version_info.releaselevel != "final")' 2>/dev/null
}
unserved() {
  local found
  found=$("$1" --version 2>/dev/null) || found="not to be had"
  echo "earloop needs Python 3.11 to 3.14, and $1 is $found. Where the system has no newer one, take one from" \
    "elsewhere (uv python install 3.13) and name it: make PYTHON=/path/to/python3.13 demo" >&2
  exit 1
}
# The one asked for, or that of an environment that was made whole, or the first of the system's that serves.
stamp=.venv/earloop-stamp
choose_python() {
  local candidate made=''
  [ ! -e "$stamp" ] || made=.venv/bin/python
  for candidate in ${PYTHON:-$made python3 python3.14 python3.13 python3.12 python3.11}; do
    if serves "$candidate"; then
      echo "$candidate"
      return
    fi
  done
}

not_offered=.build/packages-not-offered # by this system: asked for once, and done without
missing=()
for need in "${needs[@]}"; do
  package=${need##*:}
  has "${need%%:*}" || grep -qsx "$package" "$not_offered" || missing+=("$package")
done
# Verilator's Perl front end wants Pod::Usage, which perl-base leaves out.
perl -MPod::Usage -e1 2>/dev/null || missing+=(perl)
python=$(choose_python)
if [ -n "$python" ]; then
  version=$("$python" -c 'import sys; print("%d.%d" % sys.version_info[:2])')
  [ -e "$stamp" ] || "$python" -c 'import ensurepip' 2>/dev/null || missing+=("python$version-venv")
elif [ -n "${PYTHON:-}" ]; then
  unserved "$PYTHON"
elif command -v python3 >/dev/null; then
  unserved python3
else
  missing+=(python3 python3-venv) # new enough in Debian since 12, in Ubuntu since 24.04
fi

if [ ${#missing[@]} -gt 0 ]; then
  if ! command -v apt-get >/dev/null; then
    echo "earloop needs what Debian calls ${missing[*]}: install them by this system's own means" >&2
    exit 1
  elif [ "$(id -u)" = 0 ]; then
    sudo=
  elif sudo -n true 2>/dev/null; then
    sudo=sudo
  else
    echo "earloop needs system packages. Run:  sudo apt-get install -y --no-install-recommends ${missing[*]}" >&2
    exit 1
  fi
  echo "Installing ${missing[*]} ..."
  $sudo apt-get update -qq
  there=()
  for package in "${missing[@]}"; do
    if [[ $(apt-cache policy "$package" 2>/dev/null) == *"Candidate: "[!\(]* ]]; then
      there+=("$package")
    else
      mkdir -p .build && echo "$package" >>"$not_offered"
      echo "This system has no package $package: 'earloop doctor' says what is lost without it"
    fi
  done
  install=(apt-get install -y --no-install-recommends "${there[@]}")
  # What apt says is worth reading only where it fails.
  if ! said=$($sudo env DEBIAN_FRONTEND=noninteractive "${install[@]}" 2>&1); then
    echo "$said" >&2
    echo "earloop needs system packages that could not be installed: see above, and run again:  ${install[*]}" >&2
    exit 1
  fi
  python=$(choose_python)
  [ -n "$python" ] || unserved python3
fi

key=$(cat requirements/*.lock pyproject.toml tools/bootstrap.sh <("$python" --version) | sha256sum)
if [ -x .venv/bin/python ] && [ "$(cat "$stamp" 2>/dev/null)" = "$key" ]; then
  exit 0
fi

echo "Creating .venv with the locked packages ..."
minor() {
  "$1" -c 'import sys; print("%d%d" % sys.version_info[:2])' 2>/dev/null || true
}
lock=requirements/py$(minor "$python").lock
if [ ! -e "$stamp" ] || [ "$(minor .venv/bin/python)" != "$(minor "$python")" ]; then
  "$python" -m venv --clear .venv
fi
python=.venv/bin/python
"$python" -m pip install --quiet --require-hashes --no-deps --requirement requirements/build.lock

# uv reads none of pip's configuration: hand it the mirror, the certificates and the folders of wheels that pip was told
# of. Whatever the source, a file whose hash is not in the lock is refused.
told() {
  "$python" -m pip config get "global.$1" 2>/dev/null || true
}
index=${PIP_INDEX_URL:-$(told index-url)}
certificates=${PIP_CERT:-$(told cert)}
[ -z "$index" ] || export UV_DEFAULT_INDEX="${UV_DEFAULT_INDEX:-$index}"
[ -z "$certificates" ] || export SSL_CERT_FILE="${SSL_CERT_FILE:-$certificates}"
wheels=()
for folder in ${PIP_FIND_LINKS:-$(told find-links)}; do
  wheels+=(--find-links "$folder")
done
packages() {
  .venv/bin/uv pip install --quiet --python "$python" --no-deps "$@"
}

# PyPI's build of torch brings gigabytes of CUDA along, so it comes last: after the folders of wheels that pip was told
# of, and after PyTorch's own index of CPU builds. EARLOOP_TORCH=cpu never takes it; EARLOOP_TORCH=pypi always does.
cpu_index=https://download.pytorch.org/whl/cpu
reachable() {
  "$python" -c 'import sys, urllib.request; urllib.request.urlopen(sys.argv[1], timeout=20)' "$1" 2>/dev/null
}
cpu=("${wheels[@]}" --requirement requirements/torch-cpu.lock)
pypi=(--requirement requirements/torch-pypi.lock)
if [ "${EARLOOP_TORCH:-}" = pypi ]; then
  torch=("${pypi[@]}")
elif [ ${#wheels[@]} -gt 0 ] && packages --dry-run --offline --no-index --require-hashes "${cpu[@]}" 2>/dev/null; then
  torch=(--no-index "${cpu[@]}")
elif [ "${EARLOOP_TORCH:-}" = cpu ] || reachable "$cpu_index/torch/"; then
  torch=(--default-index "$cpu_index" "${cpu[@]}")
else
  echo "$cpu_index cannot be reached: taking PyPI's build of torch, which brings 3 GB of CUDA libraries along ..."
  torch=("${pypi[@]}")
fi
packages --require-hashes "${torch[@]}"
packages --require-hashes --no-build-isolation "${wheels[@]}" --requirement "$lock"
packages --no-build-isolation --editable .
echo "$key" > "$stamp"
