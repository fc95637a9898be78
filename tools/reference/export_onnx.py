#!/usr/bin/python3
"""Writes a network with random weights as an ONNX file, for batches of any size: batch norm folded into
the convolutions, for the speed of ONNX Runtime, or as it is."""
import argparse

import torch

import models


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--arch", default="resnet56",
                        help="ours, torchvision:NAME or torchvision:segmentation.NAME; default %(default)s")
    parser.add_argument("--batchnorm", action="store_true", help="keep batch norm, to train the network")
    parser.add_argument("output", metavar="FILE.onnx")
    a = parser.parse_args()
    torch.manual_seed(0)
    side = 64 if models.data_of(a.arch) == "shapes" else 32
    torch.onnx.export(models.create(a.arch).eval(), torch.randn(1, 3, side, side), a.output,
                      input_names=["image"], output_names=["logits"],
                      do_constant_folding=not a.batchnorm,
                      training=getattr(torch.onnx.TrainingMode, "PRESERVE" if a.batchnorm else "EVAL"),
                      dynamic_axes={"image": {0: "batch"}, "logits": {0: "batch"}},
                      opset_version=14)


if __name__ == "__main__":
    main()
