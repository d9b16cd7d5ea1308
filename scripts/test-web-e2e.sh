#!/usr/bin/env bash
# test-web-e2e.sh BINARY: the TypeScript client against the real server, which is killed in the middle.
set -euo pipefail
binary=$(realpath "$1")
cd "$(dirname "$0")/.."

scripts/install-web.sh
cd web/client
PARLOUR_BINARY=$binary npm run --silent e2e
