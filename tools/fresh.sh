#!/usr/bin/env bash
# Tries the project on systems that have nothing but their base: debootstrap makes each, the tree is copied in, and
# `make demo` and `make test` run there. Prints one line a system; the whole of what was printed lies in .build/fresh.
#
#   sudo tools/fresh.sh [--keep-pip-config] [--cache FOLDER] [--target NAME]... [--keep] [SYSTEM]...
#
#   SYSTEM             debian-12, debian-13, ubuntu-22.04, ubuntu-24.04; all of them where none is named
#   --keep-pip-config  pip and uv find packages there as here: configuration, certificates, mirrors, folders of wheels
#   --cache FOLDER     keeps what pip and uv fetch, for the next system
#   --target NAME      a target of the Makefile, in place of demo and test
#   --keep             leaves the system in .build/fresh/SYSTEM, to look at
#
# EARLOOP_DEBIAN_MIRROR and EARLOOP_UBUNTU_MIRROR name other mirrors than the distributions' own. The folder that
# EARLOOP_REAL_DATA names is there, too. All runs in namespaces of its own, so that mounts and processes end with this
# script however it ends. Status: 0 if everything passed, 1 if something failed, 2 if a system could not be made.
# shellcheck disable=SC2317 # some functions are called by way of `apart`
set -euo pipefail
root=$(cd "$(dirname "$0")/.." && pwd)
work=$root/.build/fresh

stop() {
  echo "fresh: $*" >&2
  exit 2
}

# Runs a function of this script in namespaces of its own. When this shell is gone, so is unshare, and with it every
# process and mount of theirs. In the background, for bash answers a signal only when what runs before it is done.
apart() {
  setpriv --pdeathsig KILL unshare --mount --propagation private --pid --fork --kill-child --ipc \
    "$0" --apart "$keep_pip" "$cache" "$@" </dev/null &
  wait $!
}

