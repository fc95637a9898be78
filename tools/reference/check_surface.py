#!/usr/bin/python3
"""Recomputes points of a surface in PyTorch from the same checkpoint, directions and images.

As the paper's code does: w + (d a + e b) in float, inference mode, mean loss over the images. Exit
status 0 if every point's loss is within tolerance and no accuracy differs by more than an image in a
thousand."""
import argparse
import copy

import numpy
import torch
from torch import nn
from torch.nn import functional as F

import compare
import images
import models
import probe
import surface_io


def moved(network, directions, steps):
    """A copy of the network, `steps` along the directions of its parameters or its whole state."""
    result = copy.deepcopy(network)
    parameters = [p.data for p in result.parameters()]
    states = list(result.state_dict().values())
    targets = parameters if len(directions[0]) == len(parameters) else states
    for direction in directions:
        if [tuple(d.shape) for d in direction] != [tuple(t.shape) for t in targets]:
            raise SystemExit("the directions do not have the shapes of the network's tensors")
    for i, target in enumerate(targets):
        changes = [d[i].to(target.dtype if target.is_floating_point() else torch.float64) * step
                   for d, step in zip(directions, steps)]
        target.add_(sum(changes[1:], changes[0]).to(target.dtype))
    return result.eval()


def evaluate(network, pixels, labels, loss_name, batch):
    """(mean loss, accuracy in percent) of evaluation.py's kind: batch means, summed in double."""
    dtype = next(network.parameters()).dtype
    total, right = 0.0, 0
    with torch.no_grad():
        for inputs, targets in zip(pixels.split(batch), labels.split(batch)):
            outputs = network(inputs.to(dtype))
            if loss_name == "mse":
                wanted = F.one_hot(targets, outputs.shape[1]).to(dtype)
                loss = nn.MSELoss()(F.softmax(outputs, 1), wanted)
            else:
                loss = nn.CrossEntropyLoss()(outputs, targets)
            total += loss.item() * len(targets)
            right += (outputs.argmax(1) == targets).sum().item() / targets[0].numel()
    return total / len(labels), 100 * right / len(labels)


def choose(surface, count):
    """`count` of the computed points spread over the grid (0: all), the centre among them."""
    points = surface.computed()
    if not 0 < count < len(points):
        return points
    spread = points[numpy.linspace(0, len(points) - 1, max(count - 1, 1)).round().astype(int)]
    centre = min(points, key=lambda point: sum(s * s for s in surface.steps(point)))
    return numpy.unique([*spread, centre])


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("surface", help="HDF5 file with the surface")
    parser.add_argument("directions", help="HDF5 file with the directions")
    parser.add_argument("model", help="safetensors checkpoint")
    parser.add_argument("data", help="cifar10:DIR or synthetic")
    parser.add_argument("--images", type=int, metavar="N",
                        help="the first N (default: as many as the surface's attribute 'images' says)")
    parser.add_argument("--points", type=int, default=0, help="check only so many (default: all)")
    parser.add_argument("--loss", choices=("cross-entropy", "mse"),
                        help="default: the surface's attribute 'loss', or cross-entropy")
    parser.add_argument("--batch", type=int, default=128, help="default %(default)s")
    parser.add_argument("--arch", help="of a checkpoint that does not name its architecture")
    parser.add_argument("--double", action="store_true", help="PyTorch in double precision as well")
    parser.add_argument("--tolerance", type=float, default=1e-5, help="default %(default)s")
    parser.add_argument("--threads", type=int, default=2, help="default %(default)s")
    probe.add_option(parser)
    a = parser.parse_args()
    torch.set_num_threads(a.threads)
    verdict = compare.Verdict()

    surface = surface_io.Surface(a.surface)
    directions = surface_io.directions(a.directions)
    if len(directions) != (1 if surface.y is None else 2):
        raise SystemExit(f"{a.surface}: has another number of axes than {a.directions}")
    count = a.images or int(surface.attributes.get("images", 0))
    loss_name = a.loss or surface.attributes.get("loss", "cross-entropy")
    network, _ = models.load(a.model, a.arch)
    exact = models.in_double(network)
    pixels, labels = images.load(a.data, count, a.probe, surface.split)
    points = choose(surface, a.points)
    print(f"     {len(points)} of {len(surface.loss)} points, {len(labels)} images, {loss_name}")

    errors, losses, exact_losses, images_off = [], [], [], []
    for point in points:
        steps = surface.steps(point)
        loss, accuracy = evaluate(moved(network, directions, steps), pixels, labels, loss_name, a.batch)
        losses.append(loss)
        errors.append(compare.relative_numbers(surface.loss[point], loss))
        images_off.append(abs(surface.accuracy[point] - accuracy) * len(labels) / 100)
        if a.double:
            exact_losses.append(evaluate(moved(exact, directions, steps), pixels, labels, loss_name,
                                         a.batch)[0])
    verdict.require("there are points to check", bool(errors))
    if errors:
        report(verdict, surface, points, errors, losses, a.tolerance)
        verdict.require(f"accuracies, at most {max(images_off):.3g} images apart",
                        max(images_off) <= max(1, len(labels) / 1000) + 1e-6)
    if exact_losses:
        found = [surface.loss[point] for point in points]
        for what, values in (("losses, from PyTorch in double", found),
                             ("PyTorch's own, float from double", losses)):
            verdict.inform(what, max(map(compare.relative_numbers, values, exact_losses)))
    verdict.exit()


def report(verdict, surface, points, errors, losses, tolerance):
    """Prints the worst point, and the middle of the errors."""
    worst = int(numpy.argmax(errors))
    where = ", ".join(f"{step:g}" for step in surface.steps(points[worst]))
    print(f"     worst at ({where}): the surface has {surface.loss[points[worst]]:.9g}, "
          f"PyTorch {losses[worst]:.9g}")
    verdict.check(f"losses at {len(points)} points", errors[worst], tolerance)
    verdict.inform("median of the points", float(numpy.median(errors)))


if __name__ == "__main__":
    main()
