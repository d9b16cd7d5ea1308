#!/usr/bin/env bash
# Checks and tests every package of web/, without a server: types, lints, unit tests, sizes. `test-web.sh lint` only reads.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/install-web.sh
cd web
every_package() {
    npm run --silent --workspaces --if-present "$1"
}
every_package check
every_package lint
if [ "${1:-}" != lint ]; then
    every_package test
    every_package size
fi
