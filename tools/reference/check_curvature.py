#!/usr/bin/python3
"""Compares products of the Hessian with a vector with PyTorch's.

The Hessian is that of the mean cross-entropy of the first images by the weights, tensors of two and more
dimensions, in inference mode, as in the paper's code; the vector is the weights of another checkpoint.
Where ReLU is given nearly 0, rounding decides what it lets pass, in PyTorch as well. So what counts is the
nearer of PyTorch's products in float and in double, for the best of several batches; all must be within a
loose tolerance.

With --eigenvalues N, the largest and the smallest eigenvalue over the first N images, too, as `landscape
hessian` finds them, against those that SciPy finds by PyTorch's products (it takes minutes).

Exit status 0 if all is as it must be."""
import argparse
import re
import subprocess

import numpy
import scipy.sparse.linalg
import torch
from torch.nn import functional as F

import compare
import images
import models
import probe
import safetensors_io

LOOSE = 1e-2  # what a ReLU that decides otherwise may do


def weights(network):
    """The parameters that the Hessian is of, by name."""
    return {name: p for name, p in network.named_parameters() if p.dim() > 1}


def product(network, pixels, labels, vector):
    """({parameter name: the Hessian times vector}, mean loss), in the network's precision."""
    network.eval()
    parameters = weights(network)
    dtype = next(network.parameters()).dtype
    loss = F.cross_entropy(network(pixels.to(dtype)), labels)
    gradient = torch.autograd.grad(loss, list(parameters.values()), create_graph=True)
    along = sum((g * vector[name].to(dtype)).sum() for g, name in zip(gradient, parameters))
    return dict(zip(parameters, torch.autograd.grad(along, list(parameters.values())))), loss.item()


def distance(found, wanted):
    """||found - wanted|| / ||wanted|| over all tensors that `wanted` names."""
    return compare.relative(torch.cat([found[name].double().reshape(-1) for name in wanted]),
                            torch.cat([wanted[name].double().reshape(-1) for name in wanted]))


def extremes(network, pixels, labels):
    """[largest, smallest] eigenvalue by SciPy's method of Lanczos."""
    parameters = weights(network)
    sizes = [p.numel() for p in parameters.values()]

    def multiply(vector):
        parts = torch.from_numpy(vector.astype(numpy.float32).reshape(-1)).split(sizes)
        along = {name: part.view_as(p) for (name, p), part in zip(parameters.items(), parts)}
        products, _ = product(network, pixels, labels, along)
        return torch.cat([p.reshape(-1) for p in products.values()]).double().numpy()

    hessian = scipy.sparse.linalg.LinearOperator((sum(sizes),) * 2, matvec=multiply, dtype=numpy.float64)
    return [scipy.sparse.linalg.eigsh(hessian, k=1, which=which, tol=1e-3)[0][0] for which in ("LA", "SA")]


def check_extremes(a, verdict, network):
    """Compares both ends of the spectrum."""
    wanted = extremes(network, *images.load(a.data, a.eigenvalues, a.probe))
    text = subprocess.run([a.landscape, "hessian", "--model", a.model, "--data", a.data, "--images",
                           str(a.eigenvalues), "--tolerance", "0.001"] + (["--arch", a.arch] if a.arch else []),
                          check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
    for end, value in zip(("largest", "smallest"), wanted):
        found = float(re.search(end + r" (\S+)", text)[1])
        print(f"     {end} eigenvalue {found:.6g}, SciPy with PyTorch {value:.6g}")
        verdict.check(f"{end} eigenvalue, {a.eigenvalues} images", compare.relative_numbers(found, value), 5e-3)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("model", help="safetensors checkpoint")
    parser.add_argument("vector", help="another of the same network")
    parser.add_argument("--data", default="synthetic", help="cifar10:DIR or synthetic (default)")
    parser.add_argument("--images", default="1,2,5,20,150", metavar="N,N,...",
                        help="sizes of the batches (default %(default)s)")
    parser.add_argument("--arch", help="of a checkpoint that does not name its architecture")
    parser.add_argument("--eigenvalues", type=int, metavar="N", help="over so many images")
    parser.add_argument("--landscape", metavar="FILE", default=str(probe.build_directory() / "landscape"),
                        help="the program (default %(default)s)")
    parser.add_argument("--tolerance", type=float, default=1e-5, help="default %(default)s")
    parser.add_argument("--threads", type=int, default=2, help="default %(default)s")
    probe.add_option(parser)
    a = parser.parse_args()
    torch.set_num_threads(a.threads)
    verdict = compare.Verdict()

    sizes = [int(n) for n in a.images.split(",")]
    pixels, labels = images.load(a.data, max(sizes), a.probe)
    vector = safetensors_io.load(a.vector)[0]
    network = models.load(a.model, a.arch)[0]
    exact_network = models.in_double(models.load(a.model, a.arch)[0])
    errors, loss_errors = [], []
    for count in sizes:
        wanted, wanted_loss = product(network, pixels[:count], labels[:count], vector)
        exact, _ = product(exact_network, pixels[:count], labels[:count], vector)
        found, found_loss = probe.curvature(a.probe, a.model, a.data, count, a.vector)
        errors.append(min(distance(found, exact), distance(found, wanted)))
        loss_errors.append(compare.relative_numbers(found_loss, wanted_loss))
        print(f"     {count} images: {distance(found, wanted):.1e} from PyTorch's float, "
              f"{distance(found, exact):.1e} from its double; these are {distance(wanted, exact):.1e} apart")
    verdict.check("losses", max(loss_errors), 1e-5)
    verdict.check("Hessian times vector, best batch", min(errors), a.tolerance)
    verdict.check("Hessian times vector, worst batch", max(errors), LOOSE)
    if a.eigenvalues:
        check_extremes(a, verdict, network)
    verdict.exit()


if __name__ == "__main__":
    main()
