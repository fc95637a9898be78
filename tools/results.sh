#!/bin/sh
# Prints tables in Markdown of the trainings in a directory, and of their surfaces: results.sh DIR NETWORK...
# Numbers come from each run's log.csv and from NETWORK.h5; those published from Li et al. (NeurIPS 2018),
# figure 5. LANDSCAPE names the program.
set -eu
export LC_ALL=C # awk reads and writes numbers
landscape=${LANDSCAPE:-build/landscape}
out=$1
shift
points=$(mktemp --suffix=.csv)
trap 'rm -f "$points"' EXIT

published() {
    case $1 in
    resnet20) echo '7.37 %' ;;
    resnet56) echo '5.89 %' ;;
    resnet110) echo '5.79 %' ;;
    resnet20-noshort) echo '8.18 %' ;;
    resnet56-noshort) echo '13.31 %' ;;
    resnet110-noshort) echo '16.44 %' ;;
    esac
}

# row NETWORK COLUMN: one line of a table, COLUMN before the hours.
row() {
    awk -F, -v network="$1" -v column="$2" '
        NR > 1 { epoch = $1; train = $4; test = $6; seconds += $NF }
        END { if (epoch) printf "| %s | %d | %.2f %% | %.2f %% | %s | %.1f |\n", network, epoch,
                  train, test, column, seconds / 3600 }' "$out/$1/log.csv"
}

# Mean intersection over union on the test images, which only networks that label pixels have.
mean_iou() {
    awk -F, 'NR == 1 && $7 == "test_mean_iou" { there = 1 } { last = $7 }
        END { if (there) printf "%.2f %%", last }' "$out/$1/log.csv"
}

# surface NETWORK: one line of the table of surfaces.
surface() {
    said=$("$landscape" plot "$out/$1.h5" -o "$points" 2>&1) || { echo "$said" >&2 && exit 1; }
    awk -F, -v network="$1" '
        NR == 1 { for (i = 1; i <= NF; i++) column[$i] = i; next }
        { loss = $column["loss"] }
        NR == 2 || loss < lowest { lowest = loss; error = $column["loss_error"] }
        { below += loss < 1; above += loss > 5 }
        END { printf "| %s | %.3f ± %.3f | %.1f %% | %.1f %% |\n", network, lowest, error,
                  100 * below / (NR - 1), 100 * above / (NR - 1) }' "$points"
}

cat <<'END'
# Results

Made by `make experiments`: the paper's recipe with its 300 epochs scaled down to those in the table,
the rate cut by ten at half, three quarters and eleven twelfths of them, one seed. Errors are those of
the last epoch; the training error is the mean over that epoch's augmented batches, the weights changing
from batch to batch. The published errors are those of 300 epochs on the original images. Where the
images had been recompressed as JPEG before, as those that this project was developed with, errors run
a little higher. ResNets of 110 layers, vgg9 and DenseNets are trained in mixed precision.

10,000 test images leave an error of 12 % uncertain by 0.3 points (a standard error); how much errors vary
from seed to seed, which comes on top, one seed does not tell.

| network | epochs | training error | test error | published test error | hours |
| --- | --- | --- | --- | --- | --- |
END
segmenting=
scanned=
for network; do
    if [ -n "$(mean_iou "$network")" ]; then
        segmenting="$segmenting $network"
        continue
    fi
    row "$network" "$(published "$network")"
    if [ -e "$out/$network.h5" ]; then scanned="$scanned $network"; fi
done

if [ -n "$scanned" ]; then
    cat <<'END'

The surfaces around them, along two filter-normalised random directions from -1 to 1, of 1,000 training
images; guessing has a loss of 2.3:

| network | lowest loss | below 1 | above 5 |
| --- | --- | --- | --- |
END
    for network in $scanned; do
        surface "$network"
    done
fi

[ -n "$segmenting" ] || exit 0
cat <<'END'

On the embedded shapes, with a rate of 0.05 and batches of 16; errors are of pixels:

| network | epochs | training error | test error | mean intersection over union | hours |
| --- | --- | --- | --- | --- | --- |
END
for network in $segmenting; do
    row "$network" "$(mean_iou "$network")"
done
