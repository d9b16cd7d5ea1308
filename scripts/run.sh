#!/usr/bin/env bash
# run.sh BINARY: serves a demo organization from ./data and says how to try it.
set -euo pipefail

READY_WAIT_SECONDS=60

binary=$1
data=${PARLOUR_DATA_DIR:-data}
listen=${PARLOUR_LISTEN:-127.0.0.1:8080}

if [ -n "${PARLOUR_NATS_URL:-}" ] && [ -z "${PARLOUR_DATABASE_URL:-}" ]; then
    echo "PARLOUR_NATS_URL needs PARLOUR_DATABASE_URL: several nodes share one PostgreSQL" >&2
    exit 2
fi

# The key is shown once by `parlour init`; a demo remembers it, one file for each database.
demo=$data/demo.json
if [ -n "${PARLOUR_DATABASE_URL:-}" ]; then
    demo=$data/demo-$(printf '%s' "$PARLOUR_DATABASE_URL" | sha256sum | cut -c 1-8).json
fi

if [ ! -f "$demo" ]; then
    held_something=$(ls -A "$data" 2>/dev/null || true)
    if created=$("$binary" init --data-dir "$data" --organization "Demo" \
        --email owner@demo.example --name "Demo Owner" --json); then
        mkdir -p "$data"
        (umask 077 && printf '%s\n' "$created" >"$demo")
    elif [ -z "$held_something" ] && [ -z "${PARLOUR_DATABASE_URL:-}" ]; then
        exit 1
    fi
fi

# One string of the demo's JSON, which the server wrote on one line or on several.
field() {
    [ -f "$demo" ] || return 0
    sed -n "s/.*\"$1\" *: *\"\([^\"]*\)\".*/\1/p" "$demo" | head -n 1
}

if ! command -v curl >/dev/null 2>&1; then
    echo "curl is missing: install Debian's package curl" >&2
    exit 1
fi

port=${listen##*:}
host=${listen%:*}
case "$host" in
    0.0.0.0 | '[::]' | '') host=127.0.0.1 ;;
esac
address=http://$host:$port

asks() {
    curl --silent --output /dev/null --max-time 2 --noproxy '*' "$@" "$address/readyz"
}

# Else the answers of whoever is there would be taken for this server's.
if asks; then
    echo "something answers at $address already; for another port: PARLOUR_LISTEN=127.0.0.1:$((port + 1)) make run" >&2
    exit 1
fi

# A group of its own: Ctrl-C reaches this script, which then asks the server once to stop.
set -m
"$binary" serve --data-dir "$data" --listen "$listen" </dev/null &
server=$!
set +m

# shellcheck disable=SC2329 # called by the trap
stop() {
    kill -TERM "$server" 2>/dev/null || true
}
trap stop INT TERM HUP EXIT

# What another node on the same database needs, or what this one lacks for that.
show_nodes() {
    [ -n "${PARLOUR_DATABASE_URL:-}" ] || return 0
    printf '\nThis is one node on PostgreSQL. Another one beside it, in another terminal, with the same variables:\n\n'
    printf '  PARLOUR_LISTEN=127.0.0.1:%s make run\n\n' "$((port + 1))"
    if [ -z "${PARLOUR_NATS_URL:-}" ]; then
        printf '  PARLOUR_NATS_URL is not set: nodes find out every two seconds what happened on others.\n'
        printf '  With a NATS server they are told at once: PARLOUR_NATS_URL=nats://127.0.0.1:4222\n'
    fi
    if [ -z "${PARLOUR_SECRET_KEY:-}${PARLOUR_SECRET_KEY_FILE:-}" ]; then
        printf '  PARLOUR_SECRET_KEY is not set: nodes with the data directory %s share the key in it; one with another\n' "$data"
        printf '  directory, or on another machine, needs the same key, which %s/secret.key holds.\n' "$data"
    fi
}

show() {
    local key agent
    key=$(field apiKey)
    agent=$(field agentId)
    printf '\nParlour answers at %s\n\n' "$address"
    # What stands after # stays in the browser.
    printf '  Chat with yourself      %s/demo%s\n' "$address" "${key:+#key=$key}"
    printf '  Put it on your website  %s/docs/widget\n' "$address"
    printf '  API reference           %s/docs\n' "$address"
    if [ -z "$key" ]; then
        printf '  API key                 unknown: this organization was not made by make run; see %s key create --help\n' "$binary"
    else
        printf '  API key                 %s\n\nSend a message as the agent of the demo:\n\n' "$key"
        printf "curl -sS %s/v3/conversations/messages -H 'api-key: %s' -H 'content-type: application/json' -d '%s'\n" \
            "$address" "$key" \
            "{\"visitorId\":\"demo-visitor-000000000001\",\"text\":\"Hello from Parlour\",\"agentId\":\"$agent\"}"
    fi
    show_nodes
    printf '\nCtrl-C stops the server.\n\n'
}

for _ in $(seq $((READY_WAIT_SECONDS * 5))); do
    kill -0 "$server" 2>/dev/null || break
    if asks --fail; then
        show
        break
    fi
    sleep 0.2
done

# A signal ends a wait early, with a status of its own; the last wait gives the server's.
status=0
wait "$server" || status=$?
while kill -0 "$server" 2>/dev/null; do
    wait "$server" || true
done
last=0
wait "$server" || last=$?
[ "$last" -eq 127 ] || status=$last
exit "$status"
