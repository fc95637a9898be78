#!/bin/sh
# The commands against good and bad input: exit status, messages that name file and fault, and that a
# command that fails leaves every file as it was. LANDSCAPE names the program.
set -u
export LC_ALL=C # awk reads and writes numbers
landscape=$(realpath "${LANDSCAPE:-build/landscape}")
manual=$(realpath docs/landscape.1)
results=$(realpath tools/results.sh)
arrays=$(realpath tests/fixtures/npz)
pictures=$(realpath tests/fixtures/folder)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir "$work/files"
cd "$work/files" || exit 1
out=$work/out
err=$work/err

# All that is here: names of directories; names, identities, sizes and times of files.
state() {
    find . -type d -printf '%p\n' -o -printf '%p %i %s %T@\n' | sort
}

# works NAME COMMAND...: the command must succeed.
works() {
    name=$1
    shift
    if "$@" >"$out" 2>"$err" </dev/null; then
        echo "ok $name"
    else
        echo "FAIL $name: status $?: $(head -c 300 "$err")"
    fi
}

# fails STATUS PATTERN NAME COMMAND...: the command must end with the status, say something on stderr that
# matches the pattern (a basic regular expression), print nothing else and change no file.
fails() {
    wanted=$1 pattern=$2 name=$3
    shift 3
    before=$(state)
    "$@" >"$out" 2>"$err" </dev/null
    status=$?
    if [ "$status" -ne "$wanted" ]; then
        echo "FAIL $name: status $status, not $wanted: $(head -c 300 "$err")"
    elif ! grep -q -e "$pattern" "$err"; then
        echo "FAIL $name: says '$(head -c 300 "$err")', nothing like '$pattern'"
    elif [ -s "$out" ]; then
        echo "FAIL $name: prints '$(head -c 300 "$out")'"
    elif [ "$(state)" != "$before" ]; then
        echo "FAIL $name: files have changed: $(ls -R)"
    else
        echo "ok $name"
    fi
}

# check NAME COMMAND...: the command, silent, must find that it is so.
check() {
    name=$1
    shift
    if "$@" >/dev/null 2>&1; then echo "ok $name"; else echo "FAIL $name"; fi
}

# full COMMAND...: runs the command where no file can grow beyond 10 kB, as on a full disk.
full() (
    trap '' XFSZ
    ulimit -f 20
    "$@"
)

# fails_full PATTERN NAME COMMAND...: as fails with status 1, on a full disk.
fails_full() {
    pattern=$1 name="$2 on a full disk"
    shift 2
    fails 1 "$pattern" "$name" full "$@"
}

# zeros N: N zero bytes
zeros() {
    head -c "$1" /dev/zero
}

# byte N: one byte of this value
byte() {
    # shellcheck disable=SC2059 # the format is the byte
    printf "\\$(printf %03o "$1")"
}

