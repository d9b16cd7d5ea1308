#!/usr/bin/env bash
# test-widget.sh BINARY [FILE…]: the widget in Debian's Chromium ($CHROMIUM for another) against the real server; only the
# test files whose paths contain a FILE, if any is named.
set -euo pipefail
binary=$(realpath "$1")
shift
cd "$(dirname "$0")/.."

if [ ! -x "${CHROMIUM:-/usr/bin/chromium}" ]; then
    echo "Chromium is missing: install Debian's package chromium, or name another by CHROMIUM" >&2
    exit 1
fi
scripts/install-web.sh
cd web/e2e
PARLOUR_BINARY=$binary npm run --silent e2e -- "$@"
