#!/usr/bin/env bash
# with-postgres.sh COMMAND…: runs a command with PARLOUR_DATABASE_URL set to a PostgreSQL of its
# own, on a free port of 127.0.0.1, and removes that server again.
set -euo pipefail

# The tests hold one connection for each thread of each server they start.
CONNECTIONS_MAX=300
# Below this a memory file system would fill up in the middle of a run.
MEMORY_FREE_KIB_MIN=1048576
START_TRIES_MAX=5

if [ $# -eq 0 ]; then
    echo "usage: $0 COMMAND [ARGUMENT…]" >&2
    exit 2
fi

# The newest server that is installed.
bin=$(printf '%s\n' /usr/lib/postgresql/*/bin/initdb | sort -V | tail -n 1)
[ -x "$bin" ] || bin=$(command -v initdb) || {
    echo "PostgreSQL is missing: install Debian's package postgresql" >&2
    exit 1
}
bin=$(dirname "$bin")

# A memory file system makes fsync cheap without turning it off.
parent=${TMPDIR:-/tmp}
if [ -w /dev/shm ]; then
    free_kib=$(df --output=avail -k /dev/shm | tail -n 1)
    [ "$free_kib" -lt "$MEMORY_FREE_KIB_MIN" ] || parent=/dev/shm
fi
home=$(mktemp -d "$parent/parlour-postgres.XXXXXX")

# PostgreSQL refuses to run as root.
as_owner=()
if [ "$(id -u)" -eq 0 ]; then
    chown postgres: "$home"
    if command -v runuser >/dev/null 2>&1; then
        as_owner=(runuser -u postgres --)
    else
        as_owner=(setpriv --reuid=postgres --regid=postgres --init-groups --)
    fi
fi

child=
# shellcheck disable=SC2329 # called by the trap
clean_up() {
    trap - EXIT
    trap '' INT TERM
    if [ -n "$child" ] && kill -TERM -- "-$child" 2>/dev/null; then
        wait "$child" 2>/dev/null || true
    fi
    if [ -f "$home/data/postmaster.pid" ]; then
        (cd "$home" && "${as_owner[@]}" "$bin/pg_ctl" stop -D "$home/data" -m immediate -w -s) || true
    fi
    rm -rf "$home"
}
trap clean_up EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

free_port() {
    python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'
}

(
    cd "$home"
    "${as_owner[@]}" "$bin/initdb" -D "$home/data" -U postgres --auth=trust \
        --encoding=UTF8 --locale=C.UTF-8 --no-instructions >"$home/initdb.log" 2>&1
) || {
    cat "$home/initdb.log" >&2
    exit 1
}

# fsync stays on: what is tested is what is promised.
start() {
    local options="-p $1 -c listen_addresses=127.0.0.1 -c unix_socket_directories=$home"
    options+=" -c max_connections=$CONNECTIONS_MAX"
    (
        cd "$home"
        "${as_owner[@]}" "$bin/pg_ctl" start -D "$home/data" -l "$home/data/server.log" \
            -w -s -t 60 -o "$options"
    ) >/dev/null
}

port=
for _ in $(seq "$START_TRIES_MAX"); do
    port=$(free_port)
    start "$port" && break
    port=
done
if [ -z "$port" ]; then
    echo "PostgreSQL did not start:" >&2
    cat "$home/data/server.log" >&2
    exit 1
fi

export PARLOUR_DATABASE_URL="postgres://postgres@127.0.0.1:$port/postgres"
# In a group of its own: whoever stops this script stops all of the command, servers it started
# included.
set -m
"$@" <&0 &
child=$!
set +m
status=0
wait "$child" || status=$?
exit "$status"
