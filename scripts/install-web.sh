#!/usr/bin/env bash
# Installs what web/package-lock.json names, unless it is there already.
set -euo pipefail
cd "$(dirname "$0")/../web"

if ! command -v npm >/dev/null 2>&1; then
    echo "npm is missing: install Node.js 20 or newer with npm (Debian's packages nodejs and npm)" >&2
    exit 1
fi
digest=$(sha256sum <package-lock.json | cut -d ' ' -f 1)
if [ "$(cat node_modules/.installed 2>/dev/null)" != "$digest" ]; then
    npm ci --no-audit --no-fund
    echo "$digest" >node_modules/.installed
fi
