"""Runs the C program tools/probe.c, which lets us look inside the library, and reads what it wrote."""
import os
import pathlib
import subprocess
import tempfile

import numpy
import torch

import safetensors_io

ROOT = pathlib.Path(__file__).resolve().parents[2]


def build_directory():
    """Where `make` left the programs: $BUILD or build, below the project's directory."""
    return ROOT / os.environ.get("BUILD", "build")


def add_option(parser):
    """Adds --probe to a command line."""
    parser.add_argument("--probe", metavar="FILE", default=str(build_directory() / "probe"),
                        help="made by `make build/probe` (default %(default)s)")


def _run(probe, command, *arguments):
    line = [probe, command, *map(str, arguments)]
    try:
        return subprocess.run(line, check=True, stdout=subprocess.PIPE, text=True).stdout
    except FileNotFoundError:
        raise SystemExit(f"{probe}: not found; run `make build/probe` or give --probe") from None
    except subprocess.CalledProcessError as failure:
        raise SystemExit(f"{' '.join(line)}: ended with {failure.returncode}") from None


def make(probe, arch, seed, path):
    """Writes the checkpoint of a network with initial weights and perturbed batch norms."""
    _run(probe, "make", arch, seed, path)


def logits(probe, model, data, count):
    """[count, classes] in inference mode; of a segmentation, pixel after pixel."""
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "logits.f32")
        _run(probe, "logits", model, data, count, path)
        return torch.from_numpy(numpy.fromfile(path, "<f4").reshape(count, -1))


def gradient(probe, model, data, count, precision="fp32"):
    """(tensors by parameter name, mean loss) of one batch in training mode."""
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "gradient.safetensors")
        _run(probe, "gradient", model, data, count, path, precision)
        tensors, metadata = safetensors_io.load(path)
        return tensors, float(metadata["loss"])


def curvature(probe, model, data, count, vector):
    """(tensors by parameter name, mean loss) of the Hessian times the weights of the checkpoint `vector`."""
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "product.safetensors")
        _run(probe, "curvature", model, data, count, vector, path)
        tensors, metadata = safetensors_io.load(path)
        return tensors, float(metadata["loss"])


def steps(probe, model, data, batch, count, recipe):
    """The loss of each of `count` steps; recipe = (rate, momentum, weight decay)."""
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "steps.txt")
        _run(probe, "steps", model, data, batch, count, path, *recipe)
        with open(path, encoding="ascii") as file:
            return [float(line) for line in file]


def images(probe, data, count):
    """(images [count, channels, height, width] as the network sees them, labels [count]; of a segmentation,
    labels [count, height, width])."""
    with tempfile.TemporaryDirectory() as directory:
        path = os.path.join(directory, "images.f32")
        height, width, per_image = map(int, _run(probe, "images", data, count, path).split())
        labels = numpy.fromfile(path + ".labels", "<u2")
        pixels = numpy.fromfile(path, "<f4").reshape(count, height, width, -1)
    if per_image > 1:
        labels = labels.reshape(count, height, width)
    return (torch.from_numpy(pixels.transpose(0, 3, 1, 2).copy()),
            torch.from_numpy(labels.astype(numpy.int64)))