# tensors HEADER N: a safetensors file with this header and N zero bytes of data
tensors() {
    length=${#1}
    for _ in 1 2 3 4 5 6 7 8; do
        byte $((length % 256))
        length=$((length / 256))
    done
    printf %s "$1"
    zeros "$2"
}

# flip FILE OFFSET: turns the lowest bit of this byte over
flip() {
    byte $(($(od -An -tu1 -j "$2" -N 1 "$1") ^ 1)) |
        dd of="$1" bs=1 seek="$2" conv=notrunc 2>/dev/null
}

# swap FROM TO: a copy of stdin in which one text has given way to another
swap() {
    LC_ALL=C sed "s/$1/$2/"
}

train() {
    "$landscape" train --arch resnet20 --batch 16 --subset 32 --test-subset 16 "$@"
}

## Usage

# Every option that --help lists is known to the program and to the manual. (A last option that is unknown
# keeps the command from running.)
for command in train deepen scan plot eval info bench; do
    works "$command --help" "$landscape" $command --help
    check "$command --help shows an example" grep -q '^Example' "$out"
    grep -o -e '--[a-z][a-z0-9-]*' "$out" | sort -u >"$work/options"
    strangers=
    while read -r option; do
        "$landscape" $command "$option" --frobnicate >/dev/null 2>"$err" </dev/null
        grep -q "unknown option '$option'" "$err" && strangers="$strangers $option"
        grep -q -e "Fl -\{0,1\}${option#-}" -e ", ${option#-}" "$manual" ||
            strangers="$strangers $option(manual)"
    done <"$work/options"
    if [ -z "$strangers" ]; then
        echo "ok every option of $command is known"
    else
        echo "FAIL options of $command that --help lists alone:$strangers"
    fi
    fails 2 "unknown option '--frobnicate'" "$command: an unknown option" \
        "$landscape" $command --frobnicate
done
for command in train deepen scan merge plot eval hessian info bench; do
    works "$command -h" "$landscape" $command -h
    check 'explains it' grep -q '^  -h, --help$' "$out"
done
for help in --help -h help; do
    works $help "$landscape" $help
    check "$help shows an example" grep -q '^Example' "$out"
done
works '--version' "$landscape" --version
fails 2 'Usage' 'no command' "$landscape"
fails 2 "unknown command 'frobnicate'" 'an unknown command' "$landscape" frobnicate
fails 2 'arch wants an argument' 'a missing argument' "$landscape" train --arch
fails 2 ' -o wants an argument' 'a missing argument of a letter' "$landscape" scan -o
fails 2 "unknown option '-q'" 'an unknown letter in a cluster' "$landscape" scan -qo s.h5
fails 2 'resume takes no argument' 'an argument of none' "$landscape" train --resume=yes
fails 2 "unknown architecture 'resnet57'; 'landscape train --arch list' prints all" 'an unknown architecture' \
    "$landscape" train --arch resnet57 --out run
check 'which is told first' test "$(wc -l <"$err")" = 1
for misspelt in resnet56_noshort ResNet-56-NoShort Resnet56noshort:9; do
    fails 2 "'${misspelt%:*}'; did you mean resnet56-noshort? 'landscape" "an architecture spelt $misspelt" \
        "$landscape" train --arch $misspelt --data cifar10:nowhere --out run
    check 'which is told first' test "$(wc -l <"$err")" = 1
done
fails 2 "'ResNet-56'; did you mean resnet56?" 'an architecture misspelt in eval' \
    "$landscape" eval --arch ResNet-56 --model none.safetensors --data cifar10:nowhere
fails 2 "'UNet'; did you mean unet?" 'an architecture misspelt in info' "$landscape" info --arch UNet none.h5
fails 2 "unknown precision 'fp12'" 'an unknown precision' train --out run --precision fp12
fails 2 "precision 'bf16x3'; training knows fp32, bf16" 'a precision of evaluations' \
    train --out run --precision bf16x3
fails 2 "epochs.*'1x'" 'a number that is none' train --out run --epochs 1x
fails 2 "batch.*'0'" 'a batch of no images' train --out run --batch 0
fails 2 "lr-steps.*0.5,0.2" 'a schedule that falls' train --out run --lr-steps 0.5,0.2
fails 2 'out is missing' 'no place for a run' train
fails 2 "'mnist'" 'unknown data' train --out run --data mnist
fails 2 'unexpected argument' 'an argument too many' train --out run --epochs 1 more
fails 2 '1000000' 'more images than there are' train --out run --subset 1000000

## Data files

works 'images of NumPy are trained on' "$landscape" train --arch resnet20 --data "npz:$arrays/bright.npz" --epochs 1 \
    --batch 8 --out bright
works 'a model is evaluated on what it was trained on' "$landscape" eval --model bright/model.safetensors
check 'which is named' grep -q "of npz:$arrays/bright.npz" "$out"
works 'the network is one for them' "$landscape" info bright/model.safetensors
check 'and its name says so' grep -q 'checkpoint of resnet20@8x8x1:3$' "$out"
works 'the images are told of' "$landscape" info "$arrays/bright.npz"
check 'how many they are' grep -q '^  images *16, grey$' "$out"
check 'and of how many classes' grep -q '^  classes *3, of images$' "$out"
works 'it is evaluated' "$landscape" eval --model bright/model.safetensors --data "npz:$arrays/bright.npz"
works 'and scanned' "$landscape" scan --model bright/model.safetensors --data "npz:$arrays/bright.npz" --x=-1:1:3 \
    --y=-1:1:3 -o bright.h5
works 'and drawn' "$landscape" plot bright.h5 -o bright.svg
check 'with the name of its images' grep -q 'bright, 16 training images' bright.svg
works 'a deeper one is one for them, too' "$landscape" deepen --model bright/model.safetensors --arch resnet56 -o deep56.safetensors
works 'with the same results' "$landscape" eval --model deep56.safetensors --data "npz:$arrays/bright.npz"
works 'a network tells more classes apart' "$landscape" train --arch resnet20:9 --epochs 1 --batch 8 --out nine \
    --data "npz:$arrays/bright.npz"
check 'as its name says' grep -q '^resnet20:9: resnet20@8x8x1:9 for the images of npz:.*bright.npz$' "$err"
works 'than the images are of' "$landscape" eval --model nine/model.safetensors --data "npz:$arrays/bright.npz"
fails 1 'takes images of 4x6x1, npz:.*sizes.npz has 3x6x1' 'test images of another size' "$landscape" train \
    --arch resnet20 --out run --data "npz:$arrays/sizes.npz"
works 'half an archive is told of' "$landscape" info "$arrays/train-only.npz"
fails 1 'takes images of 8x8x1' 'other images' "$landscape" eval --model bright/model.safetensors --data synthetic --images 8
fails 1 'good-grey.npz.*vgg\|vgg9@4x6x1:3' 'images that are too small' "$landscape" train --arch vgg9 --out run \
    --data "npz:$arrays/good-grey.npz"
works 'images that are not square' "$landscape" train --arch resnet20 --epochs 0 --out oblong --data "npz:$arrays/good-grey.npz"
fails 1 'bad-float.npz.*uint8' 'images that are no bytes' train --out run --data "npz:$arrays/bad-float.npz"
fails 2 'npz:FILE' 'no archive' train --out run --data npz
works 'pictures in directories are trained on' "$landscape" train --arch resnet20 --data "folder:$pictures/mixed@8x8" --epochs 1 \
    --batch 8 --out insects
works 'a network for other classes' "$landscape" info insects/model.safetensors
check 'as the directories say' grep -q 'checkpoint of resnet20@8x8x3:2$' "$out"
works 'and scanned' "$landscape" scan --model insects/model.safetensors --data "folder:$pictures/mixed@8x8" --split test \
    --x=-1:1:3 --y=-1:1:3 -o insects.h5
works 'and drawn' "$landscape" plot insects.h5 -o insects.svg
check 'with the name of their directory' grep -q 'mixed, 2 test images' insects.svg
fails 1 'mixed/train/.*scales them all' 'pictures of several sizes' "$landscape" train --arch resnet20 --out run \
    --data "folder:$pictures/mixed"
fails 1 'equal: has no test images' 'a directory without splits' "$landscape" train --arch resnet20 --out run \
    --data "folder:$pictures/equal"
fails 2 'folder:DIR' 'no directory' train --out run --data folder
rm -rf bright oblong nine insects bright.h5 insects.h5 bright.svg insects.svg deep56.safetensors

data=cifar10:data
size=30730000
fails 1 'nowhere' 'no data directory' train --out run --data cifar10:nowhere
mkdir data
fails 1 'data/data_batch_1.bin' 'no data file' train --out run --data $data
: >data/data_batch_1.bin
fails 1 'data/data_batch_1.bin.*empty' 'an empty data file' train --out run --data $data
zeros $((size - 1)) >data/data_batch_1.bin
fails 1 "data/data_batch_1.bin: $((size - 1)) bytes" 'a truncated data file' train --out run --data $data
zeros $((size + 1)) >data/data_batch_1.bin
fails 1 "data/data_batch_1.bin: $((size + 1)) bytes" 'an oversized data file' train --out run --data $data
{ zeros 3073; byte 10; zeros $((size - 3074)); } >data/data_batch_1.bin
fails 1 'data/data_batch_1.bin.*label 10' 'a label over 9' train --out run --data $data
rm data/data_batch_1.bin

## A run to work with

works 'a run trains' train --out good --epochs 1
fails 2 'good.*already' 'a run is not trained over' train --out good --epochs 1
fails 1 'seed' 'a run resumes with its own settings' train --out good --epochs 1 --seed 1 --resume
fails 1 'precision = fp32, not bf16' 'a run resumes in its own precision' \
    train --out good --epochs 1 --precision bf16 --resume
works 'a run trains in mixed precision' train --out mixed --epochs 1 --precision bf16
works 'its checkpoint tells so' "$landscape" info mixed/model.safetensors
check 'in so many words' grep -q 'precision  *bf16' "$out"
fails 1 'test_images' 'a run resumes with its own test images' \
    train --out good --epochs 1 --test-subset 8 --resume
fails 1 'init_sha256' 'a run resumes from its own initial weights' \
    train --out good --epochs 1 --init good/model.safetensors --resume
works 'a finished run resumes' train --out good --epochs 1 --resume
cp -r good robbed
rm robbed/model.safetensors
fails 1 'robbed/model.safetensors.*model-0001.safetensors' 'a finished run without its checkpoint' \
    train --out robbed --epochs 1 --resume
rm -r robbed
model=good/model.safetensors
fails 1 "$model: Not a directory" 'a run below a file' train --out $model/run --epochs 1
fails 2 "res?\[31mnet" 'names do not command the terminal' \
    "$landscape" info --arch "$(printf 'res\033[31mnet')" $model
works 'a checkpoint evaluates' "$landscape" eval --model $model --images 16
check 'its loss is on stdout' grep -q '^loss [0-9.]* (standard error [0-9.e-]*)  accuracy' "$out"
works 'a checkpoint tells what it is' "$landscape" info $model
works 'a state tells what it is' "$landscape" info good/state.safetensors
check 'and how far it is' grep -q 'all 1 epochs' "$out"
works 'another network is made' "$landscape" train --arch resnet20-noshort --out plain --epochs 0 --subset 8 --test-subset 4
fails 1 "$model.*resnet56" 'a checkpoint of another architecture' \
    "$landscape" eval --model $model --arch resnet56
fails 1 "plain/model.safetensors" 'initial weights of another architecture' \
    train --init plain/model.safetensors --out run --epochs 1

## A deeper network

works 'a network is deepened' "$landscape" deepen --model plain/model.safetensors \
    --arch resnet32-noshort -o deep.safetensors
works 'a deeper network tells what it is' "$landscape" info deep.safetensors
check 'and what it was made from' grep -q '^  deepened_from  *resnet20-noshort$' "$out"
works 'a deeper network trains on' "$landscape" train --init deep.safetensors --out deeper --epochs 1 \
    --batch 16 --subset 16 --test-subset 16
works 'the same again' "$landscape" deepen --model plain/model.safetensors \
    --arch resnet32-noshort -o deep.safetensors
fails 1 'deeper/model.safetensors is there already' 'nor one that was trained on' \
    "$landscape" deepen --model plain/model.safetensors --arch resnet32-noshort -o deeper/model.safetensors
fails 1 "$model is there already" 'a checkpoint is not deepened over' \
    "$landscape" deepen --model plain/model.safetensors --arch resnet56-noshort -o $model
fails 2 'model is missing' 'nothing to deepen' "$landscape" deepen --arch resnet56 -o d.safetensors
fails 2 'arch is missing' 'no deeper architecture' "$landscape" deepen --model $model -o d.safetensors
fails 2 '-o is missing' 'no deeper checkpoint' "$landscape" deepen --model $model --arch resnet56
fails 2 'the same file' 'a network over itself' \
    "$landscape" deepen --model $model --arch resnet56 -o ./$model
fails 1 "relu at 'layer1.0.bn2.weight'" 'a network that cannot be deepened so' \
    "$landscape" deepen --model $model --arch resnet56-noshort -o d.safetensors
fails 2 "resnet57" 'an unknown deeper architecture' \
    "$landscape" deepen --model $model --arch resnet57 -o d.safetensors

## Damaged checkpoints

bad_model() {
    fails 1 "bad.safetensors.*$1" "a checkpoint: $2" "$landscape" eval --model bad.safetensors \
        --arch resnet20 --images 4
}
fails 1 'missing.safetensors' 'a checkpoint: missing' "$landscape" eval --model missing.safetensors
fails 1 'good' 'a checkpoint: a directory' "$landscape" eval --model good
: >bad.safetensors
bad_model '0 bytes' 'empty'
head -c 500 $model >bad.safetensors
bad_model 'truncated' 'cut off in the header'
head -c 500000 $model >bad.safetensors
bad_model 'truncated' 'cut off in the data'
{ cat $model; byte 0; } >bad.safetensors
bad_model 'last tensor' 'a byte behind the end'
{ for _ in 1 2 3 4 5 6 7 8; do byte 127; done; tail -c +9 $model; } >bad.safetensors
bad_model 'header of 9187201950435737471 bytes' 'a huge header'
tensors '{"a":' 8 >bad.safetensors
bad_model 'JSON' 'a header that is no JSON'
tensors '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},"b":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}' \
    12 >bad.safetensors
bad_model "'a' and 'b' overlap" 'overlapping tensors'
tensors '{"a":{"dtype":"F32","shape":[2],"data_offsets":[4,12]}}' 8 >bad.safetensors
bad_model "'a' ends at byte 12" 'offsets past the end'
tensors '{"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}}' 8 >bad.safetensors
bad_model "\[8, 0\]" 'offsets in the wrong order'
tensors '{"a":{"dtype":"F32","shape":[9],"data_offsets":[0,8]}}' 8 >bad.safetensors
bad_model "'a' is larger" 'a shape larger than the data'
tensors '{"a":{"dtype":"F32","shape":[1],"data_offsets":[0,8]}}' 8 >bad.safetensors
bad_model "'a' has 8 bytes" 'a shape smaller than its data'
tensors '{"a":{"dtype":"Q7","shape":[2],"data_offsets":[0,8]}}' 8 >bad.safetensors
bad_model "Q7" 'an unknown type'
tensors '{"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}' 8 >bad.safetensors
bad_model 'resnet20' 'without the tensors of the network'
swap '"shape":\[16,3,3,3\]' '"shape":[3,16,3,3]' <$model >bad.safetensors
bad_model "conv1.weight.*3, 16, 3, 3" 'a wrong shape'
swap '"F32","shape":\[16,3,3,3\]' '"F16","shape":[16,3,3,3]' <$model >bad.safetensors
bad_model 'conv1.weight.*F16' 'a wrong type'
swap '"layer3.2.bn2.weight"' '"layer3.2.bn3.weight"' <$model >bad.safetensors
bad_model 'layer3.2.bn2.weight' 'a renamed tensor'
{ head -c -4 $model; byte 0; byte 0; byte 192; byte 127; } >bad.safetensors
bad_model 'not a finite number' 'NaN weights'
fails 1 'bad.safetensors' 'training does not start from NaN weights' \
    train --init bad.safetensors --out run --epochs 1

fixtures=$(dirname "$manual")/../tests/fixtures/torch
fails 1 'bad-command.pth: .*calls posix.system' 'a checkpoint of PyTorch that runs a command' \
    "$landscape" info "$fixtures/bad-command.pth"
fails 1 "plain.pth: .*resnet20: .*'conv1.weight'" 'a checkpoint of PyTorch of another network' \
    "$landscape" info --arch resnet20 "$fixtures/plain.pth"
fails 1 "plain.pth: the file does not say .*--arch. A network that .* ONNX file .*'landscape scan --evaluator'" \
    'a network that its file does not name' "$landscape" eval --model "$fixtures/plain.pth" --images 4
fails 1 "plain.pth: .*(--arch)? A network that .* ONNX file .*'landscape scan --evaluator'" \
    'a network that is not known' "$landscape" eval --arch resnet20 --model "$fixtures/plain.pth" --images 4
works 'its tensors are listed' "$landscape" info "$fixtures/plain.pth"
check 'under what is known of it' grep -q 'plain.pth: checkpoint of a network that it does not name (--arch)$' "$out"
check 'how many they are' grep -q '^  tensors  *10 of 54 numbers$' "$out"
check 'by name, type and shape' grep -q '^  plain  *F32  \[2, 3\]$' "$out"
tensors '{"__metadata__":{"arch":"mynet"},"layer2.0.downsample.0.weight":{"dtype":"F32","shape":[2],"data_offsets":[0,8]}}' \
    8 >bad.safetensors
works 'so are those of a network that has a name of its own' "$landscape" info bad.safetensors
check 'which is told' grep -q 'checkpoint of mynet, which is not known here (--arch)$' "$out"
bad_model "'downsample' is torchvision's name for what is 'shortcut' here" 'torchvision'"'"'s names'

# A bit turned over in the header is found, or does no harm.
harmed=
header=$(od -An -tu8 -N 8 $model)
offset=0
while [ "$offset" -lt $((header + 8)) ]; do
    cp $model bad.safetensors
    flip bad.safetensors "$offset"
    "$landscape" info bad.safetensors >"$out" 2>"$err"
    status=$?
    case $status in
    0) ;;
    1) grep -q 'bad.safetensors: ' "$err" || harmed="$harmed $offset" ;;
    *) harmed="$harmed $offset" ;;
    esac
    offset=$((offset < 12 ? offset + 1 : offset + 977))
