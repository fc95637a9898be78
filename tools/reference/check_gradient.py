#!/usr/bin/python3
"""Compares the program's gradients of training batches with PyTorch's, parameter by parameter.

The error of a batch is the worst parameter's ||ours - theirs|| / ||theirs||, theirs in float or in
double, whichever is nearer. Where a pre-activation is nearly 0, rounding decides whether ReLU lets its
gradient pass, so float gradients of some batches are far from the exact ones, PyTorch's as well. Hence
several batches, the first 4, 6, 16, ... images: the best of them must be within the tolerance (or twice
the error PyTorch's float has from its double in its own best batch, if that is more: deep networks
without shortcuts have no good batch), and all within a loose one. With --lift 3 there is hardly such a
place, and every batch must be within the tolerance.

With --precision bf16 it is mixed precision that is compared. Rounding to 8 bits lets so many ReLUs decide
otherwise that a parameter's gradient may be off by half its norm. So the measure is what PyTorch's own
autocast is off by: the mean over the parameters must not exceed it by more than a tenth.

Exit status 0 if all is as it must be."""
import argparse
import os
import statistics
import tempfile

import torch
from torch.nn import functional as F

import compare
import images
import models
import probe
import safetensors_io

VANISHING = 1e-4  # of the largest norm: what a gradient that is 0 in theory is held against
LOOSE = 0.05  # what differing ReLUs may do to a batch


def gradient(network, pixels, labels):
    """(gradients by parameter name, mean cross-entropy), in the network's precision."""
    network.train()
    network.zero_grad()
    dtype = next(network.parameters()).dtype
    loss = F.cross_entropy(network(pixels.to(dtype)), labels)
    loss.backward()
    return {name: p.grad for name, p in network.named_parameters()}, loss.item()


def ranked(found, wanted):
    """[(error, name)] of the parameters, the one that is furthest off first. A missing one is infinitely
    wrong.

    The bias of a layer in front of batch norm has no effect: its gradient is 0 but for rounding. So
    errors are relative to VANISHING times the largest norm at least."""
    norms = {name: tensor.double().norm().item() for name, tensor in wanted.items()}
    least = VANISHING * max(norms.values())
    errors = [((found[name].double() - tensor.double()).norm().item() / max(norms[name], least, 1e-300)
               if name in found else float("inf"), name) for name, tensor in wanted.items()]
    return sorted(((e if e == e else float("inf"), name) for e, name in errors), reverse=True)


def worst(found, wanted):
    return ranked(found, wanted)[0]


def lift(model, amount, path, variance=None):
    """Writes a copy of the checkpoint with batch norm's shifts raised by `amount` in even channels and
    lowered by as much in odd ones: ReLU passes nearly all of the former and hardly any of the latter. With
    `variance` as all running variances, inference mode leaves none between."""
    tensors, metadata = safetensors_io.load(model)
    for name, tensor in tensors.items():
        if name.replace(".bias", ".running_var") in tensors and name.endswith(".bias"):
            tensor[0::2] += amount
            tensor[1::2] -= amount
        elif name.endswith(".running_var") and variance is not None:
            tensor.fill_(variance)
    safetensors_io.save(path, tensors, metadata)
    return path


def batches(a):
    """Of every size of batch: (size, network, pixels, labels, PyTorch's gradients in double)."""
    sizes = [int(n) for n in a.images.split(",")]
    pixels, labels = images.load(a.data, max(sizes), a.probe)
    for count in sizes:
        network = models.load(a.model, a.arch)[0]
        batch = pixels[:count], labels[:count]
        yield count, network, *batch, gradient(models.in_double(network), *batch)[0]


def check_mixed(a, verdict):
    """Compares mixed precision's errors with those of PyTorch's, both from its gradients in double."""
    for count, network, pixels, labels, exact in batches(a):
        with torch.autocast("cpu", dtype=torch.bfloat16):
            theirs = ranked(gradient(network, pixels, labels)[0], exact)
        ours = ranked(probe.gradient(a.probe, a.model, a.data, count, a.precision)[0], exact)
        found, wanted = (statistics.mean(e for e, _ in errors) for errors in (ours, theirs))
        print(f"     {count} images: worst {ours[0][0]:.2f} at {ours[0][1]}, PyTorch's "
              f"{theirs[0][0]:.2f} at {theirs[0][1]}")
        verdict.check(f"mean error of {len(exact)} gradients, {count} images", found, 1.1 * wanted)


def check(a, verdict):
    """Compares the gradients of every size of batch."""
    errors, own_errors, loss_errors = [], [], []
    for count, network, pixels, labels, exact in batches(a):
        wanted, wanted_loss = gradient(network, pixels, labels)
        found, found_loss = probe.gradient(a.probe, a.model, a.data, count)
        error, name = worst(found, wanted)
        exact_error = worst(found, exact)[0]
        own, own_name = worst(wanted, exact)
        errors.append(min(error, exact_error))
        own_errors.append(own)
        loss_errors.append(compare.relative_numbers(found_loss, wanted_loss))
        print(f"     {count} images: worst {error:.1e} at {name}; from double "
              f"{exact_error:.1e}; PyTorch's own {own:.1e} at {own_name}")
    verdict.check("losses", max(loss_errors), a.tolerance)
    if a.lift:
        verdict.check(f"gradients of {len(wanted)} parameters", max(errors), a.tolerance)
        return
    verdict.check(f"gradients of {len(wanted)} parameters, best batch", min(errors),
                  max(a.tolerance, 2 * min(own_errors)))
    verdict.check("gradients, worst batch", max(errors), max(LOOSE, 3 * max(own_errors)))


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("model", help="safetensors checkpoint")
    parser.add_argument("--data", default="synthetic", help="cifar10:DIR or synthetic (default)")
    parser.add_argument("--images", default="4,6,16,64", metavar="N,N,...",
                        help="sizes of the batches (default %(default)s)")
    parser.add_argument("--lift", type=float, metavar="X",
                        help="move batch norm's shifts by X, away from where ReLU decides")
    parser.add_argument("--arch", help="of a checkpoint that does not name its architecture")
    parser.add_argument("--precision", choices=("fp32", "bf16"), default="fp32", help="default %(default)s")
    parser.add_argument("--tolerance", type=float, default=1e-3, help="default %(default)s")
    parser.add_argument("--threads", type=int, default=2, help="default %(default)s")
    probe.add_option(parser)
    a = parser.parse_args()
    torch.set_num_threads(a.threads)
    verdict = compare.Verdict()

    with tempfile.TemporaryDirectory() as directory:
        if a.lift:
            a.model = lift(a.model, a.lift, os.path.join(directory, "lifted.safetensors"))
        (check if a.precision == "fp32" else check_mixed)(a, verdict)
    verdict.exit()


if __name__ == "__main__":
    main()
