#!/usr/bin/python3
"""Compares the program's logits of a checkpoint with PyTorch's.

The checkpoint must fit the network tensor for tensor; with --paper, it must also fit the class of the
paper's own code, whose logits are compared too. Exit status 0 if everything is within tolerance."""
import argparse

import torch

import compare
import images
import models
import paper_code
import probe


def logits(network, pixels):
    """[count, classes] in inference mode, in the network's precision, as doubles; of a segmentation,
    pixel after pixel."""
    dtype = next(network.parameters()).dtype
    with torch.no_grad():
        found = torch.cat([network(part.to(dtype)).double() for part in pixels.split(100)])
    return found.movedim(1, -1).flatten(1)


def worst_image(found, wanted):
    """(error, number) of the image whose logits are furthest off. The error is relative to how much
    logits differ between images (root mean square), so that a large common bias hides nothing."""
    spread = (wanted - wanted.mean(dim=0)).norm(dim=1).square().mean().sqrt()
    errors = (found.double() - wanted).norm(dim=1) / spread
    errors = errors.nan_to_num(nan=float("inf"))
    return errors.max().item(), errors.argmax().item()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("model", help="safetensors checkpoint")
    parser.add_argument("--data", default="synthetic", help="cifar10:DIR or synthetic (default)")
    parser.add_argument("--images", type=int, default=200, metavar="N", help="default %(default)s")
    parser.add_argument("--arch", help="of a checkpoint that does not name its architecture")
    parser.add_argument("--paper", metavar="DIR", help="the paper's code, unpacked")
    parser.add_argument("--tolerance", type=float, default=1e-4, help="default %(default)s")
    parser.add_argument("--threads", type=int, default=2, help="default %(default)s")
    probe.add_option(parser)
    a = parser.parse_args()
    torch.set_num_threads(a.threads)
    verdict = compare.Verdict()

    network, arch = models.load(a.model, a.arch)
    verdict.require(f"{a.model}: every tensor fits {arch}", True)
    pixels, labels = images.load(a.data, a.images, a.probe)
    their_pixels, their_labels = probe.images(a.probe, a.data, a.images)
    verdict.check("images", compare.relative(their_pixels, pixels), 1e-6)
    verdict.require("labels are the same", torch.equal(labels, their_labels))

    found = probe.logits(a.probe, a.model, a.data, a.images)
    verdict.require(f"logits of {a.images} images", len(found) == a.images)
    wanted = logits(network, pixels)
    exact = logits(models.in_double(network), pixels)
    error, image = worst_image(found, wanted)
    verdict.check(f"logits, worst at image {image}", error, a.tolerance)
    largest = (found.double() - wanted).abs().max().item() / wanted.abs().max().item()
    verdict.check("logits, relative to the largest", largest, 1e-5)
    verdict.inform("logits, from PyTorch in double", worst_image(found, exact)[0])
    verdict.inform("PyTorch's own, float from double", worst_image(wanted, exact)[0])
    same = (found.argmax(1) == wanted.argmax(1)).sum().item()
    print(f"     the same class for {same} of {a.images} images")
    if a.paper and paper_code.has(a.paper, arch):
        theirs = paper_code.network(a.paper, arch)
        theirs.load_state_dict(network.state_dict(), strict=True)
        error, image = worst_image(found, logits(theirs.eval(), pixels))
        verdict.check(f"logits of the paper's class, worst at image {image}", error, a.tolerance)
    verdict.exit()


if __name__ == "__main__":
    main()
