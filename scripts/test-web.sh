#!/usr/bin/env bash
# Checks and tests the TypeScript of web/. `test-web.sh lint` only reads it: types and lints.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/install-web.sh
cd web/client
npm run --silent check
npm run --silent lint
if [ "${1:-}" != lint ]; then
    npm run --silent test
    npm run --silent size
fi
