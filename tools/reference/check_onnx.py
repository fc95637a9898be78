#!/usr/bin/python3
"""Compares the program's logits and gradients of networks in ONNX files with PyTorch's, which exported
them.

Each architecture, and a small network of all operations that the program knows, is exported with batch
norm folded into the convolutions, with batch norm as it is, and for batches of any size. Exit status 0
if everything is within tolerance."""
import argparse
import os
import tempfile

import torch

import check_model
import compare
import images
import models
import probe

GRADIENT_TOLERANCE = 1e-4
WAYS = {
    "folded": {},
    "with batch norm": {"training": torch.onnx.TrainingMode.PRESERVE, "do_constant_folding": False},
    "any batch": {"input_names": ["image"], "dynamic_axes": {"image": {0: "batch"}}},
}


class Mixed(torch.nn.Module):
    """Paddings, kernels and biases that the networks of the article do not have."""

    def __init__(self):
        super().__init__()
        nn = torch.nn
        self.conv1, self.bn1 = nn.Conv2d(3, 8, 5, padding=2), nn.BatchNorm2d(8, eps=1e-3)
        self.conv2, self.bn2 = nn.Conv2d(8, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8)
        self.conv3 = nn.Conv2d(16, 12, 3)
        self.down, self.up = nn.Conv2d(12, 10, 2, stride=2), nn.ConvTranspose2d(10, 6, 2, stride=2)
        self.narrow = nn.Conv2d(18, 7, 1)
        self.linear1, self.linear2 = nn.Linear(7 * 7 * 7, 20), nn.Linear(20, 10)
        self.drop = nn.Dropout(0)  # the program passes dropout over

    def forward(self, x):
        f = torch.nn.functional
        x = f.max_pool2d(torch.relu(self.bn1(self.conv1(x))), 3, stride=2, padding=1)
        y = torch.relu(self.bn2(self.conv2(x)) + x)
        x = torch.sigmoid(self.conv3(torch.cat([x, y], 1)))
        x = self.narrow(torch.cat([x, self.up(self.down(x))], 1))
        x = f.avg_pool2d(x, 2)
        x = x.reshape(x.size(0), -1)
        return self.linear2(self.drop(torch.relu(self.linear1(x))))


class Small(torch.nn.Module):
    """Ends in a mean over all pixels, written in one of three ways, or in one of all channels twice."""

    def __init__(self, way):
        super().__init__()
        self.way = way
        self.conv = torch.nn.Conv2d(3, 5 if way == "twice" else 9, 3, stride=2, padding=1)
        self.linear = torch.nn.Linear(9, 10, bias=False)

    def forward(self, x):
        x = torch.relu(self.conv(x))
        if self.way == "twice":
            return torch.cat([x, x], 1).mean([2, 3])
        if self.way == "mean":
            return self.linear(x.mean([2, 3]))
        x = torch.nn.functional.adaptive_avg_pool2d(x, 1)
        return self.linear(torch.flatten(x, 1) if self.way == "flatten" else x.view(x.size(0), -1))


def own_networks():
    """(name, network) of those of this file."""
    torch.manual_seed(3)
    mixed = Mixed()
    for norm in (mixed.bn1, mixed.bn2):
        for values in (norm.running_mean, norm.weight.data, norm.bias.data):
            values.normal_(0.3, 0.5)
        norm.running_var.uniform_(0.5, 2)
    yield "all operations", mixed
    for way in ("mean", "flatten", "view", "twice"):
        yield f"small, {way}", Small(way)


def networks(archs, path):
    for arch in archs:
        probe.make(path[0], arch, 7, path[1])
        yield arch, models.load(path[1])[0]
    yield from own_networks()


def gradient_error(network, program, path, data, count=8):
    """How far the gradient of a batch, all tensors together, is from PyTorch's."""
    found, _ = probe.gradient(program, path, data, count)
    pixels, labels = images.load(data, count, program)
    network.train()
    network.zero_grad()
    torch.nn.functional.cross_entropy(network(pixels), labels).backward()
    network.eval()
    wanted = {name: p.grad for name, p in network.named_parameters() if p.grad is not None}
    return compare.relative(torch.cat([found[name].flatten() for name in wanted]),
                            torch.cat([gradient.flatten() for gradient in wanted.values()]))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("archs", nargs="*", default=["resnet20", "resnet20-noshort", "vgg9",
                                                     "densenet-bc-40-12", "resnet50", "unet"])
    parser.add_argument("--images", type=int, default=20, metavar="N", help="default %(default)s")
    parser.add_argument("--tolerance", type=float, default=1e-4, help="default %(default)s")
    probe.add_option(parser)
    a = parser.parse_args()
    verdict = compare.Verdict()
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "network.onnx")
        made = os.path.join(directory, "made.safetensors")
        for name, network in networks(a.archs, (a.probe, made)):
            network.eval()
            data = "shapes" if name.startswith("unet") else "synthetic"
            pixels, _ = images.load(data, a.images, a.probe)
            wanted = check_model.logits(network, pixels)
            for way, options in WAYS.items():
                torch.onnx.export(network, pixels[:1], path, opset_version=13, **options)
                found = probe.logits(a.probe, path, data, a.images)
                verdict.check(f"{name}, {way}", check_model.worst_image(found, wanted)[0],
                              a.tolerance)
            if name not in a.archs:
                torch.onnx.export(network, pixels[:1], path, opset_version=13,
                                  **WAYS["with batch norm"])
                verdict.check(f"{name}, gradient", gradient_error(network, a.probe, path, data),
                              GRADIENT_TOLERANCE)
    verdict.exit()


if __name__ == "__main__":
    main()
