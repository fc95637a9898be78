#!/usr/bin/python3
"""Holds surfaces of one grid against the first of them: how far the losses of a lower precision are from
fp32's, relative to these. With --within, ends with 1 if one of them is further away at any point."""
import argparse
import sys

import numpy

import surface_io


def deviations(reference, path):
    """Relative deviation of every point's loss."""
    other = surface_io.Surface(path)
    if other.loss.shape != reference.loss.shape or not numpy.array_equal(other.x, reference.x):
        sys.exit(f"{path} has another grid")
    return numpy.abs(other.loss - reference.loss) / numpy.abs(reference.loss)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("reference", help="surface in fp32")
    parser.add_argument("surfaces", nargs="+", help="surfaces in other precisions")
    parser.add_argument("--within", type=float, help="relative deviation allowed at every point")
    a = parser.parse_args()
    reference = surface_io.Surface(a.reference)
    points = reference.computed()
    worst = 0
    print(f"{'':32}{'median':>10}{'90 %':>10}{'worst':>10}   at loss")
    for path in a.surfaces:
        found = deviations(reference, path)[points]
        at = points[numpy.argmax(found)]
        worst = max(worst, found.max())
        print(f"{path:32}{numpy.median(found):10.1e}{numpy.quantile(found, 0.9):10.1e}"
              f"{found.max():10.1e}   {reference.loss[at]:.4g} {reference.steps(at)}")
    return int(a.within is not None and not worst <= a.within)


if __name__ == "__main__":
    sys.exit(main())
