#!/usr/bin/python3
"""Saves a checkpoint with torch.save in every form that is read, and has `landscape eval` compare.

Loss and accuracy must be the same to the last digit as those of the safetensors file.
"""
import argparse
import collections
import os
import subprocess
import tempfile

import torch

import compare
import safetensors_io


def evaluate(program, path, arch, images):
    line = [program, "eval", "--model", path, "--arch", arch, "--images", str(images)]
    return subprocess.run(line, capture_output=True, text=True, check=False)


def forms(tensors):
    """(name, what to save, options of torch.save) of every form."""
    parallel = collections.OrderedDict(("module." + name, t) for name, t in tensors.items())
    turned = collections.OrderedDict(
        (name, t.contiguous(memory_format=torch.channels_last) if t.dim() == 4 else t)
        for name, t in tensors.items())
    old = {"_use_new_zipfile_serialization": False}
    yield "plain.pth", tensors, {}
    yield "state_dict.pt", {"epoch": 1, "acc": torch.tensor(90.0), "state_dict": parallel}, {}
    yield "model.pth", {"model": tensors, "epoch": 1}, {}
    yield "net.t7", {"net": parallel, "acc": 90.0, "epoch": 1}, {}
    yield "double.pth", collections.OrderedDict(
        (name, t.double() if t.is_floating_point() else t) for name, t in tensors.items()), {}
    yield "channels-last.pth", turned, {}
    yield "legacy.pth", tensors, old
    yield "legacy.t7", {"state_dict": parallel, "epoch": 1}, old


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("model", help="a checkpoint of ours")
    parser.add_argument("--landscape", default="build/landscape", help="default %(default)s")
    parser.add_argument("--images", type=int, default=64, help="default %(default)s")
    a = parser.parse_args()
    verdict = compare.Verdict()
    tensors, metadata = safetensors_io.load(a.model)
    tensors = collections.OrderedDict(tensors)
    wanted = evaluate(a.landscape, a.model, metadata["arch"], a.images).stdout
    verdict.require(f"{a.model}: {wanted.strip()}", wanted.startswith("loss"))
    with tempfile.TemporaryDirectory() as directory:
        for name, content, options in forms(tensors):
            path = os.path.join(directory, name)
            torch.save(content, path, **options)
            found = evaluate(a.landscape, path, metadata["arch"], a.images)
            verdict.require(f"{name} {found.stderr.strip() if found.returncode else ''}",
                            found.stdout == wanted)
    verdict.exit()


if __name__ == "__main__":
    main()
