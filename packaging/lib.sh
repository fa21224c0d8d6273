# Shared by run, test and deb: steps with elapsed time, and the system packages they need.
# shellcheck shell=bash

ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
STARTED=$SECONDS
# Plain paths in messages, the same sorting everywhere.
export LC_ALL=C.UTF-8

# What the build needs: a C and C++ compiler, cmake and nasm for the two C codecs, ALSA's headers.
BUILD_PACKAGES=(pkg-config gcc g++ make cmake nasm libasound2-dev)
# What the window opens at run time, and a face for Chinese.
WINDOW_PACKAGES=(libgl1 libegl1 libgl1-mesa-dri libxkbcommon0 libxkbcommon-x11-0 libx11-xcb1 libxcursor1 libxi6 libxrandr2 libwayland-client0 libwayland-egl1 fonts-wqy-microhei)
# What the checks use besides.
TEST_PACKAGES=(xvfb xauth strace util-linux ffmpeg flac lame opus-tools libimage-exiftool-perl exiv2 desktop-file-utils appstream lintian dpkg-dev fakeroot file)

step() {
  local took=$((SECONDS - STARTED))
  printf '\n== [%02d:%02d] %s\n' $((took / 60)) $((took % 60)) "$*"
}

fail() {
  printf '\nFAILED: %s\n' "$*" >&2
  exit 1
}

# need PACKAGE...: installs those that are missing, or names them and stops.
need() {
  [ "$(uname -s)" = Linux ] || fail "this script is for Linux; on macOS and Windows run: cargo run --release"
  if ! command -v dpkg-query >/dev/null || ! command -v apt-get >/dev/null; then
    if command -v cc >/dev/null && command -v cmake >/dev/null && command -v nasm >/dev/null && pkg-config --exists alsa 2>/dev/null; then
      echo "(not a Debian or Ubuntu system: the compilers, cmake, nasm and the ALSA headers were found, going on)"
      return 0
    fi
    fail "this is not a Debian or Ubuntu system. Install by your package manager what these Debian packages hold, then run this again: $*"
  fi
  local missing=() p
  for p in "$@"; do
    # Newer releases renamed some libraries (…t64); a package that provides the name counts.
    dpkg-query -W -f '${Status}\n' "$p" 2>/dev/null | grep -q '^install ok installed' ||
      dpkg-query -W -f '${Status} ${Provides}\n' 2>/dev/null | grep '^install ok installed' | grep -Eq "[ ,]$p([ ,(]|\$)" ||
      missing+=("$p")
  done
  [ ${#missing[@]} -gt 0 ] || return 0
  local as=()
  if [ "$(id -u)" != 0 ]; then
    command -v sudo >/dev/null || fail "these packages are missing and there is no sudo; as root run: apt-get install ${missing[*]}"
    if [ ! -t 0 ] && ! sudo -n true 2>/dev/null; then
      fail "these packages are missing and nobody is here to type a password; run: sudo apt-get install ${missing[*]}"
    fi
    echo "Parlour needs a few system packages; sudo may ask for your password."
    as=(sudo)
  fi
  echo "installing: ${missing[*]}"
  "${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get update -q >/dev/null ||
    echo "(the package lists could not be refreshed; trying with what is there)" >&2
  "${as[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -q --no-install-recommends "${missing[@]}" >/dev/null ||
    fail "apt-get could not install: ${missing[*]}"
}

need_rust() {
  command -v cargo >/dev/null || [ ! -f "$HOME/.cargo/env" ] || . "$HOME/.cargo/env"
  command -v cargo >/dev/null || fail "Rust is missing: install Rust 1.95 or newer with rustup, then run this again"
  local have wanted
  have=$(rustc --version | awk '{print $2}')
  wanted=$(sed -n 's/^rust-version = "\(.*\)"/\1/p' "$ROOT/Cargo.toml")
  [ "$(printf '%s\n%s\n' "$wanted" "$have" | sort -V | head -1)" = "$wanted" ] ||
    fail "Rust $have is too old: Parlour needs $wanted or newer (rustup update)"
}

# Where cargo puts what it builds.
target_dir() {
  echo "${CARGO_TARGET_DIR:-$ROOT/target}"
}

# main_job PROGRAM OUTDIR: the whole program without a window, on the demo library.
main_job() {
  local app=$1 out=$2 demo=$ROOT/assets/demo/library
  local lib=$out/library tags=$out/tags.jsonl
  mkdir -p "$lib"
  step "scan the demo library"
  "$app" --library "$lib" scan "$demo" --json >"$out/scan.jsonl"
  tail -1 "$out/scan.jsonl"
  step "tag photos and music"
  "$app" tag "$demo/Photos/2021 Winter hut" "$demo/Music/Pelican Sleep - Tidal Rooms" --json >"$tags"
  head -2 "$tags" | cut -c1-240
  step "recommend"
  "$app" --library "$lib" recommend --limit 3 --json >"$out/recommend.jsonl"
  head -2 "$out/recommend.jsonl" | cut -c1-240
  step "play to a sound file"
  "$app" play "$demo/Music/Nora Hale - Lamplight/04 Two Rooms, Part II.flac" --output "wav:$out/played.wav"
  step "draw every page"
  "$app" --library "$lib" capture "$out/pages"
  [ -s "$out/scan.jsonl" ] || fail "the scan said nothing"
  [ -s "$tags" ] || fail "no tags came out"
  [ -s "$out/recommend.jsonl" ] || fail "no suggestions came out"
  [ "$(stat -c %s "$out/played.wav")" -gt 100000 ] || fail "the played sound file is too short"
  [ "$(find "$out/pages" -name '*.png' | wc -l)" -ge 5 ] || fail "too few pages were drawn"
}
