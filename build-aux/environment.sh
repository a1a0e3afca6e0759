# Sourced by the other scripts here: where Bellhop can be built, and how to get there.
# SPDX-License-Identifier: GPL-3.0-or-later
# shellcheck shell=bash

here=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
top=$(dirname -- "$here")
cache=${BELLHOP_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/bellhop}
# shellcheck disable=SC2034
builddir=${BELLHOP_BUILD:-$top/build}

say() { printf '%s\n' "bellhop: $*" >&2; }
die() { say "$*"; exit 1; }

list() { sed -e 's/#.*//' -e '/^[[:space:]]*$/d' "$@"; }

# Prints "native" where the system's own libraries are new enough, "root" where a Debian 13 root
# has to stand in for them.
environment_kind() {
  # BELLHOP_ENVIRONMENT=native|root overrides; inside the root the answer is always native
  if [ -n "${BELLHOP_ENVIRONMENT:-}" ]; then printf '%s\n' "$BELLHOP_ENVIRONMENT"; return; fi
  local ID='' VERSION_ID='' PRETTY_NAME=''
  # shellcheck disable=SC1091
  [ -r /etc/os-release ] && . /etc/os-release
  local major=${VERSION_ID%%.*}
  case "$ID" in
    debian) if [ -z "$major" ] || [ "$major" -ge 13 ]; then echo native; else echo root; fi ;;
    ubuntu) if [ "${major:-0}" -ge 25 ]; then echo native; else echo root; fi ;;
    # Fedora has no cmark-gfm; with one built by hand, BELLHOP_ENVIRONMENT=native takes the rest from its packages
    *) echo root ;;
  esac
}

# as_root CMD…: through sudo when this is not root already
as_root() {
  if [ "$(id -u)" = 0 ]; then "$@"
  elif command -v sudo >/dev/null; then sudo "$@"
  else die "this needs root and there is no sudo: run as root: $*"; fi
}

# The names of the packages for the system KIND (debian or fedora): what is built with and, unless NEEDS is "build",
# what is tested with.
packages() {
  local kind=$1 needs=$2
  list "$here/packages.$kind"
  [ "$needs" = build ] || list "$here/packages-test.$kind"
}

# Packages that the system lacks.
missing_debian() {
  local p
  for p in $(packages debian "${BELLHOP_NEEDS:-test}"); do
    [ "$(dpkg-query -W -f='${db:Status-Status}' "$p" 2>/dev/null)" = installed ] || printf '%s\n' "$p"
  done
}
missing_fedora() {
  local p
  for p in $(packages fedora "${BELLHOP_NEEDS:-test}"); do rpm -q --whatprovides "$p" >/dev/null 2>&1 || printf '%s\n' "$p"; done
}

ready_native() {
  local missing
  if command -v dpkg-query >/dev/null; then
    missing=$(missing_debian)
    [ -z "$missing" ] && return
    say "installing with apt:" $missing
    as_root apt-get -qq update
    # shellcheck disable=SC2086
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y install --no-install-recommends $missing >/dev/null
  elif command -v dnf >/dev/null; then
    missing=$(missing_fedora)
    [ -z "$missing" ] && return
    say "installing with dnf:" $missing
    # shellcheck disable=SC2086
    as_root dnf -q -y install $missing
  else
    die "this system has neither apt nor dnf: install what build-aux/packages*.debian list, then set BELLHOP_ENVIRONMENT=native"
  fi
}

# What the root leaves out: documentation, and translations but those of the toolkit, which the app shows.
root_options=(
  --aptopt='APT::Install-Recommends "false"'
  --dpkgopt='path-exclude=/usr/share/doc/*'
  --dpkgopt='path-exclude=/usr/share/help/*'
  --dpkgopt='path-exclude=/usr/share/locale/*'
  --dpkgopt='path-include=/usr/share/locale/locale.alias'
  --dpkgopt='path-include=/usr/share/locale/*/LC_MESSAGES/gtk40.mo'
  --dpkgopt='path-include=/usr/share/locale/*/LC_MESSAGES/libadwaita.mo'
  --dpkgopt='path-include=/usr/share/locale/*/LC_MESSAGES/gtksourceview-5.mo'
  --dpkgopt='path-include=/usr/share/locale/*/LC_MESSAGES/vte-2.91.mo'
  --dpkgopt='path-include=/usr/share/locale/*/LC_MESSAGES/glib20.mo'
)

root_dir() {
  local key
  # the root is made once and holds everything, whatever is needed first
  key=$( (packages debian test | sort; printf '%s\n' "${root_options[@]}") | sha256sum | cut -c1-16)
  printf '%s\n' "$cache/root-$key"
}

# The tools that make the root, and bwrap, which enters it for a person who is not root.
ready_root_tools() {
  local need=()
  command -v mmdebstrap >/dev/null || need+=(mmdebstrap)
  [ "$(id -u)" = 0 ] || command -v bwrap >/dev/null || need+=(bubblewrap)
  [ ${#need[@]} = 0 ] && return
  if command -v apt-get >/dev/null; then
    [ -e /usr/share/keyrings/debian-archive-keyring.gpg ] || need+=(debian-archive-keyring)
    say "installing with apt: ${need[*]}"
    as_root apt-get -qq update
    as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq -y install --no-install-recommends "${need[@]}" >/dev/null
  elif command -v dnf >/dev/null; then
    say "installing with dnf: ${need[*]}"
    as_root dnf -q -y install "${need[@]}"
  else
    die "this system's libraries are too old for Bellhop and it has neither apt nor dnf to install: ${need[*]}"
  fi
}

ready_root() {
  local root=$1 log=$cache/root.log mode=auto
  [ -e "$root/.ready" ] && return
  ready_root_tools
  mkdir -p "$cache"
  # one at a time; a second caller finds it ready
  exec 8>"$cache/root.lock"
  flock 8
  if [ ! -e "$root/.ready" ]; then
    say "this system's libraries are older than Bellhop needs"
    say "creating a Debian 13 root in $root (about 1.9 GB, some minutes, once)"
    rm -rf --one-file-system "$root.part"
    [ "$(id -u)" = 0 ] && mode=root
    mmdebstrap --quiet --mode=$mode --variant=minbase \
      "${root_options[@]}" --include="$(packages debian test | paste -sd,)" \
      trixie "$root.part" >"$log" 2>&1 || { tail -n 20 "$log" >&2; die "making the root failed; the whole log is $log"; }
    mkdir -p "$root.part/.old"
    touch "$root.part/.ready"
    # an interrupted earlier attempt may have left a root without its mark
    rm -rf --one-file-system "$root"
    mv "$root.part" "$root"
  fi
  exec 8>&-
}

# The build folder $1, configured with the remaining arguments and built. Quiet unless something is wrong.
build() {
  local dir=$1 log; shift
  log=$dir/build.log
  mkdir -p "$dir"
  if [ ! -e "$dir/build.ninja" ]; then
    meson setup --fatal-meson-warnings "$dir" "$top" "$@" >"$log" 2>&1 || { cat "$log" >&2; die "configuring $dir failed"; }
  fi
  ninja -C "$dir" >>"$log" 2>&1 || { tail -n 60 "$log" >&2; die "building $dir failed; the whole log is $log"; }
}