done
if [ -z "$harmed" ]; then echo "ok bits turned over"; else echo "FAIL bits turned over at$harmed"; fi
rm bad.safetensors

## Scans

scan() {
    "$landscape" scan --model $model --images 8 "$@"
}
for range in 0:1 1:-1:5 1:1.0000000000001:600 -1:1:0 a:b:c -1:1:5:6 nan:1:3 -1:1:2.5 :: ''; do
    fails 2 "x: .*'$range'" "the grid '$range'" scan --x="$range" -o s.h5
done
fails 2 "y: .*'0:1'" 'the grid 0:1 for y' scan --y=0:1 -o s.h5
fails 2 "'--dir' is short for --dir-type or --directions" 'an option cut short' scan --dir weights -o s.h5
fails 2 'model is missing' 'no model' "$landscape" scan -o s.h5
fails 2 '-o is missing' 'no output' scan --x=-1:1:3
for ending in png SVG pdf csv html ply; do
    fails 2 "s.$ending: a scan writes HDF5 (.h5); 'landscape plot' draws it" "a scan into .$ending" scan --x=-1:1:3 -o s.$ending
done
fails 2 'needs --y' 'a third model without a second axis' scan --model3 $model -o s.h5
fails 2 "'filtre'" 'an unknown normalisation' scan --norm filtre -o s.h5
fails 2 'train or test' 'an unknown split' scan --split valid -o s.h5
for option in --images=8 --data=synthetic --split=test --loss=mse --precision=fp32 --arch=resnet20; do
    fails 2 'excludes' "an evaluator and $option" \
        "$landscape" scan --model $model --evaluator false $option --x=-1:1:3 -o s.h5
