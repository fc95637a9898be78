#!/usr/bin/python3
"""Writes tests/fixtures/ARCH.json: PyTorch's numbers, against which the C tests check the program where
there is no PyTorch.

The model is the one that `probe make ARCH SEED` writes, the images are the first of "synthetic". All
values are computed in double precision:

  values_sum, images_sum   sums of the model's tensors (counters left out) and of the images: if these do
                           not match, it is the fixture that is stale
  logits                   [images][classes] in inference mode; without shortcuts they differ little
                           between images, so judge errors by that difference. Of many classes or pixels,
                           [norm, dot product with signs] (see below) for each image
  loss, gradients          of a training batch of all images: {parameter: [norm, dot product with signs]},
                           where element i has the sign of sign_pattern(i); the model is lifted (below)
  hessian                  {weight: [norm, dot product with signs]} of the Hessian in inference mode times
                           the weights of the model of SEED + 1; the model is lifted, and all running
                           variances are `hessian_variance`
  steps                    {batch, lr, momentum, weight_decay, losses}: SGD on batches in file order
  surface                  {x, y, norms of the two directions, loss, accuracy}: the rows are y; filter-
                           normalised directions of the scan's seed 0

Rounding decides whether ReLU passes the gradient of a pre-activation near 0, and one such decision moves
the gradients of a small batch by a percent. So gradients are those of a lifted model, which has hardly any:
batch norm's shifts are raised by LIFT in even channels and lowered by as much in odd ones. Products of the
Hessian are those of a model without any: there, large running variances keep what is normalised too small to
bring a pre-activation near 0."""
import argparse
import json
import os
import subprocess
import tempfile
import typing

import numpy
import torch

import check_curvature
import check_gradient
import check_model
import check_steps
import check_surface
import compare
import images
import models
import probe
import safetensors_io
import surface_io


class Plan(typing.NamedTuple):
    """What is recorded of an architecture: the larger the network, the less, lest the tests be slow."""
    images: int = 16
    steps: int = 5  # 0: neither gradients nor steps
    data: str = "synthetic"
    variance: float = 16  # for the Hessian; more where shortcuts add up what is normalised
    extent: float = 1  # of the surface: where weights that nobody trained do not turn rounding to chaos


FEW = Plan(images=4, steps=2)
PLANS = {
    "resnet20": Plan(variance=1000), "resnet20-noshort": Plan(), "resnet56": Plan(variance=1000),
    "resnet18": FEW, "resnet50": Plan(images=2, steps=0, extent=0.25), "vgg9": FEW,
    "densenet-bc-40-12": FEW, "highway20": Plan(images=4, steps=2, extent=0.25),
    "unet": Plan(images=2, steps=2, data="shapes"),
}
SEED = 1  # of the models
LIFT = 3
MANY = 100  # more logits of an image are summed up
# A low rate keeps rounding from growing (below 1e-6 in 5 steps); with so high a decay, losses without it
# or with another momentum are 1e-5 to 1e-3 away.
STEPS = {"lr": 0.001, "momentum": 0.9, "weight_decay": 1.0}


def sign_pattern(count):
    """[count] of +1 and -1: bit 0 of element i's number after MurmurHash3's final mixing."""
    h = numpy.arange(count, dtype=numpy.uint32)
    h ^= h >> 16
    h *= numpy.uint32(0x85EBCA6B)
    h ^= h >> 13
    h *= numpy.uint32(0xC2B2AE35)
    h ^= h >> 16
    return torch.from_numpy(1.0 - 2.0 * (h & 1))


def surface(a, network, path, plan, pixels, labels, directory):
    """The 3x3 surface along the directions that the program draws with seed 0."""
    directions_path = os.path.join(directory, "directions.h5")
    surface_path = os.path.join(directory, "surface.h5")
    axis = f"{-plan.extent}:{plan.extent}:3"
    subprocess.run([a.landscape, "scan", "--model", path, "--data", plan.data, "--images",
                    str(len(labels)), "--precision", "fp32", f"--x={axis}", f"--y={axis}", "--seed", "0",
                    "--save-directions", directions_path, "-o", surface_path],
                   check=True, stderr=subprocess.DEVNULL)
    directions = surface_io.directions(directions_path)
    found = surface_io.Surface(surface_path)
    results = [check_surface.evaluate(
        check_surface.moved(network, directions, found.steps(point)), pixels, labels,
        "cross-entropy", len(labels)) for point in range(9)]
    losses, accuracies = zip(*results)
    error = max(map(compare.relative_numbers, found.loss, losses))
    return error, {
        "x": [-plan.extent, 0, plan.extent], "y": [-plan.extent, 0, plan.extent],
        "norms": [rounded(torch.cat([t.double().reshape(-1) for t in d]).norm()) for d in directions],
        "loss": [rounded(losses[i:i + 3]) for i in (0, 3, 6)],
        "accuracy": [rounded(accuracies[i:i + 3]) for i in (0, 3, 6)],
    }


def summary(tensor):
    """[norm, dot product with signs]"""
    flat = tensor.reshape(-1)
    return [flat.norm().item(), (flat @ sign_pattern(flat.numel())).item()]


