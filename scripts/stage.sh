#!/usr/bin/env bash
# stage.sh TITLE COMMAND…: runs one stage of a longer run under a heading, and says how long it took.
set -euo pipefail

title=$1
shift

printf '\n== %s\n' "$title"
start=$SECONDS
status=0
"$@" || status=$?
if [ "$status" -eq 0 ]; then
    printf '== %s: ok after %d s\n' "$title" $((SECONDS - start))
else
    printf '== %s: FAILED with status %d after %d s\n' "$title" "$status" $((SECONDS - start))
fi
exit "$status"