done
fails 1 "evaluator 'exit 7' failed: it ended with status 7" 'an evaluator that ends' \
    "$landscape" scan --model $model --evaluator 'exit 7' --x=-1:1:3 -o s.h5
fails 1 "it says 'loading', which is no JSON" 'an evaluator that says something else' \
    "$landscape" scan --model $model --evaluator 'echo loading' --threads 2 --x=-1:1:3 -o s.h5
mkfifo pipe
fails 1 'pipe: it is not a regular file' 'a surface into a pipe' timeout 60 "$landscape" scan --model $model \
    --images 8 --x=-1:1:3 -o pipe
fails 1 'pipe: it is not a regular file' 'directions into a pipe' timeout 60 "$landscape" scan --model $model \
    --images 8 --x=-1:1:3 --save-directions pipe -o s.h5
fails 1 'pipe: it is not a regular file' 'a whole into a pipe' timeout 60 "$landscape" merge none.h5 -o pipe
fails 1 'pipe: it is not a regular file' 'a deeper network into a pipe' timeout 60 "$landscape" deepen \
    --model $model --arch resnet56 -o pipe
rm pipe
works 'a scan scans' scan --x=-1:1:3 --y=-1:1:3 --save-directions d.h5 -o s.h5
works 'a finished scan has nothing to do' scan --x=-1:1:3 --y=-1:1:3 --save-directions d.h5 -o s.h5
works 'the machine tells what it has' "$landscape" info --cpu
check 'and what trains in mixed precision' grep -q 'training, bf16' "$out"
works 'layers are measured by kind' "$landscape" bench --layers --arch resnet20 --precision fp32 --runs 1
check 'under their headings' grep -q '^layers  *number  *MFLOP  *ms  *time' "$out"
check 'each with its place in the network' grep -q 'conv2d 3x3/2 .* 32x32 x  16 to   16x16 x  32 ' "$out"
works 'the same for programs' "$landscape" bench --layers --arch resnet20 --runs 1 --json
check 'in JSON' grep -Eq '^\{"arch": "resnet20".*"layers": \[\{.*"seconds": [0-9.e-]+\}\]\}$' "$out"
fails 2 'one thread' 'layers are measured on one thread' "$landscape" bench --layers --threads 2
works 'a surface tells what it is' "$landscape" info s.h5
works 'directions tell what they are' "$landscape" info d.h5
check 'and of which network' grep -q 'd.h5: two directions of resnet20$' "$out"
works 'a curve has one direction' scan --x=-1:1:2 --dir-type states --save-directions one.h5 -o curve.h5
works 'one direction tells what it is' "$landscape" info one.h5
check 'and what it covers' grep -q 'covers  *states' "$out"
works 'directions are read back' scan --x=-1:1:3 --y=-1:1:3 --directions d.h5 -o again.h5
"$landscape" plot s.h5 -o s.csv 2>"$err" && "$landscape" plot again.h5 -o again.csv 2>"$err"
check 'the same directions give the same surface' cmp s.csv again.csv

for part in 1 2 3; do
    works "part $part of a scan" scan --x=-1:1:3 --y=-1:1:3 --directions d.h5 --part $part/3 -o part-$part.h5
done
fails 2 'nothing to merge' 'a merge of nothing' "$landscape" merge -o merged.h5
fails 2 '-o is missing' 'a merge to nowhere' "$landscape" merge part-1.h5
fails 2 'merge writes HDF5' 'a merge into a picture' "$landscape" merge part-1.h5 part-2.h5 -o merged.png
fails 1 'missing.h5' 'a part that is not there' "$landscape" merge part-1.h5 missing.h5 -o merged.h5
fails 1 'curve.h5: was scanned with dir_type states, part-1.h5 with dir_type weights' 'a part of another scan' \
    "$landscape" merge part-1.h5 curve.h5 -o merged.h5
fails 1 'part-1.h5 with directions_sha256' 'a part along other directions' \
    "$landscape" merge part-1.h5 s.h5 -o merged.h5
works 'two parts are merged' "$landscape" merge part-1.h5 part-2.h5 -o merged.h5
check 'and lack the third' grep -q 'merged.h5: 6 of 9 points' "$err"
works 'the third joins them' "$landscape" merge part-3.h5 -o merged.h5
check 'and nothing is missing' grep -q 'merged.h5: 9 of 9 points' "$err"
"$landscape" plot merged.h5 -o merged.csv 2>"$err"
check 'parts make the same surface' cmp again.csv merged.csv
for part in 0/2 3/2 1 1/ /2 a/b 1/2x; do
    fails 2 "part wants.*'$part'" "part $part" scan --x=-1:1:3 --part $part -o t.h5
done

