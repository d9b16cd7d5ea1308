#!/usr/bin/env bash
# Builds the front-ends into web/dist, unless web/dist/stamp says that these sources gave it.
set -euo pipefail
cd "$(dirname "$0")/.."

if [ ! -f web/package.json ]; then
    echo "there is no front-end to build" >&2
    exit 0
fi
cd web

# The same digest as in web/build/stamp.js and crates/server/build.rs.
digest() {
    find . \( -name node_modules -o -name dist \) -prune -o -type f -printf '%P\0' |
        LC_ALL=C sort -z |
        while IFS= read -r -d '' path; do
            printf '%s\0%s\0' "$path" "$(stat -c %s "$path")"
            cat "$path"
        done |
        sha256sum | cut -d ' ' -f 1
}

if [ "$(cat dist/stamp 2>/dev/null)" = "$(digest)" ]; then
    echo "web/dist is up to date" >&2
    exit 0
fi

if ! command -v npm >/dev/null 2>&1; then
    echo "npm is missing: install Node.js 20 or newer with npm (Debian's packages nodejs and npm)" >&2
    exit 1
fi
npm ci --no-audit --no-fund
npm run build
