#!/bin/sh
# Runs test programs and sums up what they say. Usage: tests/run.sh PROGRAM...
# A program is a cmocka binary, or a script that prints `ok NAME`, `FAIL NAME` and `skip NAME` lines.
# CPU=PROGRAM runs it with the kernels of that instruction set, if the machine has it and does not use them anyway.
set -u
LONGEST=1800 # seconds that a program may take, with sanitizers: what hangs fails
passed=0
failed=0
skipped=0
used=$("$LANDSCAPE" info --cpu | sed -n 's/^  used *//p')
limit=${LANDSCAPE_CPU-}
log=$(mktemp)
trap 'rm -f "$log"' EXIT

for name; do
    program=${name#*=} cpu=
    begin=$(date +%s)
    if [ "$program" != "$name" ]; then
        cpu=${name%%=*}
        [ "$cpu" != "$used" ] || continue
        if ! LANDSCAPE_CPU=$cpu "$LANDSCAPE" --version >"$log" 2>&1; then
            echo "skipped $(basename "$program") with $cpu kernels: $(cat "$log")"
            skipped=$((skipped + 1))
            continue
        fi
        export LANDSCAPE_CPU="$cpu"
    fi
    case $program in
    *.sh)
        timeout --foreground "$LONGEST" sh "$program" >"$log" 2>&1
        status=$?
        p=$(grep -c '^ok ' "$log")
        f=$(grep -c '^FAIL ' "$log")
        s=$(grep -c '^skip ' "$log")
        ;;
    *)
        timeout --foreground "$LONGEST" "$program" >"$log" 2>&1
        status=$?
        # cmocka lists failed and skipped tests a second time behind its line of totals.
        p=$(grep -c '^\[       OK \]' "$log")
        f=$(sed '/^\[==========\] .*run\.$/,$d' "$log" | grep -c '^\[  FAILED  \]')
        s=$(sed '/^\[==========\] .*run\.$/,$d' "$log" | grep -c '^\[  SKIPPED \]')
        ;;
    esac
    if [ "$f" -eq 0 ] && { [ "$status" -ne 0 ] || [ $((p + s)) -eq 0 ]; }; then
        f=1
        echo "$program ended with status $status after $p tests" >>"$log"
    fi
    if [ -n "$limit" ]; then
        LANDSCAPE_CPU=$limit
    else
        unset LANDSCAPE_CPU
    fi
    printf '%-28s %3d passed, %d failed, %d skipped (%d s)\n' "${cpu:+$cpu }$(basename "$program")" \
        "$p" "$f" "$s" $(($(date +%s) - begin))
    if [ "$f" -ne 0 ]; then
        grep -v '^ok ' "$log"
    elif [ "$s" -ne 0 ]; then
        grep -iE '^skip |skipped:' "$log"
    fi
    passed=$((passed + p))
    failed=$((failed + f))
    skipped=$((skipped + s))
done
echo "$passed passed, $failed failed, $skipped skipped"
[ "$failed" -eq 0 ] && [ "$passed" -gt 0 ]
