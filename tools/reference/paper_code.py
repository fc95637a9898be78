"""Makes the paper's code (github tomgoldstein/loss-landscape) importable on today's Python.

Nothing in its directory is changed: what it misses is put into the modules it imports.
"""
import importlib
import importlib.util
import os
import sys
import types


def prepare(paper):
    """Puts the directory of the paper's code on the module path, with stand-ins for packages that its
    modules import but do not need here."""
    if not os.path.isfile(os.path.join(paper, "net_plotter.py")):
        raise SystemExit(f"{paper}: does not hold the paper's code (no net_plotter.py)")
    sys.dont_write_bytecode = True
    os.environ.setdefault("HDF5_USE_FILE_LOCKING", "FALSE")
    if paper not in sys.path:
        sys.path.insert(0, os.path.abspath(paper))
    for name, attributes in (("mpi4py", ()), ("sklearn", ()), ("sklearn.decomposition", ("PCA",))):
        if name not in sys.modules and not _is_installed(name):
            sys.modules[name] = types.ModuleType(name)
            for attribute in attributes:
                setattr(sys.modules[name], attribute, None)


def _is_installed(name):
    try:
        return importlib.util.find_spec(name) is not None
    except (ImportError, ValueError):
        return False


def model_name(arch):
    """The paper's name of an architecture: resnet56_noshort."""
    return arch.replace("-", "_")


def add_missing_models():
    """Networks that the paper's table of models leaves out, made of its classes."""
    table = importlib.import_module("cifar10.model_loader").models
    resnet = importlib.import_module("cifar10.models.resnet")
    for depth in (20, 32, 44, 56, 110):
        blocks = [(depth - 2) // 6] * 3
        for suffix, block in (("", resnet.BasicBlock), ("_noshort", resnet.BasicBlock_noshortcut)):
            table.setdefault(f"resnet{depth}{suffix}",
                             lambda block=block, blocks=blocks: resnet.ResNet_cifar(block, blocks))
    table.setdefault("vgg16", importlib.import_module("cifar10.models.vgg").VGG16)
    table.setdefault("densenet_cifar",
                     importlib.import_module("cifar10.models.densenet").densenet_cifar)


def _table(paper):
    prepare(paper)
    add_missing_models()
    return importlib.import_module("cifar10.model_loader").models


def has(paper, arch):
    """Whether the paper's code has a class for the architecture."""
    return model_name(arch) in _table(paper)


def network(paper, arch):
    """A new network of the paper's own class."""
    return _table(paper)[model_name(arch)]()
