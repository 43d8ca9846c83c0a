#!/usr/bin/env bash
# Resolve pyproject.toml into two fully pinned, hashed locks.
# The locks name no index: whoever installs chooses where packages come from, and the hashes say they are the same ones.
set -euo pipefail
cd "$(dirname "$0")/.."

tools="$(mktemp -d)"
trap 'rm -rf "$tools"' EXIT
"${PYTHON:-python3}" -m venv "$tools"
"$tools/bin/pip" install --quiet 'pip-tools>=7.5'

compile() {
    "$tools/bin/pip-compile" --quiet --generate-hashes --allow-unsafe --strip-extras --no-header \
        --no-emit-index-url --no-emit-find-links --no-emit-trusted-host --no-emit-options "$@"
}

compile --output-file requirements.lock pyproject.toml
# The development lock holds everything, and keeps to the versions of the first one.
compile --constraint requirements.lock --extra dev --output-file requirements-dev.lock pyproject.toml

for lock in requirements.lock requirements-dev.lock; do
    if grep -nE '://|^--' "$lock"; then
        echo "$lock names a host or an option; a lock must only hold names, versions and hashes." >&2
        exit 1
    fi
done