works 'synthetic:0 is the same data' scan --data synthetic:0 --x=-1:1:3 --y=-1:1:3 -o s.h5
check 'and nothing was left to do' grep -q '9 of 9 points are done' "$err"
for option in --norm=layer --ignore=none --seed=1 --dir-type=states; do
    fails 2 'taken as they are' "directions of a file and $option" \
        scan --x=-1:1:3 --directions d.h5 $option -o t.h5
done
fails 2 'has none' 'a seed of no random direction' scan --x=-1:1:3 --model2 $model --seed 1 -o t.h5
fails 2 'the same file' 'directions and surface in one file' \
    scan --x=-1:1:3 --save-directions ./t.h5 -o t.h5
fails 1 's.h5.*seed' 'another seed for the same file' scan --x=-1:1:3 --y=-1:1:3 --seed 4 -o s.h5
fails 1 's.h5.*x' 'another grid for the same file' scan --x=-1:1:5 --y=-1:1:3 -o s.h5
fails 1 's.h5.*y' 'no second axis for the same file' scan --x=-1:1:3 -o s.h5
fails 1 's.h5.*images' 'other images for the same file' \
    "$landscape" scan --model $model --images 4 --x=-1:1:3 --y=-1:1:3 -o s.h5
works 'initial weights are a checkpoint' "$landscape" train --arch resnet20 --out other --epochs 0 --subset 8 --test-subset 4 --seed 9
fails 1 's.h5.*model2' 'another plane for the same file' \
    scan --model2 other/model.safetensors --x=-1:1:3 --y=-1:1:3 -o s.h5
works 'a third network is made' "$landscape" train --arch resnet20 --out third --epochs 0 --subset 8 --test-subset 4 --seed 8
works 'a plane through three networks' scan --model2 other/model.safetensors \
    --model3 third/model.safetensors --dir-type states --x=0:1:2 --y=0:1:2 -o plane.h5
works 'a plane tells what it is' "$landscape" info plane.h5
for place in 'good  *at (0, 0)' 'other  *at (1, 0)' 'third  *at (0, 1)'; do
    check "and where a network of it is: $place" grep -q "^  $place\$" "$out"
done
works 'a plane as numbers' "$landscape" plot plane.h5 -o plane.csv
for corner in 0,0,good 1,0,other 0,1,third; do
    loss=$("$landscape" eval --model "${corner##*,}/model.safetensors" --split train --images 8 2>"$err" |
        cut -d' ' -f2)
    check "the plane at ${corner%,*} is the network ${corner##*,}" \
        awk -F, "(\$1 \",\" \$2) == \"${corner%,*}\" {
            off = \$3 / $loss - 1; exit !(off < 1e-5 && off > -1e-5) }" plane.csv
done
works 'the networks of a plane get names' scan --model2 other/model.safetensors --x=0:1:2 \
    --name start --name 'the end' -o named.h5
works 'a line tells what it is' "$landscape" info named.h5
check 'and how its networks are called' grep -q 'the end  *at (1, 0)' "$out"
fails 2 '1 names for 0' 'names of no networks' scan --x=0:1:2 --name start -o t.h5
fails 2 'more than 3' 'too many names' scan --x=0:1:2 --name a --name b --name c --name d -o t.h5
cp $model way.safetensors
works 'a trajectory is scanned' scan --trajectory other/model.safetensors way.safetensors \
    third/model.safetensors --x=fit:3 --y=-1:1:3 --name late --name early --save-directions w.h5 -o way.h5
works 'the same trajectory has nothing to do' scan --trajectory other/model.safetensors way.safetensors \
    third/model.safetensors --x=fit:3 --y=-1:1:3 -o way.h5
works 'a trajectory tells what it is' "$landscape" info way.h5
check 'and where it begins' grep -q '^  early  *at (-' "$out"
works 'directions of a trajectory are read back' scan --directions w.h5 --x=-1:1:2 --y=-1:1:2 -o t.h5
rm -f t.h5
fails 2 "one name is for both, 'there' is left" 'a name too many' scan --trajectory $model \
    third/model.safetensors other/model.safetensors --x=-1:1:3 --y=-1:1:3 --name here --name there -o t.h5
fails 1 'way.h5.*trajectory' 'another trajectory for the same file' \
    scan --trajectory third/model.safetensors other/model.safetensors --x=fit:3 --y=-1:1:3 -o way.h5
for part in 1 2; do # OpenBLAS rounds otherwise on other processors
    works "part $part of the scan of a trajectory" env OPENBLAS_CORETYPE="$([ $part = 1 ] || echo Prescott)" \
        "$landscape" scan --model $model --images 8 --trajectory other/model.safetensors way.safetensors \
        third/model.safetensors --x=fit:3 --y=fit:2 --part $part/2 -o way-$part.h5
done
works 'parts of a trajectory from other processors are merged' "$landscape" merge way-1.h5 way-2.h5 -o t.h5
rm -f t.h5
fails 2 'needs --trajectory' 'a grid that fits nothing' scan --x=fit:5 -o t.h5
fails 2 "wants a whole number.*'5:5'" 'a grid that fits and more' scan --x=fit:5:5 -o t.h5
fails 2 "unexpected argument '$model'" 'checkpoints without a trajectory' scan -o t.h5 $model
fails 2 'two or more' 'a trajectory of one checkpoint' scan --trajectory -o t.h5 $model
for option in --seed=3 --norm=layer "--model2=$model" --directions=w.h5; do
    fails 2 'makes both directions' "a trajectory and ${option%%=*}" \
        scan --trajectory other/model.safetensors third/model.safetensors "$option" -o t.h5
done
fails 1 'plain/model.safetensors' 'a trajectory of another network' \
    scan --trajectory other/model.safetensors plain/model.safetensors -o t.h5
works 'points take the images that an error asks for' scan --x=-1:1:3 --y=-1:1:2 --relative-error 1e-4 -o sure.h5
check 'and how many is told' grep -q '^8 images a point of 8$' "$err"
check 'and that they are too few' grep -q '6 of 6 points have larger errors: all 8 images are too few' "$err"
works 'and told again' "$landscape" info sure.h5
check 'from least to most' grep -q '^  images a point *8 to 8$' "$out"
works 'such a surface is drawn' "$landscape" plot sure.h5 -o sure.svg
check 'and says what is the most' grep -q 'up to [0-9]* training images' sure.svg
for part in 1 2; do
    works "part $part of such a scan" scan --x=-1:1:9 --y=-1:1:9 --relative-error 0.3 --part $part/2 -o sure-$part.h5
done
works 'a scan in its middle is drawn' "$landscape" plot sure-1.h5 -o part.svg
check 'as a complete grid' grep -q 'drawn is the grid of 25 points' "$err"
check 'and says so' grep -q '25 of 81 points' part.svg
works 'its numbers are written' "$landscape" plot sure-1.h5 -o part.csv
check 'of all points' test "$(wc -l <part.csv)" = 82
works 'parts of such a scan are merged' "$landscape" merge sure-1.h5 sure-2.h5 -o sure-both.h5
works 'and drawn' "$landscape" plot sure-both.h5 -o part.svg
check 'as a whole' test "$(grep -c 'of 81 points' part.svg)" = 0
fails 1 'sure.h5.*relative_error 0.0001, this run has none' 'all images into a surface of fewer' \
    scan --x=-1:1:3 --y=-1:1:2 -o sure.h5
