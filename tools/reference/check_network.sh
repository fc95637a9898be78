#!/bin/sh
# Holds an architecture against PyTorch in every respect: logits, gradients, the losses of training steps
# and a 3x3 surface, of a model whose batch norms do something. Usage: check_network.sh ARCH [DATA]
# $PAPER, if set, is the directory of the paper's unpacked code, $IMAGES (16) how many images are looked at,
# $EXTENT (1) how far the surface reaches: less where weights that nobody trained turn rounding to chaos.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
arch=$1
data=${2:-synthetic}
images=${IMAGES:-16}
extent=${EXTENT:-1}
build=$here/../../${BUILD:-build}
directory=$(mktemp -d)
trap 'rm -rf "$directory"' EXIT
model=$directory/model.safetensors
status=0

"$build/probe" make "$arch" "${SEED:-1}" "$model"
"$here/check_model.py" "$model" --data "$data" --images "$images" ${PAPER:+--paper "$PAPER"} || status=1
"$here/check_gradient.py" "$model" --data "$data" --images "${BATCHES:-4,6,$images}" || status=1
"$here/check_steps.py" "$model" --data "$data" --batch "$images" --steps 3 --lr 0.001 \
    --weight-decay 1 || status=1
"$build/landscape" scan --model "$model" --data "$data" --images "$images" \
    --x="-$extent:$extent:3" --y="-$extent:$extent:3" --precision fp32 --save-directions "$directory/directions.h5" -o "$directory/surface.h5" \
    2>"$directory/log" || { cat "$directory/log"; exit 1; }
"$here/check_surface.py" "$directory/surface.h5" "$directory/directions.h5" "$model" "$data" || status=1
exit $status
