#!/usr/bin/python3
"""Measures our program, PyTorch and ONNX Runtime in turn, so that all meet the same hours of the
machine, and prints the medians and their ratios. The others' best batch sizes are found first.

Ours is the whole `landscape scan`, from its start to the finished file, and `landscape bench` for single
evaluations and for training. On a machine that does other work the figures mean nothing."""
import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import time

HERE = os.path.dirname(os.path.abspath(__file__))
WIDTH = 44


def run(command, **options):
    """The program's output; its complaints are shown if it fails."""
    done = subprocess.run(command, capture_output=True, text=True, check=False, **options)
    if done.returncode:
        sys.exit(f"{' '.join(command)} failed:\n{done.stderr}")
    return done.stdout


def torch_bench(a, *options):
    environment = dict(os.environ)
    if a.isa:
        environment.update(ONEDNN_MAX_CPU_ISA=a.isa, DNNL_MAX_CPU_ISA=a.isa, MKL_ENABLE_INSTRUCTIONS=a.isa,
                           ATEN_CPU_CAPABILITY=a.isa.lower(), OPENBLAS_CORETYPE="Haswell")
    return json.loads(run([sys.executable, os.path.join(HERE, "bench_torch.py"), "--arch", a.arch,
                           "--threads", str(a.threads), *options], env=environment))


class Onnx:
    """ONNX Runtime on the exported network, installed by npm into the work directory."""

    def __init__(self, a, work):
        self.work, self.threads = work, str(a.threads)
        self.model = os.path.join(work, "network.onnx")
        run(["npm", "install", "--ignore-scripts", "--prefix", work, "onnxruntime-node"])
        run([sys.executable, os.path.join(HERE, "export_onnx.py"), "--arch", a.arch, self.model])

    def bench(self, *options):
        return json.loads(run(["node", os.path.join(HERE, "bench_onnx.mjs"), self.work, self.model,
                               self.threads, *options]))


def arch_of(a, work):
    """What our program calls the network: a file, if it is not one of ours."""
    if ":" not in a.arch:
        return a.arch
    path = os.path.join(work, "own.onnx")
    run([sys.executable, os.path.join(HERE, "export_onnx.py"), "--arch", a.arch, "--batchnorm", path])
    return path


def ours(a, arch, precision, training):
    """`landscape bench` as a dictionary."""
    return json.loads(run([a.landscape, "bench", "--arch", arch, "--precision", precision, "--threads",
                           str(a.threads), "--json"] + (["--train"] if training else []),
                          env=our_environment(a)))


def our_environment(a):
    return dict(os.environ, LANDSCAPE_CPU=a.isa.lower()) if a.isa else None


def scan_rate(a, arch, precision, work):
    """Images per second of a whole scan."""
    model, surface = os.path.join(work, "model"), os.path.join(work, "surface.h5")
    if not os.path.exists(model):
        run([a.landscape, "train", "--arch", arch, "--epochs", "0", "--subset", "1", "--test-subset", "1",
             "--out", model])
    if os.path.exists(surface):
        os.remove(surface)
    start = time.perf_counter()
    run([a.landscape, "scan", "--arch", arch, "--model", os.path.join(model, "model.safetensors"), "--images",
         str(a.images), f"--x=-1:1:{a.points // 10}", "--y=-1:1:10", "--precision", precision, "--threads",
         str(a.threads), "-o", surface], env=our_environment(a))
    return a.images * (a.points // 10 * 10) / (time.perf_counter() - start)


def measure(a, work):
    """A list of images/s for each thing measured."""
    onnx = None if a.no_onnx else Onnx(a, work)
    best = torch_bench(a, "--training-batch", "0", "--runs", "3")
    fixed = ["--modes", best["inference_mode"], "--batches", str(best["inference_batch"])]
    best_onnx = onnx and onnx.bench()
    names, rates = {"torch": best["program"]}, {}
    own_arch = arch_of(a, work)

    def add(what, value):
        rates.setdefault(what, []).append(value)

    for number in range(a.rounds):
        print(f"round {number + 1} of {a.rounds}", file=sys.stderr, flush=True)
        torch = torch_bench(a, *fixed)
        add("torch inference", torch["inference_images_per_second"])
        add("torch training", torch["training_images_per_second"])
        if onnx:
            result = onnx.bench(str(best_onnx["inference_batch"]))
            names["onnx"] = result["program"]
            add("onnx inference", result["inference_images_per_second"])
        for precision in a.precisions.split(","):
            trains = precision != "bf16x3"
            bench = ours(a, own_arch, precision, trains)
            add(f"inference, {precision}", bench["inference_images_per_second"])
            if trains:
                add(f"training, {precision}", bench["training_images_per_second"])
            add(f"scan, {precision}", scan_rate(a, own_arch, precision, work))
    return names, rates


def ratio(mine, other):
    """Median over the rounds, with the lowest and the highest."""
    ratios = [x / y for x, y in zip(mine, other)]
    return f"{statistics.median(ratios):6.2f} ({min(ratios):.2f} to {max(ratios):.2f})"


def show(a, names, rates):
    print(f"{a.arch}, {a.threads} threads, median of {a.rounds} rounds, images/s; ratios of single rounds")
    print(f"{'':{WIDTH}}{'rate':>9}   {'to PyTorch':24}{'to ONNX Runtime'}")
    print(f"{names['torch'] + ', inference':{WIDTH}}{statistics.median(rates['torch inference']):9.1f}")
    print(f"{names['torch'] + ', training':{WIDTH}}{statistics.median(rates['torch training']):9.1f}")
    if "onnx" in names:
        print(f"{names['onnx'] + ', inference':{WIDTH}}{statistics.median(rates['onnx inference']):9.1f}")
    for what, values in rates.items():
        if what.startswith(("torch", "onnx")):
            continue
        training = what.startswith("training")
        line = f"{'landscape, ' + what:{WIDTH}}{statistics.median(values):9.1f}   "
        line += f"{ratio(values, rates['torch training' if training else 'torch inference']):24}"
        if "onnx" in names and not training:
            line += ratio(values, rates["onnx inference"])
        print(line.rstrip())


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--arch", default="resnet56",
                        help="ours, or torchvision:NAME (default %(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="default %(default)s")
    parser.add_argument("--threads", type=int, default=2, help="of each program (default %(default)s)")
    parser.add_argument("--precisions", default="fp32", metavar="P,P,...",
                        help="fp32, bf16x3, bf16; training has no bf16x3 (default %(default)s)")
    parser.add_argument("--points", type=int, default=200, help="of a scan (default %(default)s)")
    parser.add_argument("--images", type=int, default=1000, help="of a scan (default %(default)s)")
    parser.add_argument("--isa", choices=["AVX2"], help="hold all programs to this instruction set")
    parser.add_argument("--no-onnx", action="store_true", help="without ONNX Runtime, which npm installs")
    parser.add_argument("--landscape", default=os.path.join(HERE, "../../build/landscape"),
                        help="our program")
    a = parser.parse_args()
    if a.points < 20:
        parser.error("a scan takes at least 20 points")
    if a.isa:
        a.no_onnx = True  # it cannot be held back
    if os.getloadavg()[0] > 1:
        print("warning: the machine is busy, do not trust this", file=sys.stderr)
    work = tempfile.mkdtemp()
    try:
        show(a, *measure(a, work))
    finally:
        shutil.rmtree(work)


if __name__ == "__main__":
    main()
