#!/bin/sh
# Install the Debian packages that the tests use as outside judges, when that is possible (root, apt-get).
set -eu
PACKAGES="clang libclang-rt-14-dev libpri-dev libspandsp-dev sox tshark"
missing=""
for package in $PACKAGES; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'install ok installed' || missing="$missing $package"
done
[ -n "$missing" ] || exit 0
if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null 2>&1; then
    echo "peers: without$missing; the tests that need them are skipped (apt-get install$missing)"
    exit 0
fi
echo "peers: installing$missing"
log=$(mktemp)
# shellcheck disable=SC2086
if ! { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $missing; } \
    >"$log" 2>&1; then
    tail -5 "$log"
    echo "peers: could not install$missing; the tests that need them are skipped"
fi
rm -f "$log"
