#!/usr/bin/python3
"""The networks in PyTorch, with the module names that the checkpoints' tensors have.

Run as a program, it prints every architecture with its number of parameters; with --paper it compares
each with the class of the paper's code: tensor names, shapes and logits.
"""
import argparse
import copy

import torch
from torch import nn
from torch.nn import functional as F

import compare
import safetensors_io


def convolution(inputs, outputs, size, stride=1):
    """A convolution without bias whose output is as large as its input, divided by the stride."""
    return nn.Conv2d(inputs, outputs, size, stride, padding=size // 2, bias=False)


class BasicBlock(nn.Module):
    """Two 3x3 convolutions, with the block's input added to their result if `shortcut`."""

    def __init__(self, inputs, outputs, stride, shortcut):
        super().__init__()
        self.conv1 = convolution(inputs, outputs, 3, stride)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = convolution(outputs, outputs, 3)
        self.bn2 = nn.BatchNorm2d(outputs)
        self.shortcut = None
        if shortcut and (inputs != outputs or stride != 1):
            self.shortcut = nn.Sequential(convolution(inputs, outputs, 1, stride),
                                          nn.BatchNorm2d(outputs))
        elif shortcut:
            self.shortcut = nn.Identity()

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        y = self.bn2(self.conv2(y))
        if self.shortcut is not None:
            y = y + self.shortcut(x)
        return F.relu(y)


class CifarResNet(nn.Module):
    """He et al. 2016, section 4.2, with projections where the width changes."""

    def __init__(self, depth, shortcut=True, classes=10):
        super().__init__()
        blocks = (depth - 2) // 6
        self.conv1 = convolution(3, 16, 3)
        self.bn1 = nn.BatchNorm2d(16)
        self.layer1 = self._stage(16, 16, 1, blocks, shortcut)
        self.layer2 = self._stage(16, 32, 2, blocks, shortcut)
        self.layer3 = self._stage(32, 64, 2, blocks, shortcut)
        self.linear = nn.Linear(64, classes)

    @staticmethod
    def _stage(inputs, outputs, stride, blocks, shortcut):
        first = BasicBlock(inputs, outputs, stride, shortcut)
        rest = [BasicBlock(outputs, outputs, 1, shortcut) for _ in range(blocks - 1)]
        return nn.Sequential(first, *rest)

    def forward(self, x):
        y = F.relu(self.bn1(self.conv1(x)))
        y = self.layer3(self.layer2(self.layer1(y)))
        return self.linear(F.avg_pool2d(y, 8).flatten(1))


# Makes the network of each architecture.
ARCHITECTURES = {
    f"resnet{depth}{suffix}": lambda depth=depth, shortcut=not suffix: CifarResNet(depth, shortcut)
    for depth in (20, 32, 44, 56, 110) for suffix in ("", "-noshort")
}

# How many parameters each has, where that is published or agreed.
PARAMETERS = {
    "resnet20": 272474, "resnet20-noshort": 269722, "resnet56": 855770, "resnet56-noshort": 853018,
    "resnet110": 1730714, "resnet110-noshort": 1727962,
}


def create(arch):
    """A new network of the architecture, PyTorch's own initial values in it."""
    if arch not in ARCHITECTURES:
        raise SystemExit(f"no architecture is called '{arch}'; known: {', '.join(ARCHITECTURES)}")
    return ARCHITECTURES[arch]()


def load(path, arch=None):
    """(network in inference mode with the checkpoint's values, its architecture).

    Every tensor of the checkpoint must belong to the network and the other way round."""
    tensors, metadata = safetensors_io.load(path)
    arch = arch or metadata.get("arch")
    if not arch:
        raise SystemExit(f"{path}: names no architecture; give --arch")
    network = create(arch)
    network.load_state_dict(tensors, strict=True)
    return network.eval(), arch


def in_double(network):
    """A copy of the network that computes in double precision."""
    return copy.deepcopy(network).double()


def randomise(network, seed):
    """Gives a network weights of the paper's recipe and batch norms that do something."""
    generator = torch.Generator().manual_seed(seed)
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight)
        elif isinstance(module, nn.BatchNorm2d):
            for tensor, low, high in ((module.weight, 0.5, 1.5), (module.bias, -0.2, 0.2),
                                      (module.running_mean, -0.2, 0.2),
                                      (module.running_var, 0.5, 1.5)):
                tensor.data.uniform_(low, high, generator=generator)
        elif isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, std=0.1)
    return network


def check_against_paper(paper, arch, verdict):
    """Compares our class with the paper's: names and order of tensors, shapes, logits."""
    import paper_code
    ours = randomise(create(arch), 1).eval()
    theirs = paper_code.network(paper, arch).eval()
    shapes = [[(name, tuple(tensor.shape)) for name, tensor in network.state_dict().items()]
              for network in (ours, theirs)]
    verdict.require(f"{arch}: names and shapes of {len(shapes[0])} tensors", shapes[0] == shapes[1])
    theirs.load_state_dict(ours.state_dict(), strict=True)
    images = torch.randn(4, 3, 32, 32, generator=torch.Generator().manual_seed(2))
    for mode in ("inference", "training"):
        ours.train(mode == "training")
        theirs.train(mode == "training")
        with torch.no_grad():
            error = compare.relative(ours(images), theirs(images))
        verdict.check(f"{arch}: {mode} logits", error, 1e-6)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--paper", metavar="DIR", help="compare with the paper's code unpacked there")
    arguments = parser.parse_args()
    torch.manual_seed(0)
    torch.set_num_threads(1)
    verdict = compare.Verdict()
    for arch in ARCHITECTURES:
        count = sum(p.numel() for p in create(arch).parameters())
        wanted = PARAMETERS.get(arch, count)
        verdict.require(f"{arch}: {count:,} parameters", count == wanted)
        if arguments.paper:
            check_against_paper(arguments.paper, arch, verdict)
    verdict.exit()


if __name__ == "__main__":
    main()
