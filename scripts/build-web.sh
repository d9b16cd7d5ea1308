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
    find . \( -name dist -o -name e2e -o -name node_modules -o -name test -o -name vectors \) -prune -o -type f -printf '%P\0' |
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

../scripts/install-web.sh
npm run build
