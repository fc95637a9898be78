#!/bin/sh
# Measures our program and PyTorch alternately, so that both meet the same hours of the machine, and
# prints the medians and their ratios. PyTorch's best way of evaluating is found first. On a machine that
# does other work the figures mean nothing: PyTorch's threads wait for one another and lose most.
#   usage: bench_compare.sh [ARCH [ROUNDS]]        default resnet56 5
#   LANDSCAPE=FILE  our program (default build/landscape)     THREADS=N  of both (default 2)
#   PYTHON=FILE     a Python with torch (default /usr/bin/python3)
set -eu
arch=${1:-resnet56}
rounds=${2:-5}
here=$(cd "$(dirname "$0")" && pwd)
landscape=${LANDSCAPE:-$here/../../build/landscape}
threads=${THREADS:-2}
python=${PYTHON:-/usr/bin/python3}
results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

torch() {
    "$python" "$here/bench_torch.py" --arch "$arch" --threads "$threads" "$@"
}

# Prints a warning if others keep processors busy; our own runs are not among them yet, or just ended.
check_load() {
    read -r load _ </proc/loadavg
    [ "${load%%.*}" -lt "$1" ] || echo "warning: the machine is busy (load $load), do not trust this"
}

busy=$(check_load 1)
[ -z "$busy" ] || echo "$busy" >&2
echo "PyTorch's ways of evaluating $arch:" >&2
torch --training-batch 0 --runs 3 >"$results/best"
best=$("$python" -c 'import json, sys
best = json.load(open(sys.argv[1]))
print("--modes", best["inference_mode"], "--batches", best["inference_batch"])' "$results/best")

round=1
while [ "$round" -le "$rounds" ]; do
    echo "round $round of $rounds" >&2
    "$landscape" bench --arch "$arch" --threads "$threads" --train --json >"$results/ours-$round"
    # shellcheck disable=SC2086  # several options
    torch $best >"$results/torch-$round" 2>"$results/log" || { cat "$results/log" >&2; exit 1; }
    round=$((round + 1))
done

[ -n "$busy" ] || busy=$(check_load $((threads + 2)))
[ -z "$busy" ] || echo "$busy"
"$python" - "$results" "$rounds" <<'END'
import json
import os
import statistics
import sys

directory, rounds = sys.argv[1], int(sys.argv[2])


def read(who):
    return [json.load(open(os.path.join(directory, f"{who}-{i}"))) for i in range(1, rounds + 1)]


ours, torch = read("ours"), read("torch")
print(f"{ours[0].get('arch', '')}, median of {rounds} rounds, images/s")
print(f"{'':12}{'landscape':>12}{torch[0]['program']:>20}{'ratio':>8}   ratios of single rounds")
for what in ("inference", "training"):
    key = f"{what}_images_per_second"
    pairs = [(a[key], b[key]) for a, b in zip(ours, torch)]
    a, b = (statistics.median(column) for column in zip(*pairs))
    ratios = [x / y for x, y in pairs]
    print(f"{what:12}{a:12.1f}{b:20.1f}{statistics.median(ratios):8.2f}   "
          f"{min(ratios):.2f} to {max(ratios):.2f}")
END