def rounded(values):
    """Nine digits of a number, or of all numbers in a list or tensor."""
    if isinstance(values, torch.Tensor):
        values = values.tolist()
    if isinstance(values, (list, tuple)):
        return [rounded(value) for value in values]
    return float(f"{values:.9g}")


def fixture(a, verdict, arch, directory):
    """The fixture of one architecture; every part is held against the program first."""
    path = os.path.join(directory, "model.safetensors")
    plan = PLANS[arch]
    pixels, labels = images.load(plan.data, plan.images * max(plan.steps, 1), a.probe)
    first, first_labels = pixels[:plan.images], labels[:plan.images]
    probe.make(a.probe, arch, SEED, path)
    tensors, _ = safetensors_io.load(path)
    exact = models.in_double(models.load(path)[0])

    logits = check_model.logits(exact, first)
    found = probe.logits(a.probe, path, plan.data, plan.images)
    verdict.check(f"{arch}: logits", check_model.worst_image(found, logits)[0], 1e-4)

    surface_error, surface_values = surface(a, exact, path, plan, first, first_labels, directory)
    verdict.check(f"{arch}: surface", surface_error, 1e-5)

    result = {
        "arch": arch, "seed": SEED, "data": plan.data, "images": plan.images,
        "values_sum": rounded(sum(t.double().sum().item() for t in tensors.values()
                                  if t.is_floating_point())),
        "images_sum": rounded(first.double().sum()),
        "logits": rounded(logits if logits.shape[1] <= MANY else [summary(row) for row in logits]),
        "surface": surface_values,
    }
    if plan.steps:
        result |= training(a, verdict, arch, plan, path, pixels, labels)
    return result


def training(a, verdict, arch, plan, path, pixels, labels):
    """What the fixture says of gradients and steps."""
    recipe = (STEPS["lr"], STEPS["momentum"], STEPS["weight_decay"])
    lifted = check_gradient.lift(path, LIFT, path + ".lifted")
    gradients, loss = check_gradient.gradient(models.in_double(models.load(lifted)[0]),
                                              pixels[:plan.images], labels[:plan.images])
    found, _ = probe.gradient(a.probe, lifted, plan.data, plan.images)
    verdict.check(f"{arch}: gradients", check_gradient.worst(found, gradients)[0], 1e-3)

    other = path + ".other"
    probe.make(a.probe, arch, SEED + 1, other)
    lifted = check_gradient.lift(path, LIFT, path + ".lifted", plan.variance)
    products, _ = check_curvature.product(models.in_double(models.load(lifted)[0]), pixels[:plan.images],
                                          labels[:plan.images], safetensors_io.load(other)[0])
    found, _ = probe.curvature(a.probe, lifted, plan.data, plan.images, other)
    error = max(compare.relative(found[name].double(), wanted) for name, wanted in products.items())
    verdict.check(f"{arch}: Hessian, worst weight", error, 1e-4)

    network, _ = models.load(path)
    losses = check_steps.losses(models.in_double(network), pixels, labels, plan.images, recipe)
    found = probe.steps(a.probe, path, plan.data, plan.images, plan.steps, recipe)
    verdict.check(f"{arch}: steps", max(map(compare.relative_numbers, found, losses)), 1e-5)
    return {
        "loss": rounded(loss),
        "gradients": {name: rounded(summary(g)) for name, g in gradients.items()},
        "hessian_variance": plan.variance,
        "hessian": {name: rounded(summary(p)) for name, p in products.items()},
        "steps": {"batch": plan.images, "lr": STEPS["lr"], "momentum": STEPS["momentum"],
                  "weight_decay": STEPS["weight_decay"], "losses": rounded(losses)},
    }


def write(path, values):
    """One line for each key, and for each parameter."""
    lines = []
    for key, value in values.items():
        if key in ("gradients", "hessian"):
            rows = (f"  {json.dumps(name)}: {json.dumps(pair)}" for name, pair in value.items())
            text = "{\n" + ",\n".join(rows) + "}"
        elif key == "logits":
            text = "[\n" + ",\n".join(f"  {json.dumps(row)}" for row in value) + "]"
        else:
            text = json.dumps(value)
        lines.append(f"{json.dumps(key)}: {text}")
    with open(path, "w", encoding="ascii") as file:
        file.write("{" + ",\n".join(lines) + "}\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("arch", nargs="*", help=f"default {' '.join(PLANS)}")
    parser.add_argument("--out", metavar="DIR", default=str(probe.ROOT / "tests" / "fixtures"),
                        help="default %(default)s")
    parser.add_argument("--landscape", metavar="FILE",
                        default=str(probe.build_directory() / "landscape"),
                        help="the program (default %(default)s)")
    parser.add_argument("--threads", type=int, default=2, help="default %(default)s")
    probe.add_option(parser)
    a = parser.parse_args()
    torch.set_num_threads(a.threads)
    verdict = compare.Verdict()
    os.makedirs(a.out, exist_ok=True)
    for arch in a.arch or PLANS:
        with tempfile.TemporaryDirectory() as directory:
            values = fixture(a, verdict, arch, directory)
        write(os.path.join(a.out, arch + ".json"), values)
    verdict.exit()


if __name__ == "__main__":
    main()
