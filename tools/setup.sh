#!/bin/sh
# Make the virtual environment and build the native core. Needs Python >= 3.11 with venv and headers, a C compiler, make.
# As root on Debian, what is missing of Python is installed; otherwise it is named.
set -eu
PYTHON=${PYTHON:-python3}
VENV=${VENV:-.venv}

fail() { echo "setup: $1" >&2; exit 2; }

"$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail "$PYTHON is older than Python 3.11; set PYTHON="

missing=""
"$PYTHON" -c 'import venv, ensurepip' 2>/dev/null || missing="python3-venv"
include=$("$PYTHON" -c 'import sysconfig; print(sysconfig.get_path("include"))')
[ -f "$include/Python.h" ] || missing="$missing python3-dev"
command -v cc >/dev/null 2>&1 || command -v gcc >/dev/null 2>&1 || missing="$missing gcc"
if [ -n "$missing" ]; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        echo "setup: installing $missing"
        # shellcheck disable=SC2086
        apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing \
            >/dev/null || fail "could not install $missing"
    else
        fail "missing: $missing; install with: apt-get install $missing"
    fi
fi

[ -x "$VENV/bin/python" ] || "$PYTHON" -m venv "$VENV"
"$VENV/bin/pip" install --quiet --disable-pip-version-check --upgrade 'pip>=23.2' 'setuptools>=77' 'cffi>=1.17'
"$VENV/bin/pip" install --quiet --disable-pip-version-check --no-build-isolation --editable '.[dev]'
