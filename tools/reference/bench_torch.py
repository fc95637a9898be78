#!/usr/bin/python3
"""Measures PyTorch's speed: images/s of evaluation in several ways and of training steps.

Every figure is the median of several runs; the best way of evaluating is the one that counts. Prints a
line for each way to stderr and a JSON object to stdout."""
import argparse
import json
import statistics
import sys
import time
import warnings

import torch
from torch.nn import functional as F

import models

LAYOUTS = {"contiguous": torch.contiguous_format, "channels_last": torch.channels_last}


def rate(work, images, runs, seconds):
    """Median over `runs` of images/s; a run repeats `work` for about `seconds`."""
    work()
    start = time.perf_counter()
    work()
    repeats = max(1, round(seconds / (time.perf_counter() - start)))
    rates = []
    for _ in range(runs):
        start = time.perf_counter()
        for _ in range(repeats):
            work()
        rates.append(repeats * images / (time.perf_counter() - start))
    return statistics.median(rates)


def inference(arch, batch, layout, frozen):
    """One forward pass in inference mode. `frozen`: traced, batch norm folded, fused by oneDNN."""
    network = models.create(arch).eval().to(memory_format=LAYOUTS[layout])
    pixels = torch.randn(batch, 3, 32, 32).contiguous(memory_format=LAYOUTS[layout])
    with torch.no_grad(), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if frozen:
            network = torch.jit.optimize_for_inference(torch.jit.freeze(
                torch.jit.trace(network, pixels)))

    def work():
        with torch.no_grad():
            network(pixels)

    return work


def training(arch, batch, layout):
    """One step of SGD on the same batch."""
    network = models.create(arch).train().to(memory_format=LAYOUTS[layout])
    pixels = torch.randn(batch, 3, 32, 32).contiguous(memory_format=LAYOUTS[layout])
    labels = torch.randint(10, (batch,))
    optimizer = torch.optim.SGD(network.parameters(), lr=1e-4, momentum=0.9, weight_decay=5e-4,
                                nesterov=True)

    def work():
        optimizer.zero_grad()
        F.cross_entropy(network(pixels), labels).backward()
        optimizer.step()

    return work


def report(what, value):
    print(f"{what:48} {value:9.1f} images/s", file=sys.stderr, flush=True)
    return value


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--arch", default="resnet56", help="default %(default)s")
    parser.add_argument("--threads", type=int, default=2, help="default %(default)s")
    parser.add_argument("--batches", default="32,64,128,256,512", metavar="N,N,...",
                        help="sizes of evaluation batches (default %(default)s)")
    parser.add_argument("--layouts", default="contiguous,channels_last", help="default %(default)s")
    parser.add_argument("--modes", default="eager,frozen",
                        help="eager, frozen: traced and fused (default %(default)s)")
    parser.add_argument("--training-batch", type=int, default=128, metavar="N",
                        help="0: no training (default %(default)s)")
    parser.add_argument("--runs", type=int, default=5, help="default %(default)s")
    parser.add_argument("--seconds", type=float, default=0.5, help="of a run (default %(default)s)")
    a = parser.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(a.threads)
    layouts = a.layouts.split(",")

    best = {"inference_images_per_second": 0.0}
    for mode in a.modes.split(","):
        for layout in layouts:
            for batch in map(int, a.batches.split(",")):
                work = inference(a.arch, batch, layout, mode == "frozen")
                value = report(f"inference, {mode}, {layout}, batch {batch}",
                               rate(work, batch, a.runs, a.seconds))
                if value > best["inference_images_per_second"]:
                    best.update(inference_images_per_second=value, inference_mode=mode,
                                inference_layout=layout, inference_batch=batch)
    for layout in layouts if a.training_batch else ():
        value = report(f"training, {layout}, batch {a.training_batch}",
                       rate(training(a.arch, a.training_batch, layout), a.training_batch, a.runs,
                            a.seconds))
        if value > best.get("training_images_per_second", 0.0):
            best.update(training_images_per_second=value, training_layout=layout,
                        training_batch=a.training_batch)
    print(json.dumps({"program": f"PyTorch {torch.__version__}", "arch": a.arch,
                      "threads": a.threads, **best}))


if __name__ == "__main__":
    main()
