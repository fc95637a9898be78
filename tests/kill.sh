#!/bin/sh
# Kills a training run and a scan with SIGKILL at random moments. Each must go on when it is started
# again, end in the same bits as an undisturbed run, and leave no unreadable file in between.
# KILLS (3) is how many times each is killed; LANDSCAPE names the program.
set -u
export LC_ALL=C # awk reads and writes numbers
landscape=$(realpath "${LANDSCAPE:-build/landscape}")
kills=${KILLS:-3}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit 1

# The jobs, each into files named after $1. They replace the shell that runs them.
train() {
    exec "$landscape" train --arch resnet20 --epochs 2 --subset 256 --test-subset 64 --batch 32 \
        --save-seconds 0.001 --save-every 1 --resume --out "$1" 2>"$1.err"
}

scan() {
    exec "$landscape" scan --model whole/model.safetensors --x=-1:1:6 --y=-1:1:6 --images 24 \
        --save-seconds 0.001 -o "$1.h5" 2>"$1.err"
}

# What must come out the same, as a list of check sums.
result() {
    for file in "$1"/model*.safetensors "$1.h5"; do
        [ -e "$file" ] && cksum <"$file"
    done
    [ ! -e "$1/log.csv" ] || cut -d , -f 1-6 "$1/log.csv" # the last is the time it took
}

# Every result that is there must be readable.
readable() {
    for file in "$1"/*.safetensors "$1.h5"; do
        if [ -e "$file" ] && ! "$landscape" info "$file" >/dev/null 2>info.err; then
            echo "FAIL $file cannot be read after a kill: $(cat info.err)"
        fi
    done
}

# same NAME WHOLE: has NAME come to the same end as the undisturbed WHOLE?
same() {
    [ "$(result "$1")" = "$(result "$2")" ] && return
    echo "FAIL $1 differs from the undisturbed $2 after $killed kills"
    return 1
}

milliseconds() {
    echo $(($(date +%s%N) / 1000000))
}

# A random time in seconds, up to $1 milliseconds.
moment() {
    awk -v most="$1" -v seed="$(date +%N)" 'BEGIN { srand(seed); print rand() * most / 1000 }'
}

# disturb JOB WHOLE NAME: runs `JOB WHOLE` to its end, then `JOB NAME` until it has been killed often
# enough; it starts anew whenever it gets to its end before.
disturb() {
    job=$1 whole=$2 name=$3
    killed=0
    begin=$(milliseconds)
    ("$job" "$whole") || { echo "FAIL $job: $(tail -n 1 "$whole.err")"; return; }
    duration=$(($(milliseconds) - begin))
    while [ "$killed" -lt "$kills" ]; do
        ("$job" "$name") &
        pid=$!
        sleep "$(moment "$duration")"
        kill -KILL "$pid" 2>/dev/null
        wait "$pid" 2>/dev/null
        status=$?
        if [ "$status" -eq 137 ]; then
            killed=$((killed + 1))
            readable "$name"
        elif [ "$status" -eq 0 ]; then
            same "$name" "$whole" || return
            rm -rf "$name" "$name.h5"
        else
            echo "FAIL $job does not go on after $killed kills: $(tail -n 1 "$name.err")"
            return
        fi
    done
    ("$job" "$name") || { echo "FAIL $job does not go on: $(tail -n 1 "$name.err")"; return; }
    same "$name" "$whole" && echo "ok $job ends in the same bits after $killed kills"
}

disturb train whole broken
disturb scan surface piecemeal

if find . -name '*.tmp' | grep -q .; then
    echo "FAIL temporary files are left: $(find . -name '*.tmp' | tr '\n' ' ')"
else
    echo "ok no temporary files are left"
fi
