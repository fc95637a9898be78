#!/bin/sh
# The experiments: trains the networks of the article and the paper by the paper's recipe, scaled to
# EPOCHS, scans the loss around them, draws the figures and writes the table of results. Days of work at
# full scale; stopped at any moment, it goes on where it was, and what is done is not done again.
#   DATA      cifar10:DIR, or synthetic to try it out; required
#   EPOCHS    default 60
#   NETWORKS  default below; those this program does not know are left out
#   MIXED     those of them that are trained in mixed precision (--precision bf16), which machines with AMX
#             do in less than half the time; default below
#   UNETS     the U-Nets, trained on the embedded shapes for a third of EPOCHS; default below
#   GRID      points along each axis of a surface, default 51
#   IMAGES    of a scan, default 1000; a quarter of them for the U-Nets, whose images have 4,096 labels each
#   OUT       directory for runs, surfaces and figures, default experiments
#   RESULTS   where a copy of the table goes, if anywhere
#   TRAIN     more options for every training, such as --subset 200
#   LANDSCAPE the program
set -eu
export LC_ALL=C # awk reads and writes numbers

landscape=${LANDSCAPE:-build/landscape}
out=${OUT:-experiments}
epochs=${EPOCHS:-60}
grid=${GRID:-51}
images=${IMAGES:-1000}
results=${RESULTS:-}
networks=${NETWORKS:-resnet20 resnet20-noshort resnet56 resnet56-noshort resnet110 resnet110-noshort
    vgg9 densenet-bc-40-12 highway20}
mixed=${MIXED-resnet110 resnet110-noshort vgg9 densenet-bc-40-12}
unets=${UNETS-unet unet-noshort}
if [ -z "${DATA:-}" ]; then
    echo "make experiments needs DATA=cifar10:DIR, the directory with the binary files of CIFAR-10" >&2
    exit 2
fi
axis=-1:1:$grid
known=$("$landscape" train --arch list | cut -d' ' -f1)

# explored NETWORK...: whether all are trained and scanned.
explored() {
    for network; do
        [ -f "$out/done/$network-scan" ] || return 1
    done
}

# step NAME COMMAND...: runs the command, unless it has succeeded before.
step() {
    name=$1
    shift
    [ ! -f "$out/done/$name" ] || return 0
    echo "== $name" >&2
    "$@"
    : >"$out/done/$name"
}

# draw PICTURE ARGUMENT...: a step that plots.
draw() {
    picture=$1
    shift
    step "$picture" "$landscape" plot "$@" -o "$out/$picture"
}

mkdir -p "$out/done"
settings="DATA=$DATA EPOCHS=$epochs GRID=$grid IMAGES=$images TRAIN=${TRAIN:-}"
if [ -f "$out/settings" ] && [ "$(cat "$out/settings")" != "$settings" ]; then
    echo "$out was begun with $(cat "$out/settings"); choose another OUT for other settings" >&2
    exit 2
fi
echo "$settings" >"$out/settings"
chosen=
for network in $networks; do
    if echo "$known" | grep -qx "$network"; then
        chosen="$chosen $network"
    else
        echo "== $network is left out: this program does not know it" >&2
    fi
done

# is_log_alone NETWORK: whether no more than its log was kept.
is_log_alone() {
    [ -f "$out/$1/log.csv" ] && [ ! -f "$out/$1/model.safetensors" ] &&
        [ ! -f "$out/$1/state.safetensors" ] && [ ! -f "$out/done/$1-train" ]
}

# explore NETWORK DATA IMAGES OPTION...: trains it, scans the loss around it and draws the contour.
explore() {
    network=$1
    data=$2
    scanned=$3
    shift 3
    if is_log_alone "$network"; then
        echo "== $network is left out: nothing but its log is there; without $out/$network it is trained again" >&2
        return
    fi
    # shellcheck disable=SC2086 # a list of options
    step "$network-train" "$landscape" train --arch "$network" --data "$data" "$@" ${TRAIN:-} \
        --out "$out/$network" --resume
    step "$network-scan" "$landscape" scan --model "$out/$network/model.safetensors" --data "$data" \
        --images "$scanned" --x="$axis" --y="$axis" -o "$out/$network.h5"
    draw "$network-contour.svg" "$out/$network.h5"
}

for network in $chosen; do
    precision=fp32
    case " $mixed " in *" $network "*) precision=bf16 ;; esac
    explore "$network" "$DATA" "$images" --epochs "$epochs" --precision "$precision"
done
for network in $unets; do
    explore "$network" shapes $(((images + 3) / 4)) --epochs $(((epochs + 2) / 3)) --lr 0.05 --batch 16
done

# The article's first figure: deeper is worse without skip connections, and not with them.
if explored resnet20-noshort resnet56-noshort resnet20 resnet56; then
    draw degradation.svg "$out/resnet20-noshort/log.csv" "$out/resnet56-noshort/log.csv" \
        "$out/resnet20/log.csv" "$out/resnet56/log.csv" --name 'plain, 20 layers' \
        --name 'plain, 56 layers' --name 'skips, 20 layers' --name 'skips, 56 layers'
fi

# The paper's figures 1 and 5.
if explored resnet56 resnet56-noshort; then
    draw surfaces.png "$out/resnet56.h5" "$out/resnet56-noshort.h5" --kind surface
fi
if explored resnet20 resnet56 resnet110 resnet20-noshort resnet56-noshort resnet110-noshort; then
    draw contours.svg "$out/resnet20.h5" "$out/resnet56.h5" "$out/resnet110.h5" \
        "$out/resnet20-noshort.h5" "$out/resnet56-noshort.h5" "$out/resnet110-noshort.h5"
fi

# Long skip connections.
if explored unet unet-noshort; then
    draw unet-training.svg "$out/unet/log.csv" "$out/unet-noshort/log.csv" \
        --name 'U-Net' --name 'without long skips'
    draw unet.png "$out/unet.h5" "$out/unet-noshort.h5" --kind surface
fi

# construction SURFACE OPTION...: scans where the constructed and the trained plain network lie.
construction() {
    output=$1
    shift
    "$landscape" scan --model "$out/constructed.safetensors" --name constructed \
        --model2 "$out/resnet56-noshort/model.safetensors" --name trained --dir-type states \
        --data "$DATA" --images "$images" "$@" -o "$out/$output"
}

# The article's argument: the deeper plain network that was made from the shallower, and the one that
# was trained, in one plane. Beyond either, running variances would be negative.
if explored resnet20-noshort resnet56-noshort; then
    step construct "$landscape" deepen --model "$out/resnet20-noshort/model.safetensors" \
        --arch resnet56-noshort -o "$out/constructed.safetensors"
    step construction-scan construction construction.h5 --x=0:1:"$grid" --y="$axis"
    step construction-line-scan construction construction-line.h5 --x=0:1:$((4 * grid - 3))
    draw construction.png "$out/construction.h5" --kind surface --zmax 6 --azimuth 65 --elevation 40
    draw construction-line.svg "$out/construction-line.h5"
fi

# shellcheck disable=SC2086 # a list of names
sh "$(dirname "$0")/results.sh" "$out" $chosen $unets >"$out/results.md"
[ -z "$results" ] || { cp "$out/results.md" "$results.tmp" && mv "$results.tmp" "$results"; }
echo "Done. The table is $out/results.md, the figures are beside it."
