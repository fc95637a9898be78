#!/bin/sh
# Checks the layout of the C code and runs static analysis over it.
set -eu
status=0
files=$(git ls-files '*.c' '*.h')
# shellcheck disable=SC2086 # lists of names, here and below
clang-format --dry-run -Werror $files || status=1
cppcheck --quiet --error-exitcode=1 --std=c11 --enable=warning,performance,portability \
    --inline-suppr --suppress=missingIncludeSystem -Iinclude -Isrc -DLS_ISA=generic -DLANES=4 -DTILE=8 \
    src || status=1
# shellcheck disable=SC2046
shellcheck $(git ls-files '*.sh') .ci/run || status=1
exit $status
