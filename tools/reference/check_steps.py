#!/usr/bin/python3
"""Compares the losses of the program's first training steps with PyTorch's.

Consecutive batches in file order, no augmentation. At a high rate training is chaotic: rounding errors
grow from step to step, in PyTorch as well. So a step's tolerance is raised to three times the largest
error that PyTorch's float losses have had up to that step from its losses in double precision, if that
is more. A low --lr keeps it plain, and a high --weight-decay shows that it is applied. Exit status 0 if
every loss is within tolerance."""
import argparse

import torch
from torch.nn import functional as F

import compare
import images
import models
import probe


def losses(network, pixels, labels, batch, recipe):
    """The loss of each step of SGD with Nesterov momentum; recipe = (rate, momentum, decay)."""
    rate, momentum, decay = recipe
    optimizer = torch.optim.SGD(network.parameters(), lr=rate, momentum=momentum,
                                weight_decay=decay, nesterov=momentum > 0)
    network.train()
    dtype = next(network.parameters()).dtype
    result = []
    for inputs, targets in zip(pixels.split(batch), labels.split(batch)):
        loss = F.cross_entropy(network(inputs.to(dtype)), targets)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        result.append(loss.item())
    return result


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("model", help="safetensors checkpoint")
    parser.add_argument("--data", default="synthetic", help="cifar10:DIR or synthetic (default)")
    parser.add_argument("--steps", type=int, default=20, help="default %(default)s")
    parser.add_argument("--batch", type=int, default=128, help="default %(default)s")
    parser.add_argument("--lr", type=float, default=0.1, help="default %(default)s")
    parser.add_argument("--momentum", type=float, default=0.9, help="default %(default)s")
    parser.add_argument("--weight-decay", type=float, default=5e-4, help="default %(default)s")
    parser.add_argument("--arch", help="of a checkpoint that does not name its architecture")
    parser.add_argument("--tolerance", type=float, default=1e-3, help="default %(default)s")
    parser.add_argument("--threads", type=int, default=2, help="default %(default)s")
    probe.add_option(parser)
    a = parser.parse_args()
    torch.set_num_threads(a.threads)
    verdict = compare.Verdict()

    network, _ = models.load(a.model, a.arch)
    copy = models.in_double(network)
    recipe = (a.lr, a.momentum, a.weight_decay)
    pixels, labels = images.load(a.data, a.batch * a.steps, a.probe)
    found = probe.steps(a.probe, a.model, a.data, a.batch, a.steps, recipe)
    wanted = losses(network, pixels, labels, a.batch, recipe)
    exact = losses(copy, pixels, labels, a.batch, recipe)

    verdict.require(f"{a.steps} losses", len(found) == a.steps)
    print("     step   program       PyTorch       error    in double     own error")
    growth, worst = 0.0, (-1.0, 0, a.tolerance)
    for i, (f, w, e) in enumerate(zip(found, wanted, exact)):
        error, own = compare.relative_numbers(f, w), compare.relative_numbers(w, e)
        growth = max(growth, own)
        tolerance = max(a.tolerance, 3 * growth)
        worst = max(worst, (error / tolerance, i, tolerance))
        print(f"     {i + 1:4}   {f:<12.9g}  {w:<12.9g}  {error:.1e}  {e:<12.9g}  {own:.1e}")
    _, step, tolerance = worst
    verdict.check(f"losses, worst at step {step + 1}",
                  compare.relative_numbers(found[step], wanted[step]), tolerance)
    verdict.exit()


if __name__ == "__main__":
    main()
