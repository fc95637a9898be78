#!/usr/bin/python3
"""Holds our surfaces against the paper's own code, run unchanged.

  compare  lets its plot_surface.py compute our surface from our checkpoint and directions, and compares
  make     lets it choose directions of its own and compute a surface, for our programs to read
  plot     lets its plot_2D.py (plot_1D.py for a curve) and h52vtp.py read our surface file
"""
import argparse
import os
import shutil
import subprocess
import sys

import h5py
import numpy
import torch

import compare
import models
import paper_code
import probe
import surface_io

HERE = os.path.dirname(os.path.abspath(__file__))


def run(a, script, arguments, data=(), quiet=True):
    """Runs a script of the paper's code; its output goes to OUT/SCRIPT.log."""
    line = [sys.executable, os.path.join(HERE, "paper_run.py"), "--paper", a.paper, "--threads",
            str(a.threads), "--probe", a.probe, *data, script, *arguments]
    log = os.path.join(a.out, script + ".log")
    with open(log, "w", encoding="utf-8") as file:
        status = subprocess.run(line, stdout=file if quiet else None, stderr=subprocess.STDOUT,
                                check=False).returncode
    if status:
        with open(log, encoding="utf-8") as file:
            raise SystemExit(f"{script} ended with {status}:\n{file.read()[-2000:]}")


def convert(a):
    """Writes the checkpoint as the paper's code keeps them; returns (path, the paper's model name)."""
    network, arch = models.load(a.model, a.arch)
    path = os.path.join(a.out, os.path.basename(a.model) + ".t7")
    torch.save({"state_dict": network.state_dict()}, path)
    return path, paper_code.model_name(arch)


def same_coordinates(verdict, name, found):
    """Coordinates must be numpy's, bit for bit: the paper's code makes them with linspace."""
    wanted = numpy.linspace(found[0], found[-1], len(found))
    verdict.require(f"{name}coordinates are numpy.linspace's", numpy.array_equal(found, wanted))


def compare_command(a):
    verdict = compare.Verdict()
    ours = surface_io.Surface(a.surface)
    same_coordinates(verdict, "x", ours.x)
    if ours.y is not None:
        same_coordinates(verdict, "y", ours.y)
    model, name = convert(a)
    # The grid is handed over in the file, as plot_surface.py refuses axes that end at 0.
    path = os.path.join(a.out, "paper-" + os.path.basename(a.surface))
    with h5py.File(path, "w") as file:
        file["dir_file"] = a.directions
        file["xcoordinates"] = ours.x
        if ours.y is not None:
            file["ycoordinates"] = ours.y
    count = len(surface_io.directions(a.directions)[0])
    weights = len(list(models.create(name.replace("_", "-")).parameters()))
    loss_name = a.loss or ours.attributes.get("loss", "cross-entropy")
    images = a.images or int(ours.attributes.get("images", 0))
    run(a, "plot_surface.py",
        ["--model", name, "--model_file", model, "--dir_file", a.directions, "--surf_file", path,
         "--dir_type", "weights" if count == weights else "states",
         "--loss_name", loss_name.replace("cross-entropy", "crossentropy"), "--x=-1:1:3",
         *(["--y=-1:1:3"] if ours.y is not None else [])],
        ["--data", a.data, "--images", str(images), "--split", ours.split])
    theirs = surface_io.Surface(path)
    errors = list(map(compare.relative_numbers, ours.loss, theirs.loss))
    worst = int(numpy.argmax(errors))
    where = ", ".join(f"{step:g}" for step in ours.steps(worst))
    print(f"     worst at ({where}): ours {ours.loss[worst]:.9g}, theirs {theirs.loss[worst]:.9g}")
    verdict.check(f"losses at {len(errors)} points", errors[worst], a.tolerance)
    off = abs(ours.accuracy - theirs.accuracy).max() * images / 100
    verdict.require(f"accuracies, at most {off:.3g} images apart", off <= max(1, images / 1000) + 1e-6)
    print(f"     the paper's surface: {path}")
    verdict.exit()


def make_command(a):
    model, name = convert(a)
    path = os.path.join(a.out, "paper-surface.h5")
    for old in (path, model + "_weights_xignore=biasbn_xnorm=filter_yignore=biasbn_ynorm=filter.h5",
                model + "_weights_xignore=biasbn_xnorm=filter.h5"):
        if os.path.exists(old):
            os.remove(old)
    axes = [f"--x={a.x}", "--xnorm", "filter", "--xignore", "biasbn"]
    if a.y:
        axes += [f"--y={a.y}", "--ynorm", "filter", "--yignore", "biasbn"]
    run(a, "plot_surface.py", ["--model", name, "--model_file", model, "--surf_file", path, *axes],
        ["--data", a.data, "--images", str(a.images)])
    with h5py.File(path, "r") as file:
        directions = file["dir_file"][()].decode()
    print(f"surface: {path}\ndirections: {directions}")


def plot_command(a):
    verdict = compare.Verdict()
    surface = surface_io.Surface(a.surface)
    path = os.path.join(a.out, os.path.basename(a.surface))
    if os.path.abspath(path) != os.path.abspath(a.surface):
        shutil.copyfile(a.surface, path)
    name = f"{surface.split}_loss"
    if surface.y is None:
        run(a, "plot_1D.py", ["--surf_file", path])
        made = [path + "_1d_loss_acc.pdf"]
    else:
        run(a, "plot_2D.py", ["--surf_file", path, "--surf_name", name])
        run(a, "h52vtp.py", ["--surf_file", path, "--surf_name", name])
        made = [f"{path}_{name}_{kind}.pdf" for kind in ("2dcontour", "2dcontourf", "2dheat",
                                                         "3dsurface")] + [f"{path}_{name}.vtp"]
    for file in made:
        verdict.require(f"made {file}", os.path.isfile(file) and os.path.getsize(file) > 1000)
    verdict.exit()


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    commands = parser.add_subparsers(required=True)
    for name, command, positional in (("compare", compare_command,
                                       ("surface", "directions", "model", "data")),
                                      ("make", make_command, ("model", "data")),
                                      ("plot", plot_command, ("surface",))):
        p = commands.add_parser(name)
        p.set_defaults(command=command)
        for argument in positional:
            p.add_argument(argument)
        p.add_argument("--paper", metavar="DIR", default=os.environ.get("PAPER"),
                       required="PAPER" not in os.environ,
                       help="the paper's code, unpacked (default $PAPER)")
        p.add_argument("--out", metavar="DIR", default="paper-out", help="default %(default)s")
        p.add_argument("--threads", type=int, default=2, help="default %(default)s")
        probe.add_option(p)
        if name == "plot":
            continue
        p.add_argument("--images", type=int, metavar="N", default=0 if name == "compare" else 100,
                       help="the first N" + ("" if name == "make" else " (default: the surface's)"))
        p.add_argument("--arch", help="of a checkpoint that does not name its architecture")
        if name == "compare":
            p.add_argument("--loss", choices=("cross-entropy", "mse"), help="default: the surface's")
            p.add_argument("--tolerance", type=float, default=1e-5, help="default %(default)s")
        else:
            p.add_argument("--x", default="-1:1:5", help="default %(default)s")
            p.add_argument("--y", default="-1:1:5", help="default %(default)s; empty for a curve")
    a = parser.parse_args()
    os.makedirs(a.out, exist_ok=True)
    a.out = os.path.abspath(a.out)
    a.command(a)


if __name__ == "__main__":
    main()
