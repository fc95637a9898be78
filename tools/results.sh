#!/bin/sh
# Prints a table in Markdown of the trainings in a directory: results.sh DIR NETWORK...
# Numbers come from each run's log.csv; those published from Li et al. (NeurIPS 2018), figure 5.
set -eu
out=$1
shift

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

cat <<'END'
# Results

Made by `make experiments`: the paper's recipe with its 300 epochs scaled down to those in the table,
the rate cut by ten at half, three quarters and eleven twelfths of them, one seed. Errors are those of
the last epoch; the training error is the mean over that epoch's augmented batches, the weights changing
from batch to batch. The published errors are those of 300 epochs on the original images. Where the
images had been recompressed as JPEG before, as those that this project was developed with, errors run
a little higher.

| network | epochs | training error | test error | published test error | hours |
| --- | --- | --- | --- | --- | --- |
END
for network; do
    awk -F, -v network="$network" -v published="$(published "$network")" '
        NR > 1 { epoch = $1; train = $4; test = $6; seconds += $7 }
        END { if (epoch) printf "| %s | %d | %.2f %% | %.2f %% | %s | %.1f |\n", network, epoch,
                  train, test, published, seconds / 3600 }' "$out/$network/log.csv"
done
