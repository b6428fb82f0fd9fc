#!/bin/sh
# Install the Debian packages that the tests use as outside judges, when that is possible (root, apt-get).
# With SWITCHSIM_REQUIRE_PEERS=1 a package that stays missing is an error; else its tests are skipped, naming it.
set -eu
CLANG_RT=$(apt-cache depends clang 2>/dev/null | sed -n 's/.*Depends: clang-\([0-9]*\)$/libclang-rt-\1-dev/p' | head -1)
PACKAGES="clang ${CLANG_RT:-libclang-rt-14-dev} espeak-ng gtkwave libopenr2-dev libpri-dev libspandsp-dev libss7-dev postgresql sox tshark"

lacking() {
    for package in $PACKAGES; do
        dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || printf ' %s' "$package"
    done
}

without() {
    echo "peers: without$1; the tests that need them are skipped (apt-get install$1)"
    [ "${SWITCHSIM_REQUIRE_PEERS:-}" != 1 ] || { echo "peers: but they are required" >&2; exit 1; }
    exit 0
}

missing=$(lacking)
[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    without "$missing"
fi
echo "peers: installing$missing"
log=$(mktemp)
trap 'rm -f "$log"' EXIT
# shellcheck disable=SC2086
{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing; } \
    >"$log" 2>&1 || tail -5 "$log"
missing=$(lacking)
[ -z "$missing" ] || without "$missing"
