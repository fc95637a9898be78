#!/usr/bin/python3
"""Scans a network twice, by our engine and by PyTorch as its evaluator, and compares the surfaces."""
import argparse
import pathlib
import shlex
import subprocess
import sys
import tempfile

import torch

import compare
import images
import models
import probe
import surface_io

sys.path.append(str(probe.ROOT / "tools" / "evaluator"))
import landscape_evaluator  # noqa: E402


def serve(a):
    """What the evaluator does."""
    torch.set_num_threads(1)
    network, arch = models.load(a.model)
    pixels, labels = images.load(a.data, a.images, a.probe, "test")
    batches = list(zip(pixels.split(100), labels.split(100)))
    landscape_evaluator.serve_torch(network, batches, name=arch, data=a.data, split="test", samples=len(labels))


def scan(*options):
    subprocess.run([probe.build_directory() / "landscape", "scan", "--x=-1:1:5", "--y=-1:1:5", *options], check=True)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("model", help="safetensors checkpoint")
    parser.add_argument("--data", default="synthetic", help="cifar10:DIR or synthetic (default)")
    parser.add_argument("--images", type=int, default=200, help="default %(default)s")
    parser.add_argument("--processes", type=int, default=2, help="default %(default)s")
    parser.add_argument("--tolerance", type=float, default=1e-5, help="default %(default)s")
    parser.add_argument("--serve", action="store_true", help=argparse.SUPPRESS)
    probe.add_option(parser)
    a = parser.parse_args()
    if a.serve:
        return serve(a)
    with tempfile.TemporaryDirectory() as directory:
        ours, theirs, directions = (pathlib.Path(directory) / name for name in ("a.h5", "b.h5", "d.h5"))
        scan("--model", a.model, "--data", a.data, "--split=test", "--images", str(a.images), "--precision=fp32",
             "--save-directions", directions, "-o", ours)
        command = shlex.join([sys.argv[0], a.model, "--data", a.data, "--images", str(a.images), "--probe", a.probe,
                              "--serve"])
        scan("--model", a.model, "--evaluator", command, "--threads", str(a.processes), "--directions", directions,
             "-o", theirs)
        found, wanted = surface_io.Surface(ours), surface_io.Surface(theirs)
    verdict = compare.Verdict()
    points = wanted.computed()
    verdict.require("all points were computed", len(points) == 25)
    verdict.check("losses", max(compare.relative_numbers(found.loss[p], wanted.loss[p]) for p in points), a.tolerance)
    verdict.require("accuracies, at most an image apart",
                    max(abs(found.accuracy[p] - wanted.accuracy[p]) for p in points) <= 100 / a.images + 1e-9)
    verdict.exit()


if __name__ == "__main__":
    main()
