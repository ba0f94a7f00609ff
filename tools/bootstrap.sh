#!/usr/bin/env bash
# Sets up everything that `make demo` and `make test` need: system tools, a virtual environment, the locked packages.
# Does nothing when the lock and this script are those of the last run.
set -euo pipefail
cd "$(dirname "$0")/.."

# program or file that must be there : Debian package that brings it
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
  chromium:chromium
)

has() {
  case "$1" in
    /*) [ -e "$1" ] ;;
    *) command -v "$1" >/dev/null ;;
  esac
}

if ! python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
  echo "earloop needs Python 3.11 or newer; python3 is $(python3 --version 2>&1 || true)" >&2
  exit 1
fi

missing=()
for need in "${needs[@]}"; do
  has "${need%%:*}" || missing+=("${need##*:}")
done
# Verilator's Perl front end wants Pod::Usage, which perl-base leaves out.
perl -MPod::Usage -e1 2>/dev/null || missing+=(perl)
python3 -c 'import ensurepip' 2>/dev/null || missing+=(python3-venv)

if [ ${#missing[@]} -gt 0 ]; then
  install="apt-get install -y --no-install-recommends ${missing[*]}"
  if [ "$(id -u)" = 0 ]; then
    sudo=
  elif sudo -n true 2>/dev/null; then
    sudo=sudo
  else
    echo "earloop needs system packages that are missing. Run:  sudo $install" >&2
    exit 1
  fi
  echo "Installing ${missing[*]} ..."
  $sudo apt-get update -qq
  $sudo env DEBIAN_FRONTEND=noninteractive $install >/dev/null
fi

stamp=.venv/earloop-stamp
key=$(cat requirements.lock pyproject.toml tools/bootstrap.sh | sha256sum)
if [ -x .venv/bin/python ] && [ "$(cat "$stamp" 2>/dev/null)" = "$key" ]; then
  exit 0
fi

echo "Creating .venv with the locked packages ..."
python3 -m venv .venv
.venv/bin/python -m pip install --quiet "uv==0.13.8"
# PyTorch's own index of CPU builds, or the wheels that pip was told of: PyPI's build brings gigabytes of CUDA along.
wheels=${PIP_FIND_LINKS:-$(.venv/bin/python -m pip config get global.find-links 2>/dev/null || true)}
torch=(--torch-backend cpu)
[ -n "$wheels" ] && torch=(--find-links "$wheels")
.venv/bin/uv pip install --quiet --python .venv/bin/python "${torch[@]}" --requirement requirements.lock
.venv/bin/uv pip install --quiet --python .venv/bin/python --no-deps --editable .
echo "$key" > "$stamp"