fails 2 "relative-error.*'0'" 'an error of nothing' scan --relative-error 0 -o t.h5
fails 2 'relative-error' 'eigenvalues of fewer images' scan --relative-error 0.1 --eigenvalues -o t.h5
works 'eigenvalues are found' "$landscape" hessian --model $model --images 8 --products 3 --tolerance 0 \
    -o spectrum.csv
check 'and printed' grep -q '^largest [0-9.]* (within .*) *smallest -[0-9.]* .*resnet20, 8 train images.*3 products' "$out"
check 'and written with weights that are 1 together' awk -F, \
    "NR > 1 { sum += \$3; n++ } END { exit !(n == 3 && sum > 1 - 1e-6 && sum < 1 + 1e-6) }" spectrum.csv
works 'a spectrum is drawn' "$landscape" plot spectrum.csv spectrum.csv --name one --name 'the other' -o spectrum.svg
check 'with its names' grep -q 'the other' spectrum.svg
printf 'eigenvalue,bound,weight\n1,0,0.5\n' >half.csv
fails 1 'half.csv.*0.5, not to 1' 'half a spectrum' "$landscape" plot half.csv -o t.svg
printf 'eigenvalue,bound,weight\nnan,0,1\n' >half.csv
fails 1 'half.csv, line 2: the eigenvalue' 'an eigenvalue that is none' "$landscape" plot half.csv -o t.svg
fails 1 'log.csv.*eigenvalue' 'a spectrum and a log' "$landscape" plot spectrum.csv good/log.csv -o t.svg
fails 2 't.html.*png, .svg or .pdf' 'a page of a spectrum' "$landscape" plot spectrum.csv -o t.html
rm -f half.csv
works 'the search for eigenvalues ends early' "$landscape" hessian --model $model --images 8 --products 2
check 'and says that it is not done' grep -q '2 products do not.*--products' "$err"
fails 2 'model is missing' 'the Hessian of nothing' "$landscape" hessian
fails 2 "'-1'" 'a negative tolerance' "$landscape" hessian --model $model --tolerance=-1
cp $model kept.csv
for file in kept.csv good/log.csv; do
    fails 1 "$file is there already" "a spectrum in place of $file" "$landscape" hessian --model $model \
        --images 2 --products 1 -o $file
done
fails 2 'ends in .csv' 'a spectrum in place of the model' "$landscape" hessian --model $model --images 2 \
    --products 1 -o $model
fails 1 'nowhere/x.csv' 'a spectrum to nowhere' "$landscape" hessian --model $model --images 2 --products 1 \
    -o nowhere/x.csv
works 'a scan finds eigenvalues' scan --x=-0.1:0.1:2 --y=-0.1:0.1:2 --eigenvalues -o eigen.h5
works 'a surface tells of eigenvalues' "$landscape" info eigen.h5
check 'how large they are' grep -q '^  largest eigenvalue ' "$out"
check 'and how they were found' grep -q '^  eigenvalues *tolerance 0.01, 100 products, seed 0' "$out"
works 'eigenvalues as numbers' "$landscape" plot eigen.h5 -o eigen.csv
check 'have columns' grep -q '^x,y,loss,accuracy,loss_error,max_eig,min_eig$' eigen.csv
works 'convexity is drawn' "$landscape" plot eigen.h5 --kind convexity -o convexity.svg
check 'with its name' grep -q 'smallest / largest eigenvalue' convexity.svg
fails 1 'scan --eigenvalues' 'the convexity of a plain surface' "$landscape" plot plane.h5 --kind convexity -o c.svg
fails 1 's.h5.*\(eigenvalues\|precision\)' 'eigenvalues for a surface that has none' \
    scan --x=-1:1:3 --y=-1:1:3 --eigenvalues -o s.h5
fails 2 'excludes' 'eigenvalues by an evaluator' scan --eigenvalues --evaluator false -o t.h5
fails 1 'eigen.h5.*eigenvalues' 'a scan without eigenvalues into a surface that has them' \
    scan --x=-0.1:0.1:2 --y=-0.1:0.1:2 --precision fp32 -o eigen.h5
for part in 1 2; do
    works "part $part of a scan with eigenvalues" scan --x=-0.1:0.1:2 --y=-0.1:0.1:2 --eigenvalues \
        --part $part/2 -o eigen-$part.h5
done
works 'parts with eigenvalues are merged' "$landscape" merge eigen-1.h5 eigen-2.h5 -o eigen-both.h5
works 'and written as numbers' "$landscape" plot eigen-both.h5 -o eigen-both.csv
check 'which are those of the whole' cmp eigen.csv eigen-both.csv
works 'standard errors are drawn' "$landscape" plot eigen.h5 --of standard-error -o deviations.svg
check 'with their name' grep -q 'standard error of the loss' deviations.svg
fails 2 "of is loss, error or standard-error, not 'accuracy'" 'other numbers' "$landscape" plot eigen.h5 --of accuracy -o c.svg
fails 2 'page.html.*png, .svg or .pdf' 'errors as a page' "$landscape" plot eigen.h5 --of error -o page.html
fails 2 'of is for surfaces' 'of a training log' "$landscape" plot good/log.csv --of error -o c.svg
fails 2 'c.obj.*png, .svg or .pdf' 'convexity as a mesh' "$landscape" plot eigen.h5 --kind convexity -o c.obj
fails 2 'fp32' 'eigenvalues in bf16' scan --eigenvalues --precision bf16 -o t.h5
fails 2 'cross-entropy' 'eigenvalues of another loss' scan --eigenvalues --loss mse -o t.h5
pixels=0.5,0.4,0.3/0.25,0.2,0.15
works 'a training with pixels of its own' "$landscape" train --arch resnet20 --subset 16 --test-subset 8 \
    --epochs 1 --pixels $pixels --out own-pixels
works 'its checkpoint remembers them' "$landscape" eval --model own-pixels/model.safetensors --images 8
cut -d'(' -f1 <"$out" >remembered
works 'and can be told the same' "$landscape" eval --model own-pixels/model.safetensors --images 8 --pixels $pixels
check 'which changes nothing' sh -c "cut -d'(' -f1 <'$out' | cmp - remembered"
works 'or others' "$landscape" eval --model own-pixels/model.safetensors --images 8 --pixels 0,0,0/1,1,1
check 'which does' sh -c "! cut -d'(' -f1 <'$out' | cmp -s - remembered"
fails 2 "'1,2/3'" 'pixels that are no numbers' "$landscape" eval --model $model --images 8 --pixels 1,2/3
rm remembered
onnx=$(dirname "$fixtures")/onnx/all-operations-with-batch-norm.onnx
works 'an ONNX file tells what it is' "$landscape" info "$onnx"
check 'and how large its network is' grep -q 'parameters  *10915 in 25 tensors' "$out"
works 'the network of an ONNX file is scanned' "$landscape" scan --model "$onnx" --images 8 --x=-1:1:3 -o onnx.h5
works 'and trained' "$landscape" train --arch "$onnx" --subset 16 --test-subset 8 --epochs 1 --lr 0.01 --out onnx
for other in all-operations-folded small-mean-folded mobile-with-batch-norm; do # two of them without batch norm
    for precision in fp32 bf16; do
        works "and $other in $precision" "$landscape" train --arch "$(dirname "$onnx")/$other.onnx" --subset 16 \
            --test-subset 8 --epochs 1 --lr 0.01 --precision $precision --out $other-$precision
    done
