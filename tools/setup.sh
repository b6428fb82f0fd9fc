#!/bin/sh
# Make the virtual environment and build the native core. Needs Python >= 3.11 with venv and headers, a C compiler, make.
# As root on Debian, what is missing of these is installed; otherwise it is named.
set -eu
PYTHON=${PYTHON:-python3}
VENV=${VENV:-.venv}

fail() { echo "setup: $1" >&2; exit 2; }
asked() { "$PYTHON" -c "import sysconfig; print($1)"; }

command -v "$PYTHON" >/dev/null 2>&1 || fail "no $PYTHON; install Python 3.11 or later, or set PYTHON="
"$PYTHON" -c 'import sys; sys.exit(sys.version_info < (3, 11))' || fail "$PYTHON is older than Python 3.11; set PYTHON="

missing=""
"$PYTHON" -c 'import venv, ensurepip' 2>/dev/null || missing="python3-venv"
[ -f "$(asked 'sysconfig.get_path("include")')/Python.h" ] || missing="$missing python3-dev"
if [ -z "${CC:-}" ]; then
    # The compiler that this Python was built with, else any; extensions are built with what CC says.
    CC=$(asked '(sysconfig.get_config_var("CC") or "cc").split()[0]')
    for compiler in "$CC" cc gcc clang; do
        if command -v "$compiler" >/dev/null 2>&1; then CC=$compiler; break; fi
    done
fi
command -v "$CC" >/dev/null 2>&1 || missing="$missing gcc libc6-dev"
if [ -n "$missing" ]; then
    if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
        echo "setup: installing $missing"
        # shellcheck disable=SC2086
        { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing; } \
            >/dev/null || fail "could not install $missing"
        command -v "$CC" >/dev/null 2>&1 || CC=gcc
    else
        fail "missing: $missing; install with: apt-get install $missing"
    fi
fi
export CC

# What an interrupted set-up left behind has no pip; one of a Python that is gone does not run.
if ! "$VENV/bin/python" -c 'import pip' 2>/dev/null; then
    "$PYTHON" -m venv --clear "$VENV" || fail "could not make $VENV"
fi
install() { "$VENV/bin/python" -m pip install --quiet --disable-pip-version-check "$@"; }
echo "setup: packages and the native core into $VENV; the first time takes a minute or two"
install --upgrade 'pip>=23.2' 'setuptools>=77' 'cffi>=1.17' || fail "pip could not install; is the package index reachable?"
install --no-build-isolation --editable '.[dev,craft,postgresql]' || fail "pip could not build and install switchsim; see above"
