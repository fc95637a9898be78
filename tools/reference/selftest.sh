#!/bin/sh
# Tests the checks: with fake_probe.py, which is PyTorch, in place of the program they must pass, and with
# noise on its numbers they must fail. With $PAPER, the directory of the paper's unpacked code, a surface
# that code computes must pass check_surface.py as well, and one that is off by 1e-4 must not.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
probe=$here/fake_probe.py
model=$directory/model.safetensors
status=0

# expect STATUS WHAT COMMAND...: runs the command and complains if it ends otherwise.
expect() {
    wanted=$1 what=$2
    shift 2
    found=0
    "$@" >"$directory/log" 2>&1 || found=$?
    if [ "$found" = "$wanted" ]; then
        echo "ok   $what"
    else
        echo "FAIL $what: ended with $found, not $wanted"
        cat "$directory/log"
        status=1
    fi
}

"$probe" make resnet20 7 "$model"
for noise in 0 0.1; do
    wanted=1
    [ "$noise" != 0 ] || wanted=0
    export FAKE_PROBE_NOISE=$noise
    for check in "check_model --images 16" "check_gradient --images 4,6" \
        "check_steps --batch 8 --steps 3 --lr 0.01"; do
        # shellcheck disable=SC2086  # a program and its options
        set -- $check
        script=$here/$1.py
        shift
        expect "$wanted" "$check, noise $noise" \
            "$script" "$model" "$@" --threads 1 --probe "$probe"
    done
done

if [ -n "${PAPER:-}" ]; then
    export FAKE_PROBE_NOISE=0
    expect 0 "the paper's code makes a surface" "$here/paper_surface.py" make "$model" synthetic \
        --images 16 --x=-1:1:3 --y=-1:1:4 --out "$directory" --threads 1 --probe "$probe"
    surface=$directory/paper-surface.h5
    directions=$(sed -n 's/^directions: //p' "$directory/log")
    set -- "$here/check_surface.py" "$surface" "$directions" "$model" synthetic --images 16 \
        --threads 1 --probe "$probe"
    expect 0 "check_surface" "$@"
    /usr/bin/python3 -c 'import h5py, sys
with h5py.File(sys.argv[1], "r+") as file:
    file["train_loss"][1, 1] *= 1 + 1e-4' "$surface"
    expect 1 "check_surface, one point off by 1e-4" "$@"
fi
exit $status