done
fails 1 "all-operations.*say with --arch" 'a checkpoint of an ONNX network by itself' \
    "$landscape" eval --model onnx/model.safetensors --images 8
works 'it is known by its tensors' "$landscape" info onnx/model.safetensors
check 'and by where its network was' grep -q 'checkpoint of the network in .*all-operations.*.onnx (--arch says where that is)$' "$out"
works 'a checkpoint of an ONNX network' "$landscape" eval --arch "$onnx" --model onnx/model.safetensors --images 8
works 'a line from an ONNX file to what was trained' "$landscape" scan --model "$onnx" --images 8 \
    --model2 onnx/model.safetensors --dir-type states --x=0:1:2 -o onnx-line.h5
cp "$onnx" 'we"ird.onnx'
works 'a training goes on with a copy of the file' "$landscape" train --arch 'we"ird.onnx' --subset 16 --test-subset 8 \
    --epochs 1 --lr 0.01 --out onnx --resume
works 'a scan of it' "$landscape" scan --arch 'we"ird.onnx' --model onnx/model.safetensors --images 4 --x=0:1:2 -o onnx-path.h5
works 'goes on under another name' "$landscape" scan --arch "$onnx" --model onnx/model.safetensors --images 4 \
    --x=0:1:2 -o onnx-path.h5
fails 1 'none.onnx' 'an architecture in no file' "$landscape" train --arch none.onnx --out t
fails 1 'resnet20 takes images of 32x32x3' 'directions beside images that do not fit' \
    scan --data "npz:$arrays/good-grey.npz" --images 1 --x=-1:1:3 --save-directions e.h5 -o t.h5
fails 1 'the same' 'no direction from a network to itself' \
    scan --model2 $model --x=-1:1:3 -o line.h5
cp d.h5 kept.h5
fails 1 'd.h5.*other directions' 'directions are not replaced' \
    scan --x=-1:1:3 --y=-1:1:3 --seed 4 --save-directions d.h5 -o t.h5
check 'the refused scan left the directions alone' cmp d.h5 kept.h5
fails 1 "$model" 'a checkpoint where the directions should be' \
    scan --x=-1:1:3 --save-directions $model -o t.h5
fails 1 "$model" 'a checkpoint where the surface should be' scan --x=-1:1:3 -o $model
fails 1 'd.h5' 'directions where the surface should be' scan --x=-1:1:3 -o d.h5

fails 1 'd.h5.*resnet20-noshort' 'directions of another network' \
    "$landscape" scan --model plain/model.safetensors --images 8 --x=-1:1:3 --directions d.h5 -o t.h5
fails 1 'plain/model.safetensors' 'a target of another architecture' \
    scan --model2 plain/model.safetensors --x=-1:1:3 -o t.h5
fails 1 'none.h5' 'no directions' scan --x=-1:1:3 --directions none.h5 -o t.h5
fails 1 'log.csv.*HDF5' 'directions that are no HDF5' scan --x=-1:1:3 --directions good/log.csv -o t.h5
fails 1 's.h5.*xdirection' 'a surface instead of directions' scan --x=-1:1:3 --directions s.h5 -o t.h5
fails 1 'one.h5.*ydirection' 'one direction instead of two' \
    scan --x=-1:1:3 --y=-1:1:3 --directions one.h5 -o t.h5
head -c 50000 d.h5 >cut.h5
fails 1 'cut.h5' 'truncated directions' scan --x=-1:1:3 --directions cut.h5 -o t.h5

## Damaged surfaces

bad_surface() {
    fails 1 "bad.h5.*$1" "a surface: $2" "$landscape" plot bad.h5 -o p.csv
    fails 1 "bad.h5.*$1" "a surface to continue: $2" scan --x=-1:1:3 --y=-1:1:3 -o bad.h5
}
: >bad.h5
bad_surface 'HDF5' 'empty'
cp $model bad.h5
bad_surface 'HDF5' 'a checkpoint'
head -c 1000 s.h5 >bad.h5
bad_surface '' 'truncated'
cp d.h5 bad.h5
bad_surface 'xcoordinates' 'directions'
swap xcoordinates xcoordinatez <s.h5 >bad.h5
bad_surface 'xcoordinates' 'no coordinates'
swap train_loss train_lost <s.h5 >bad.h5
bad_surface 'train_loss' 'no losses'
rm bad.h5
fails 1 'none.h5' 'a surface: missing' "$landscape" plot none.h5 -o p.csv

## Files of another kind

for other in $model good/state.safetensors "$fixtures/plain.pth" "$fixtures/legacy.pth" "$onnx"; do
    fails 1 "$other: a checkpoint, not a surface (HDF5): scan it first ('landscape scan --model $other" \
        "${other##*/} is no surface to draw" "$landscape" plot "$other" -o p.svg
done
fails 1 'sizes.npz: not an HDF5 file, but a ZIP archive' 'nor are images' "$landscape" plot "$arrays/sizes.npz" -o p.svg
fails 1 'model.safetensors: not an HDF5 file, but a safetensors file' 'a checkpoint is no part of a scan' \
    "$landscape" merge $model -o t.h5
for command in 'scan -o t.h5' eval hessian 'deepen --arch resnet56 -o t.safetensors'; do
    # shellcheck disable=SC2086 # a list of words
    fails 1 's.h5: an HDF5 file, as surfaces and directions are; wanted is a checkpoint' \
        "a surface is no checkpoint: ${command%% *}" "$landscape" $command --model s.h5
done
fails 1 'd.h5: an HDF5 file' 'nor are directions' scan --model2 d.h5 --x=0:1:2 -o t.h5
for other in good/log.csv spectrum.csv; do
    fails 1 "$other: none of what info reads: checkpoints .*(.npz); 'landscape plot' draws" "$other tells nothing" \
        "$landscape" info $other
done
fails 1 'convexity.svg: none of what info reads: .*(.npz)$' 'nor does a picture' "$landscape" info convexity.svg
fails 1 'cannot read good: it is a directory' 'nor a directory' "$landscape" info good
fails 1 'cannot open none' 'nor what is not there' "$landscape" info none

## Output that cannot be written

