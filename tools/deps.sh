#!/bin/sh
# Installs the Debian packages that the build, the tests and the demo need; as root, or through sudo.
set -eu

packages="gcc libc6-dev make pkg-config libopenblas-openmp-dev libhdf5-dev libjansson-dev libpng-dev
    zlib1g-dev libcairo2-dev libmd-dev libzip-dev libprotobuf-c-dev
    protobuf-c-compiler libjpeg62-turbo-dev libcmocka-dev gnuplot-nox fonts-dejavu-core
    libjs-three"

missing=
for package in $packages; do
    dpkg-query -W -f '${Status}' "$package" 2>/dev/null | grep -q 'ok installed' ||
        missing="$missing $package"
done
if [ -z "$missing" ]; then
    echo "all packages are there"
    exit 0
fi

root=
if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null; then
        echo "make deps installs packages, which takes root or sudo; as root:" >&2
        echo "  apt-get install --no-install-recommends$missing" >&2
        exit 1
    fi
    root="sudo env DEBIAN_FRONTEND=noninteractive"
fi
export DEBIAN_FRONTEND=noninteractive
$root apt-get update
# shellcheck disable=SC2086 # a list of names
$root apt-get install -y --no-install-recommends $missing
