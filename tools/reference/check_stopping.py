#!/usr/bin/python3
"""Are standard errors honest where `scan --relative-error` ends a point's images early?

PyTorch computes the losses of all images at points of a surface. Draws of images from them, in blocks of
256 until the rule of src/landscape/point_sums.c ends them, give many losses with standard errors, which
are held against the loss of all images: 95 % of them should be within 1.96 of their errors. Exit status 0
if 92 % are, everywhere."""
import argparse

import numpy
import torch
from torch.nn import functional as F

import check_surface
import compare
import images
import models
import surface_io

BLOCK = 256
WITHIN = 1.96  # errors: of a normal distribution 95 %
UNDECIDED = numpy.log(10)  # the loss of an image of which a network can tell nothing
LEAST = 92.0  # percent that must be: a few blocks of losses with a long tail fall short of 95, by 1 or 2


def image_losses(network, pixels, labels):
    """The cross-entropy of every image, in double."""
    with torch.no_grad():
        parts = [F.cross_entropy(network(p), t, reduction="none")
                 for p, t in zip(pixels.split(500), labels.split(500))]
    return torch.cat(parts).double().numpy()


def ended(losses, relative_error):
    """(loss, its standard error, images) of the first blocks of losses[images] that are enough."""
    count = numpy.append(numpy.arange(BLOCK, len(losses), BLOCK), len(losses))
    sums, squares = numpy.cumsum(losses)[count - 1], numpy.cumsum(losses ** 2)[count - 1]
    mean = sums / count
    error = numpy.sqrt(numpy.maximum(squares - sums ** 2 / count, 0) / (count - 1) / count)
    allowed = relative_error * mean
    enough = numpy.flatnonzero((mean > 0) & (error <= allowed) & (3 * UNDECIDED <= allowed * count))
    last = enough[0] if len(enough) else -1
    return mean[last], error[last], count[last]


def judge(losses, relative_error, draws, random):
    """(percent of the draws that are within their error of the loss of all, mean number of images)."""
    found = [ended(losses[random.integers(0, len(losses), len(losses))], relative_error) for _ in range(draws)]
    mean, error, count = numpy.array(found).T
    return 100 * numpy.mean(abs(mean - losses.mean()) <= WITHIN * error), count.mean()


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("surface", help="HDF5 file with a surface of any images")
    parser.add_argument("directions", help="HDF5 file with its directions")
    parser.add_argument("model", help="safetensors checkpoint")
    parser.add_argument("data", help="cifar10:DIR or synthetic")
    parser.add_argument("--images", type=int, default=10000, help="in all (default: 10000)")
    parser.add_argument("--points", type=int, default=5, help="of the surface (default: 5)")
    parser.add_argument("--draws", type=int, default=1000, help="at each (default: 1000)")
    parser.add_argument("--relative-errors", type=float, nargs="+", default=[0.1, 0.05, 0.03])
    parser.add_argument("--probe", default="build/probe", help="tools/probe.c, for synthetic images")
    a = parser.parse_args()
    surface, directions = surface_io.Surface(a.surface), surface_io.directions(a.directions)
    network, _ = models.load(a.model)
    pixels, labels = images.load(a.data, a.images, a.probe)
    random, verdict = numpy.random.default_rng(0), compare.Verdict()
    for point in check_surface.choose(surface, a.points):
        losses = image_losses(check_surface.moved(network, directions, surface.steps(point)), pixels, labels)
        for relative_error in a.relative_errors:
            percent, count = judge(losses, relative_error, a.draws, random)
            verdict.require(f"loss {losses.mean():.3g}, to {relative_error:g} of it: {count:.0f} images, "
                            f"{percent:.1f} % within {WITHIN} errors", percent >= LEAST)
    verdict.exit()


if __name__ == "__main__":
    main()