echo mine >old.svg
fails 1 'cannot create nowhere/t.h5: there is no directory nowhere$' 'a surface into no directory' scan --x=-1:1:3 -o nowhere/t.h5
fails 1 '/dev/full' 'a surface into a device' scan --x=-1:1:3 -o /dev/full
fails 1 'good' 'a surface over a directory' scan --x=-1:1:3 -o good
fails 1 'nowhere/t.h5' 'directions of a surface that cannot be written' \
    scan --x=-1:1:3 --save-directions e.h5 -o nowhere/t.h5
fails 1 'cannot create nowhere/d.h5: there is no directory' 'directions into no directory' scan --x=-1:1:3 --save-directions nowhere/d.h5 -o t.h5
fails_full '[st].h5' 'a surface' "$landscape" scan --model $model --images 2 \
    --x=-1:1:60 --y=-1:1:60 -o t.h5
fails_full 'again.h5' 'directions' "$landscape" scan --model $model --images 2 \
    --x=-1:1:3 --save-directions again.h5 -o t.h5
mkdir small
fails_full 'small/model' 'a checkpoint' train --out small --epochs 0
fails 1 'cannot create nowhere/p.csv: there is no directory nowhere$' 'numbers into no directory' "$landscape" plot s.h5 -o nowhere/p.csv
fails 1 'cannot create nowhere/p.png: there is no directory nowhere$' 'a picture into no directory' "$landscape" plot s.h5 \
    --kind surface -o nowhere/p.png
ln -s /dev/full device.png
fails 1 'device.png\|/dev/full' 'a picture into a device' "$landscape" plot s.h5 --kind heatmap --bare -o device.png
fails_full 'p.png' 'a picture' "$landscape" plot s.h5 --kind heatmap --bare \
    --size 4000x4000 -o p.png
if [ -c /dev/full ]; then
    for command in "info $model" "eval --model $model --images 2" 'train --help' --version; do
        # shellcheck disable=SC2086 # a list of words
        "$landscape" $command >/dev/full 2>"$err"
        check "$command reports a full stdout" test $? -eq 1
    done
fi

## Plots

fails 1 'd.h5.*xcoordinates' 'directions are no surface' "$landscape" plot d.h5 -o p.svg
fails 2 'p.gif' 'an unknown picture format' "$landscape" plot s.h5 -o p.gif
fails 2 'solid.*ply}' 'a solid picture' "$landscape" plot s.h5 --solid -o p.svg
fails 2 '--azimuth does not apply to contour plots: choose --kind surface, or -o NAME.html' 'a contour plot from aside' \
    "$landscape" plot s.h5 --azimuth 60 -o p.svg
fails 2 'heat maps, which end at --vmax' 'a heat map cut off' "$landscape" plot s.h5 --kind heatmap --zmax 5 -o p.svg
fails 2 'surface, which --zmax cuts off above' 'a surface with levels' "$landscape" plot s.h5 --kind surface --vmax 5 -o p.svg
works 'a surface becomes a mesh' "$landscape" plot s.h5 --interp 9 --solid --relief 1 -o p.ply
fails 2 "'pie'" 'an unknown kind of picture' "$landscape" plot s.h5 --kind pie -o p.svg
fails 2 "'5x5'" 'a picture too small' "$landscape" plot s.h5 --size 5x5 -o p.svg
fails 2 'do not mix' 'surfaces and logs' "$landscape" plot s.h5 good/log.csv -o p.svg
fails 2 '-o is missing' 'no picture' "$landscape" plot s.h5
fails 2 'no surface' 'nothing to draw' "$landscape" plot -o p.svg
cp s.h5 itself.png
ln -s itself.png link.png
fails 2 'itself.png itself' 'a picture over its surface' "$landscape" plot itself.png --kind heatmap -o itself.png
fails 2 'itself.png itself' 'a picture over its surface by a link' \
    "$landscape" plot itself.png --kind heatmap -o link.png
rm itself.png link.png
: >bad.csv
fails 1 'bad.csv' 'an empty log' "$landscape" plot bad.csv -o p.svg
cp $model bad.csv
fails 1 'bad.csv' 'a checkpoint is no log' "$landscape" plot bad.csv -o p.svg
fails 1 'p.html\|none.js' 'no three.js' env LANDSCAPE_THREE=none.js "$landscape" plot s.h5 -o p.html
fails 1 'bad.csv is not the three.min.js' 'something else for three.js' \
    env LANDSCAPE_THREE=bad.csv "$landscape" plot s.h5 -o p.html
fails 1 'surface 1 is a curve' 'no page of a curve' "$landscape" plot curve.h5 -o p.html
printf 'THREE.WebGLRenderer' >three.js
works 'a page is written' env LANDSCAPE_THREE=three.js "$landscape" plot s.h5 s.h5 -o p.html
check 'the page holds three.js' grep -q 'THREE.WebGLRenderer' p.html
fails_full 'p.html' 'a page' env LANDSCAPE_THREE=three.js "$landscape" plot s.h5 -o p.html
# The log of a segmentation.
segment() {
    "$landscape" train --arch unet-noshort --data shapes --subset 8 --test-subset 4 --batch 4 --lr 0.05 \
        --epochs 2 --resume --out pixels
}
works 'a network for segmentation is trained' segment
fails 1 'unet@.* labels pixels, synthetic:0 has one label an image: give .*--data shapes' 'pixels of images that have one label' \
    "$landscape" train --arch unet --subset 8 --test-subset 4 --out run
check 'which alone is told' test "$(wc -l <"$err")" = 1
fails 1 'labels pixels, synthetic:0' 'the same of a checkpoint' "$landscape" eval --model pixels/model.safetensors --data synthetic
fails 1 'resnet20@.* one label an image, shapes:0 has one a pixel: .*unet' 'one label of images whose pixels have them' \
    "$landscape" train --arch resnet20 --data shapes --subset 8 --test-subset 4 --out run
iou=$(awk -F, '$7 == "test_mean_iou" { there = 1 } END { if (there) printf "%.2f", $7 }' pixels/log.csv)
"$landscape" eval --model pixels/model.safetensors --data shapes --split test --images 4 >"$out" 2>"$err"
check 'its log has the mean intersection over union' grep -q "mean IoU $iou %" "$out"
sh "$results" . good pixels >"$out"
check 'the table of results has it' grep -q "^| pixels | 2 | .* | $iou % | [0-9.]* |$" "$out"
check 'and the error of a classification' grep -q "^| good | [0-9]* | [0-9. %|]* |  | [0-9.]* |$" "$out"

fails 1 'gnuplot is not installed' 'no gnuplot' env PATH=/nonexistent "$landscape" plot s.h5 -o old.svg
if command -v gnuplot >/dev/null; then
    for format in svg png pdf; do
        fails_full "p.$format" "a $format picture" "$landscape" plot s.h5 --kind surface -o p.$format
        works "a surface is drawn as $format" "$landscape" plot s.h5 -o p.$format
    done
    works 'a curve is drawn' "$landscape" plot curve.h5 -o curve.svg
    works 'training curves are drawn' "$landscape" plot good/log.csv -o training.svg
else
    echo 'skip drawing: gnuplot is not installed'
fi
