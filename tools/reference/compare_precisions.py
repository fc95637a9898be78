#!/usr/bin/python3
"""Holds surfaces of one grid against the first of them: how far the losses of a lower precision are from
fp32's, relative to these. With --within, ends with 1 if one of them is further away at any point."""
import argparse
import sys

import numpy

import surface_io


def deviations(reference, path):
    """Relative deviation of the loss at every point of the reference."""
    other = surface_io.Surface(path)
    same = all(numpy.array_equal(a, b) for a, b in ((reference.x, other.x), (reference.y, other.y)))
    if not same or not numpy.array_equal(reference.computed(), other.computed()):
        sys.exit(f"{path} has other points")
    at = reference.computed()
    return numpy.abs(other.loss[at] - reference.loss[at]) / numpy.abs(reference.loss[at])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("reference", help="surface in fp32")
    parser.add_argument("surfaces", nargs="+", help="surfaces in other precisions")
    parser.add_argument("--within", type=float, metavar="X", help="relative deviation allowed at every point")
    a = parser.parse_args()
    reference = surface_io.Surface(a.reference)
    points = reference.computed()
    if not points.size:
        sys.exit(f"{a.reference} has no points yet")
    all_within = True
    print(f"{'':32}{'median':>10}{'90 %':>10}{'worst':>10}   at loss")
    for path in a.surfaces:
        found = deviations(reference, path)
        at = points[numpy.argmax(found)]
        if a.within is not None:
            all_within = all_within and bool(numpy.all(found <= a.within))  # false for what is no number
        print(f"{path:32}{numpy.median(found):10.1e}{numpy.quantile(found, 0.9):10.1e}"
              f"{found.max():10.1e}   {reference.loss[at]:.4g} {reference.steps(at)}")
    return int(not all_within)


if __name__ == "__main__":
    sys.exit(main())
