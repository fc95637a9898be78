#!/usr/bin/python3
"""The networks in PyTorch, with the module names that the checkpoints' tensors have.

Run as a program, it prints every architecture with its number of parameters; with --paper it compares
each that the paper's code has with its class there: tensor names, shapes and logits.
"""
import argparse
import copy
import re

import torch
from torch import nn

import compare
import densenets
import highways
import paper_code
import resnets
import safetensors_io
import unets
import vggs

FAMILIES = (resnets, vggs, densenets, highways, unets)

# Makes the network of each architecture, by name.
ARCHITECTURES = {name: make for family in FAMILIES for name, make in family.ARCHITECTURES.items()}

# How many parameters each has, where that is published or agreed.
PARAMETERS = {name: count for family in FAMILIES for name, count in family.PARAMETERS.items()}

TORCHVISION = "torchvision:"  # in front of the name of one of its networks, for ten classes
LABELLING = "segmentation."  # behind that, of one that labels pixels, for the synthetic shapes' five


class Labels(nn.Module):
    """A network that labels pixels, and nothing else that it puts out."""

    def __init__(self, network):
        super().__init__()
        self.network = network

    def forward(self, x):
        return self.network(x)["out"]


def data_of(arch):
    """The synthetic images that a network is for."""
    return "shapes" if arch.startswith(("unet", TORCHVISION + LABELLING)) else "synthetic"


def create(arch):
    """A new network of the architecture, PyTorch's own initial values in it."""
    if arch.startswith(TORCHVISION):
        import torchvision  # which nothing else needs
        name = arch.removeprefix(TORCHVISION)
        if name.startswith(LABELLING):
            make = getattr(torchvision.models.segmentation, name.removeprefix(LABELLING))
            return Labels(make(weights=None, weights_backbone=None, num_classes=5))
        size = {"image_size": 32} if name.startswith("vit") else {}  # the others take any
        return getattr(torchvision.models, name)(num_classes=10, **size)
    said = re.fullmatch(r"([^@:]*)(?:@(\d+x\d+x\d+))?(?::(\d+))?", arch)
    name, extent, classes = said.groups() if said else (arch, None, None)
    if name not in ARCHITECTURES:
        raise SystemExit(f"no architecture is called '{name}'; known: {', '.join(ARCHITECTURES)}")
    network = ARCHITECTURES[name]()
    if extent:
        take_images(network, *map(int, extent.split("x")))
    if classes:
        replace(network, list(network.named_modules())[-1][0], int(classes))
    return network


def replace(network, name, outputs=None, inputs=None):
    """Another convolution or linear layer in the place of a network's."""
    old = network.get_submodule(name)
    if isinstance(old, nn.Linear):
        new = nn.Linear(inputs or old.in_features, outputs or old.out_features)
    else:
        new = nn.Conv2d(inputs or old.in_channels, outputs or old.out_channels, old.kernel_size, old.stride,
                        old.padding, bias=old.bias is not None)
    parent, _, last = name.rpartition(".")
    setattr(network.get_submodule(parent), last, new)


def take_images(network, height, width, channels):
    """Makes the network one for such images. All but VGG's first linear layer take any extent."""
    for name, module in list(network.named_modules()):
        if isinstance(module, nn.Conv2d) and module.in_channels == 3:
            replace(network, name, inputs=channels)
    if isinstance(network, vggs.VGG):
        features = network.features.eval()(torch.zeros(1, channels, height, width)).numel()
        replace(network, "fc.0", inputs=features)
        network.train()


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
        elif isinstance(module, (nn.BatchNorm2d, nn.BatchNorm1d)):
            for tensor, low, high in ((module.weight, 0.5, 1.5), (module.bias, -0.2, 0.2),
                                      (module.running_mean, -0.2, 0.2),
                                      (module.running_var, 0.5, 1.5)):
                tensor.data.uniform_(low, high, generator=generator)
        elif isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, std=0.1)
    return network


def check_against_paper(paper, arch, verdict):
    """Compares our class with the paper's: names and order of tensors, shapes, logits."""
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
        if arguments.paper and paper_code.has(arguments.paper, arch):
            check_against_paper(arguments.paper, arch, verdict)
    verdict.exit()


if __name__ == "__main__":
    main()
