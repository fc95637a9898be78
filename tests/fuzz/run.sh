#!/bin/sh
# Fuzzes the readers of files. Usage: tests/fuzz/run.sh [SECONDS [TARGET...]]
#   SECONDS  for each target, default 60
#   TARGET   safetensors, torch, onnx, npz, picture, surface or directions; default all
#   BUILD    where the library, the targets and the corpora go, default build-fuzz
# Needs Debian's clang and libclang-rt-14-dev. What crashes a target is left in $BUILD/crashes.
set -eu
cd "$(dirname "$0")/../.."
seconds=${1:-60}
[ $# -gt 0 ] && shift
[ $# -gt 0 ] || set -- safetensors torch onnx npz picture surface directions
BUILD=${BUILD:-build-fuzz}
sanitize=address,undefined
headers=$(pkg-config --cflags hdf5 jansson)
libraries="$(pkg-config --libs openblas hdf5 jansson libpng libjpeg libmd libzip libprotobuf-c) -lm"

make CC=clang BUILD="$BUILD" "$BUILD/liblandscape.a" \
    CFLAGS="-O1 -g -fsanitize=fuzzer-no-link,$sanitize -fno-sanitize-recover=all \
        -fsanitize-ignorelist=tests/fuzz/kernels.txt"
compile() {
    # Both are lists of words.
    # shellcheck disable=SC2086
    clang -std=c11 -D_POSIX_C_SOURCE=200809L -O1 -g -fopenmp -Wall -Wextra -fsanitize="$1" \
        -Iinclude -Isrc -I"$BUILD/generated" $headers \
        "tests/fuzz/$2.c" "$BUILD/liblandscape.a" $libraries -o "$BUILD/$2"
}
compile "$sanitize" seeds
"$BUILD/seeds" "$BUILD/corpus"
for fixtures in torch onnx npz; do
    mkdir -p "$BUILD/corpus/$fixtures"
    cp tests/fixtures/$fixtures/* "$BUILD/corpus/$fixtures"
done
mkdir -p "$BUILD/corpus/picture" "$BUILD/crashes"
find tests/fixtures/folder -name '*.[pjPJ]*' -type f | while read -r picture; do
    cp "$picture" "$BUILD/corpus/picture/$(echo "$picture" | tr / -)"
done
for target; do
    compile "fuzzer,$sanitize" "fuzz_$target"
    echo "== $target, $seconds seconds"
    "$BUILD/fuzz_$target" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 \
        -max_len=65536 -print_final_stats=1 -artifact_prefix="$BUILD/crashes/$target-" \
        "$BUILD/corpus/$target"
done
