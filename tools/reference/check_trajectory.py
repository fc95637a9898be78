#!/usr/bin/python3
"""Holds the directions and the trajectory of `landscape scan --trajectory` against NumPy.

    landscape scan --model M --trajectory A B C --save-directions D.h5 -o S.h5
    check_trajectory.py S.h5 D.h5 M A B C [--paper DIR]

The checkpoints' differences from the model are decomposed by NumPy, in double precision; with --paper, by
the PCA of python3-sklearn and projected by the paper's own project_2D. A component may have either sign."""
import argparse
import importlib
import sys

import h5py
import numpy as np
import torch

import models
import paper_code
import surface_io


def parameters(path, arch):
    """The weights of a checkpoint as one vector."""
    network, _ = models.load(path, arch)
    return np.concatenate([p.detach().double().numpy().ravel() for p in network.parameters()])


def components(steps):
    """Unit vectors and parts of the variance of the first two principal components."""
    _, singular, rows = np.linalg.svd(steps - steps.mean(axis=0), full_matrices=False)
    return rows[:2], singular[:2] ** 2 / (singular ** 2).sum()


def papers(steps, directory):
    """The same, and the coordinates, with what the paper's code uses."""
    paper_code.prepare(directory)
    projection = importlib.import_module("projection")
    pca = projection.PCA(n_components=2)
    pca.fit(steps)
    x, y = (torch.tensor(c) for c in pca.components_)
    where = [projection.project_2D(torch.tensor(step), x, y, "cos") for step in steps]
    return pca.components_, pca.explained_variance_ratio_, np.array(where)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("surface")
    parser.add_argument("directions")
    parser.add_argument("model")
    parser.add_argument("checkpoints", nargs="+")
    parser.add_argument("--paper", metavar="DIR", help="the paper's code, unpacked")
    parser.add_argument("--tolerance", type=float, default=1e-5, help="default %(default)s")
    a = parser.parse_args()
    arch = models.load(a.model)[1]
    end = parameters(a.model, arch)
    steps = np.array([parameters(path, arch) - end for path in a.checkpoints])
    if np.abs(steps).max(axis=1).min() > 0:  # the model is not among them
        steps = np.vstack([steps, np.zeros_like(end)])
    if a.paper:
        wanted, parts, where = papers(steps, a.paper)
    else:
        wanted, parts = components(steps)
        where = steps @ wanted.T
    ours = [np.concatenate([np.asarray(t).ravel() for t in axis]) for axis in
            surface_io.directions(a.directions)]
    with h5py.File(a.surface) as file:
        found = np.array([file["proj_xcoord"][()], file["proj_ycoord"][()]]).T
        explained = file["explained_variance_ratio_"][()]
    signs = np.sign([axis @ unit for axis, unit in zip(ours, wanted)])
    size = np.abs(where).max()
    errors = {
        "directions": max(np.linalg.norm(s * axis - unit)
                          for s, axis, unit in zip(signs, ours, wanted)),
        "coordinates": np.abs(found - where * signs).max() / size,
        "explained": np.abs(explained - parts).max(),
    }
    for name, error in errors.items():
        print(f"{name:12} {error:.2e}")
    print(f"{len(steps)} checkpoints, {100 * parts[0]:.2f} % + {100 * parts[1]:.2f} % of the variance")
    sys.exit(int(max(errors.values()) > a.tolerance))


if __name__ == "__main__":
    main()
