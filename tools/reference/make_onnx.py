#!/usr/bin/python3
"""Writes tests/fixtures/onnx: the networks of onnx_networks.py in the ways check_onnx.py exports them, and onnx.json,
PyTorch's logits of the first synthetic training images."""
import argparse
import json
import os

import check_model
import check_onnx
import make_fixtures
import onnx_networks
import probe

COUNT = 3


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", metavar="DIR", default=str(probe.ROOT / "tests" / "fixtures" / "onnx"),
                        help="default %(default)s")
    probe.add_option(parser)
    a = parser.parse_args()
    pixels, _ = probe.images(a.probe, "synthetic", COUNT)
    os.makedirs(a.out, exist_ok=True)
    lines = []
    for name, network in onnx_networks.all_of():
        network.eval()
        stem = name.replace(", ", "-").replace(" ", "-")
        wanted = check_model.logits(network, pixels)
        lines.append(f'"{stem}": {json.dumps(make_fixtures.rounded(wanted.flatten().tolist()))}')
        for way in check_onnx.WAYS:
            check_onnx.export(network, pixels, os.path.join(a.out, f"{stem}-{way.replace(' ', '-')}.onnx"), way)
    with open(os.path.join(a.out, "onnx.json"), "w", encoding="ascii") as file:
        file.write("{" + ",\n".join(lines) + "}\n")


if __name__ == "__main__":
    main()
