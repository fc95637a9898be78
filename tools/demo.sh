#!/bin/sh
# The demo: trains ResNet-56 with and without skip connections on the embedded data, scans both, draws
# both. What is done already is not done again. LANDSCAPE names the program, DEMO the directory for the
# results; DEMO_SCALE=small runs the same in a minute on tiny sizes, to see that it works.
set -eu

landscape=${LANDSCAPE:-build/landscape}
if [ "${DEMO_SCALE:-full}" = small ]; then
    demo=${DEMO:-demo-small}
    train="--epochs 1 --subset 128 --test-subset 64"
    grid="--x=-1:1:5 --y=-1:1:5 --images 32"
else
    demo=${DEMO:-demo}
    train="--epochs 8 --subset 2560 --test-subset 500"
    grid="--x=-1:1:21 --y=-1:1:21 --images 128"
fi

begin=$(date +%s)
for arch in resnet56 resnet56-noshort; do
    echo "== training $arch on the embedded images" >&2
    # shellcheck disable=SC2086 # lists of options, here and below
    "$landscape" train --arch $arch --lr 0.05 $train --out "$demo/$arch" --resume
    echo "== scanning the loss around $arch" >&2
    # shellcheck disable=SC2086
    "$landscape" scan --model "$demo/$arch/model.safetensors" $grid -o "$demo/$arch.h5"
    "$landscape" plot "$demo/$arch.h5" --kind contour -o "$demo/$arch-contour.svg"
done
"$landscape" plot "$demo/resnet56.h5" "$demo/resnet56-noshort.h5" --kind surface --log \
    -o "$demo/surfaces.png"
"$landscape" plot "$demo/resnet56/log.csv" "$demo/resnet56-noshort/log.csv" -o "$demo/training.svg"
end=$(date +%s)

echo "Done in $((end - begin)) seconds. Look at:"
for file in surfaces.png resnet56-contour.svg resnet56-noshort-contour.svg training.svg; do
    echo "  $demo/$file"
done
