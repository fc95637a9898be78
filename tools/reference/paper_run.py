#!/usr/bin/python3
"""Runs one script of the paper's code, unchanged, on our images.

usage: paper_run.py --paper DIR --data SPEC --images N plot_surface.py [its arguments]

What the script misses on today's Python is supplied from outside: images in place of torchvision's
download, whole numbers for numpy.linspace, no worker processes for loading, a plot without a screen."""
import argparse
import os
import runpy
import sys

import numpy
import torch
import torchvision

import images
import paper_code
import probe


class Images(torch.utils.data.Dataset):
    """Takes the place of torchvision.datasets.CIFAR10 and has the images chosen beforehand, whichever
    split is asked for."""

    pixels = labels = None  # bytes [n, 3, 32, 32], or floats as the network is to see them

    def __init__(self, root=None, train=True, transform=None, **_):
        del root, train
        self.items = []
        if transform is None:
            return
        for pixels, label in zip(self.pixels, self.labels):
            if pixels.dtype == numpy.uint8:
                pixels = transform(numpy.ascontiguousarray(pixels.transpose(1, 2, 0)))
            self.items.append((pixels, int(label)))

    def __len__(self):
        return len(self.items)

    def __getitem__(self, index):
        return self.items[index]


def choose_images(spec, count, program, split):
    """CIFAR-10 goes through the paper's own transforms; other images are normalised already."""
    if spec.startswith("cifar10:"):
        Images.pixels, Images.labels = images.cifar10_bytes(spec.removeprefix("cifar10:"), split, count)
    else:
        Images.pixels, Images.labels = images.load(spec, count, program, split)
        Images.pixels = Images.pixels.unbind()


def supply():
    """Replaces what has changed since the code was written."""
    linspace, loader = numpy.linspace, torch.utils.data.DataLoader
    numpy.linspace = lambda start, stop, num=50, **rest: linspace(start, stop, int(num), **rest)
    torchvision.datasets.CIFAR10 = Images

    class Loader(loader):
        def __init__(self, *arguments, **named):
            super().__init__(*arguments, **{**named, "num_workers": 0, "pin_memory": False})

    torch.utils.data.DataLoader = Loader


def supply_plotting():
    """A backend without a screen, and axes that join their figure as they did in 2018."""
    import matplotlib
    matplotlib.use("Agg")
    from matplotlib.figure import Figure
    from mpl_toolkits.mplot3d import Axes3D
    colorbar, make = Figure.colorbar, Axes3D.__init__

    def joined(self, figure, *arguments, **named):
        make(self, figure, *arguments, **{**named, "auto_add_to_figure": False})
        figure.add_axes(self)

    def placed(self, mappable, cax=None, ax=None, **named):
        return colorbar(self, mappable, cax, mappable.axes if ax is None else ax, **named)

    Axes3D.__init__, Figure.colorbar = joined, placed


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--paper", metavar="DIR", required=True, help="the paper's code, unpacked")
    parser.add_argument("--data", help="cifar10:DIR or synthetic, for scripts that evaluate")
    parser.add_argument("--images", type=int, default=0, metavar="N", help="only the first N")
    parser.add_argument("--split", choices=("train", "test"), default="train")
    parser.add_argument("--threads", type=int, default=2, help="default %(default)s")
    probe.add_option(parser)
    parser.add_argument("script", help="plot_surface.py, plot_2D.py, h52vtp.py, ...")
    parser.add_argument("arguments", nargs=argparse.REMAINDER)
    a = parser.parse_args()
    torch.set_num_threads(a.threads)
    paper_code.prepare(a.paper)
    supply()
    supply_plotting()
    if a.data:
        choose_images(a.data, a.images, a.probe, a.split)
        paper_code.add_missing_models()
    path = os.path.join(os.path.abspath(a.paper), a.script)
    sys.argv = [path, *a.arguments]
    runpy.run_path(path, run_name="__main__")


if __name__ == "__main__":
    main()
