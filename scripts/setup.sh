#!/usr/bin/env bash
# Make .venv from the lock, and see that database servers are there for the tests and the demo.
# Safe to run again: stamps keyed to the lock, the project file and the Python version make the second run instant.
set -euo pipefail
cd "$(dirname "$0")/.."

PYTHON="${PYTHON:-python3}"
VENV=.venv
LOCK=requirements-dev.lock

say() { printf 'setup: %s\n' "$*"; }
fail() { printf 'setup: %s\n' "$*" >&2; exit 1; }

have_postgres() {
    [ -n "${TILLIT_TEST_PG:-}" ] || command -v initdb >/dev/null || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null
}
have_mariadb() {
    [ -n "${TILLIT_TEST_MARIADB:-}" ] || PATH="$PATH:/usr/sbin:/usr/local/sbin" command -v mariadbd mysqld >/dev/null
}
have_venv() { [ -x "$VENV/bin/pip" ] || "$PYTHON" -c 'import ensurepip, venv' 2>/dev/null; }

# The fresh package must not start a service of its own: the tests start private servers.
apt_install() {
    local guard=/usr/sbin/policy-rc.d made=''
    if [ ! -e "$guard" ]; then
        printf '#!/bin/sh\nexit 101\n' >"$guard"
        chmod 755 "$guard"
        made=1
    fi
    local status=0 log
    log="$(mktemp)"
    export DEBIAN_FRONTEND=noninteractive RUNLEVEL=1
    {
        apt-get -q -o DPkg::Lock::Timeout=120 update &&
            apt-get -q -y -o DPkg::Lock::Timeout=120 --no-install-recommends install "$@"
    } >"$log" 2>&1 </dev/null || status=$?
    if [ "$status" != 0 ]; then tail -n 20 "$log" >&2; fi
    rm -f "$log"
    if [ -n "$made" ]; then rm -f "$guard"; fi
    return "$status"
}

system_packages() {
    local need=()
    have_venv || need+=(python3-venv)
    have_postgres || need+=(postgresql)
    have_mariadb || need+=(mariadb-server)
    [ ${#need[@]} -gt 0 ] || return 0
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
        say "installing ${need[*]} (no service is started)"
        apt_install "${need[@]}" || say "apt-get could not install ${need[*]}"
    fi
    have_venv || fail "Python's venv module is missing. Install it: sudo apt-get install python3-venv"
    local missing=()
    have_postgres || missing+=(postgresql)
    have_mariadb || missing+=(mariadb-server)
    [ ${#missing[@]} -gt 0 ] || return 0
    local remedy="missing: ${missing[*]}. Install: sudo apt-get install ${missing[*]}; or point TILLIT_TEST_PG and TILLIT_TEST_MARIADB at servers that may create databases"
    [ "${CI:-}" != true ] || fail "$remedy"
    say "$remedy. Tests that need them are skipped until then."
}

check_python() {
    command -v "$PYTHON" >/dev/null || fail "python3 is missing. Install it: sudo apt-get install python3 python3-venv"
    "$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' ||
        fail "Python 3.11 or later is needed; '$PYTHON' is $("$PYTHON" -V). Name another one: make setup PYTHON=python3.12"
}

# The folder counts too: a virtual environment that was moved or copied does not work.
stamp_of() { { "$PYTHON" -V; pwd; cat "$@" </dev/null; } | sha256sum | cut -d' ' -f1; }
is_stamped() { [ -f "$VENV/$1.stamp" ] && [ "$(cat "$VENV/$1.stamp")" = "$2" ]; }

environment() {
    local stamp
    stamp="$(stamp_of)"
    if is_stamped environment "$stamp" && "$VENV/bin/python" -c '' 2>/dev/null; then return 0; fi
    "$PYTHON" -m venv --clear "$VENV"
    echo "$stamp" >"$VENV/environment.stamp"
}

libraries() {
    local stamp
    stamp="$(stamp_of "$LOCK")"
    if is_stamped libraries "$stamp"; then return 0; fi
    rm -f "$VENV/libraries.stamp"
    say "installing the locked libraries into $VENV"
    "$VENV/bin/python" -m pip --quiet --disable-pip-version-check install --require-hashes --no-deps -r "$LOCK"
    echo "$stamp" >"$VENV/libraries.stamp"
}

package() {
    local stamp
    stamp="$(stamp_of pyproject.toml "$LOCK")"
    if is_stamped package "$stamp"; then return 0; fi
    rm -f "$VENV/package.stamp"
    say "installing tillit itself (editable)"
    "$VENV/bin/python" -m pip --quiet --disable-pip-version-check install --no-deps --no-build-isolation --editable .
    echo "$stamp" >"$VENV/package.stamp"
}

# Two targets of make may ask at once.
if command -v flock >/dev/null; then
    exec 9<"$LOCK"
    flock 9
fi
check_python
system_packages
environment
libraries
package
