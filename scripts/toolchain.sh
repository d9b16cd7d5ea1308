#!/bin/sh
# Prints the name of the toolchain to force, or nothing.
#
# rust-toolchain.toml names an exact version. Where rustup knows the same version only as
# "stable", cargo would refuse to start or download it a second time.
set -eu
cd "$(dirname "$0")/.."

wanted=$(sed -n 's/^channel *= *"\(.*\)"/\1/p' rust-toolchain.toml)
command -v rustup >/dev/null 2>&1 || exit 0
if rustup toolchain list 2>/dev/null | grep -q "^$wanted\(-\| \|\$\)"; then
    exit 0
fi

stable=$(rustup run stable rustc --version 2>/dev/null | cut -d ' ' -f 2) || exit 0
case "$stable" in
    "$wanted" | "${wanted%.*}" | "${wanted%.*}".*) echo stable ;;
esac
