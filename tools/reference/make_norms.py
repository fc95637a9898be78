#!/usr/bin/python3
"""Writes tests/fixtures/directions.json: random directions as the paper's own code normalises them.

The program draws the raw numbers (--norm none, seed 0) for the model that `probe make ARCH 1` writes;
net_plotter.py, run unchanged, does the rest. For every normalisation, both ways to treat biases and batch
norm, weights and states: [norm, dot product with signs] of some tensors and, as "all", of the whole
direction. Element i of a tensor has the sign of make_fixtures.sign_pattern(i)."""
import argparse
import importlib
import json
import os
import subprocess
import tempfile

import torch

import make_fixtures
import models
import paper_code
import probe
import surface_io

NORMS = ("filter", "layer", "weight", "dfilter", "dlayer", "none")
TENSORS = ("conv1.weight", "bn1.weight", "bn1.running_var", "layer2.0.shortcut.0.weight",
           "linear.weight", "linear.bias")


def raw_direction(a, path, directory):
    """The program's random numbers by tensor name; 0 where it draws none."""
    file = os.path.join(directory, "directions.h5")
    subprocess.run([a.landscape, "scan", "--model", path, "--data", "synthetic", "--images", "1",
                    "--x=0:0:1", "--norm", "none", "--dir-type", "states", "--save-directions", file,
                    "-o", os.path.join(directory, "curve.h5")], check=True, stderr=subprocess.DEVNULL)
    names = models.load(path)[0].state_dict().keys()
    return dict(zip(names, surface_io.directions(file)[0]))


def summary(tensors):
    """[norm, dot product with signs] of all of them together."""
    flat = [t.double().reshape(-1) for t in tensors]
    dots = sum((t @ make_fixtures.sign_pattern(t.numel())).item() for t in flat)
    return make_fixtures.rounded([torch.cat(flat).norm().item(), dots])


def case(plotter, network, raw, norm, ignore, states):
    """One combination of settings."""
    values = dict(network.state_dict() if states else network.named_parameters())
    direction = {name: raw[name].clone().to(value.dtype) for name, value in values.items()}
    normalise = (plotter.normalize_directions_for_states if states
                 else plotter.normalize_directions_for_weights)
    with torch.no_grad():
        normalise(list(direction.values()), values if states else list(values.values()), norm, ignore)
    found = {name: summary([direction[name]]) for name in TENSORS if name in direction}
    return {"norm": norm, "keep_biasbn": ignore != "biasbn", "states": states, **found,
            "all": summary(direction.values())}


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--paper", metavar="DIR", default=os.environ.get("PAPER"),
                        required="PAPER" not in os.environ,
                        help="the paper's code, unpacked (default $PAPER)")
    parser.add_argument("--landscape", metavar="FILE",
                        default=str(probe.build_directory() / "landscape"),
                        help="the program (default %(default)s)")
    parser.add_argument("--out", metavar="FILE",
                        default=str(probe.ROOT / "tests" / "fixtures" / "directions.json"),
                        help="default %(default)s")
    probe.add_option(parser)
    a = parser.parse_args()
    paper_code.prepare(a.paper)
    plotter = importlib.import_module("net_plotter")
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "model.safetensors")
        probe.make(a.probe, "resnet20", 1, path)
        network, arch = models.load(path)
        raw = raw_direction(a, path, directory)
    cases = [case(plotter, network, raw, norm, ignore, states) for norm in NORMS
             for ignore in ("biasbn", "none") for states in (False, True)]
    with open(a.out, "w", encoding="ascii") as file:
        lines = ",\n".join(json.dumps(c) for c in cases)
        file.write(f'{{"arch": "{arch}", "seed": 1, "cases": [\n{lines}\n]}}\n')


if __name__ == "__main__":
    main()