# Mounts what a system wants, goes in, and runs make there.
inside() {
  local system=$1 target=$2 place=$work/$1 path name
  mount --bind "$place" "$place"
  mount -t proc proc "$place/proc"
  mount -t sysfs -o ro sysfs "$place/sys"
  mount -t tmpfs -o mode=755 tmpfs "$place/dev"
  for name in null zero full random urandom tty; do
    touch "$place/dev/$name"
    mount --bind "/dev/$name" "$place/dev/$name"
  done
  mkdir -p "$place/dev/pts" "$place/dev/shm"
  mount -t devpts -o newinstance,ptmxmode=666,mode=620 devpts "$place/dev/pts"
  ln -s pts/ptmx "$place/dev/ptmx"
  ln -s /proc/self/fd "$place/dev/fd"
  mount -t tmpfs -o mode=1777 tmpfs "$place/dev/shm"

  local settings=(HOME=/root LANG=C.UTF-8 PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin)
  local shown=()
  [ -z "${EARLOOP_REAL_DATA:-}" ] || shown+=("$EARLOOP_REAL_DATA") settings+=("EARLOOP_REAL_DATA=$EARLOOP_REAL_DATA")
  if [ "$keep_pip" = yes ]; then
    shown+=(/etc/pip.conf /etc/xdg/pip)
    while IFS= read -r name; do
      path=${!name}
      if [ -f "$path" ]; then # a certificate: elsewhere, for at its own place the system's packages keep their own
        show "$path" "$place/of-the-host$path"
        path=/of-the-host$path
      elif [ -d "$path" ] && [[ $path != /etc/* ]]; then
        shown+=("$path")
      fi
      settings+=("$name=$path")
    done < <(compgen -e | grep -iE '^(PIP|UV)_|^SSL_CERT_FILE$|_CA_BUNDLE$|_proxy$|^EARLOOP_TORCH$')
  fi
  for path in "${shown[@]}"; do
    show "$path" "$place$path"
  done
  if [ -n "$cache" ]; then
    mkdir -p "$place/root/.cache"
    mount --bind "$cache" "$place/root/.cache"
  fi
  # Not by exec: the shell stays the first process, which buries children whose parents are gone.
  env -i "${settings[@]}" chroot "$place" make -C /earloop "$target"
}

# Shows a file or a folder of this system at a place in the other, where it can only be read.
show() {
  if [ -d "$1" ]; then
    mkdir -p "$2"
  elif [ -e "$1" ]; then
    mkdir -p "$(dirname "$2")"
    [ -e "$2" ] || touch "$2"
  else
    return 0
  fi
  mount --bind "$1" "$2"
  mount -o remount,ro,bind "$2"
}

# Makes a system: its base, where its packages come from, and the tree.
make_system() {
  local system=$1 place=$work/$1 suite mirror keyring components=main script=sid
  mount -t proc proc /proc
  case $system in
    debian-12) suite=bookworm ;;
    debian-13) suite=trixie ;;
    ubuntu-22.04) suite=jammy ;;
    ubuntu-24.04) suite=noble ;;
  esac
  case $system in
    debian-*) mirror=${EARLOOP_DEBIAN_MIRROR:-http://deb.debian.org/debian} keyring=debian-archive-keyring ;;
    ubuntu-*)
      mirror=${EARLOOP_UBUNTU_MIRROR:-http://archive.ubuntu.com/ubuntu} keyring=ubuntu-archive-keyring
      components=main,universe script=gutsy
      ;;
  esac
  keyring=/usr/share/keyrings/$keyring.gpg
  if [ ! -e "$keyring" ]; then
    echo "$keyring is missing, by which packages are checked: apt-get install ubuntu-keyring debian-archive-keyring"
    exit 1
  fi
  # The family's script, for debootstrap knows the names only of suites that are older than itself.
  debootstrap --variant=minbase --components="$components" --keyring="$keyring" --include=make \
    "$suite" "$place" "$mirror" "/usr/share/debootstrap/scripts/$script"
  printf 'deb %s %s %s\n' "$mirror" "$suite" "${components//,/ }" "$mirror" "$suite-updates" "${components//,/ }" \
    >"$place/etc/apt/sources.list"
  echo force-unsafe-io >"$place/etc/dpkg/dpkg.cfg.d/in-no-need-of-sync"
  apt-config dump 2>/dev/null | grep -E '^Acquire::(https?|Check)' >"$place/etc/apt/apt.conf.d/90-of-the-host" || true
  cp -L /etc/resolv.conf /etc/hosts "$place/etc/"
  mkdir "$place/earloop"
  # What git would commit: no environment, no build outputs.
  git -C "$root" ls-files -z --cached --others --exclude-standard --deduplicate \
    | tar -C "$root" --null --no-recursion --ignore-failed-read -T - -cf - | tar -C "$place/earloop" -xf -
}

# One system from nothing to its line.
try() {
  local system=$1 place=$work/$1 log=$work/$1.log line=$1: target started counted status=0
  rm -rf --one-file-system "$place"
  if ! apart make_system "$system" >"$log" 2>&1; then
    echo "$line could not be made: $(grep -v '^$' "$log" | tail -1) ($log)"
    return 2
  fi
  for target in "${targets[@]}"; do
    started=$SECONDS
    if apart inside "$system" "$target" >>"$log" 2>&1; then
      line+=" $target passed in $((SECONDS - started)) s;"
    else
      line+=" $target FAILED after $((SECONDS - started)) s: $(grep -v '^make: ' "$log" | grep . | tail -1);"
      status=1
    fi
    counted=$(grep -E '^=+ .*(passed|failed|error).* in [0-9.]+s' "$log" | tail -1 || true)
    line+=$(sed -E 's/=+//g; s/ in .*/;/' <<<"$counted")
  done
  echo "$line $log"
  [ "$keep" = yes ] || rm -rf --one-file-system "$place"
  return $status
}

if [ "${1:-}" = --apart ]; then
  keep_pip=$2 cache=$3
  "${@:4}"
  exit
fi

keep_pip=no cache='' keep=no targets=() systems=()
while [ $# -gt 0 ]; do
  case $1 in
    --keep-pip-config) keep_pip=yes ;;
    --cache) cache=${2:?--cache wants a folder}; shift ;;
    --target) targets+=("${2:?--target wants a name}"); shift ;;
    --keep) keep=yes ;;
    debian-12 | debian-13 | ubuntu-22.04 | ubuntu-24.04) systems+=("$1") ;;
    *) stop "$1 is neither an option nor a system; systems are debian-12, debian-13, ubuntu-22.04, ubuntu-24.04" ;;
  esac
  shift
done
[ ${#targets[@]} -gt 0 ] || targets=(demo test)
[ ${#systems[@]} -gt 0 ] || systems=(debian-12 debian-13 ubuntu-22.04 ubuntu-24.04)
[ "$(id -u)" = 0 ] || stop "debootstrap, mount and chroot want root: run it by sudo"
command -v debootstrap >/dev/null || stop "debootstrap is missing: apt-get install debootstrap"
[ -z "$cache" ] || { mkdir -p "$cache" && cache=$(cd "$cache" && pwd); }
mkdir -p "$work"

trap 'stop "ended by a signal"' INT TERM HUP
worst=0
for system in "${systems[@]}"; do
  status=0
  try "$system" || status=$?
  [ "$status" -le "$worst" ] || worst=$status
done
exit "$worst"
