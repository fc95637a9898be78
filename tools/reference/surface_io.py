"""Reads surface and direction files: HDF5 in the layout of the paper's code."""
import h5py
import numpy
import torch


class Surface:
    """A grid of losses and accuracies in the order of [ny, nx], flat; a curve has y = None."""

    def __init__(self, path):
        with h5py.File(path, "r") as file:
            self.x = file["xcoordinates"][:]
            self.y = file["ycoordinates"][:] if "ycoordinates" in file else None
            self.split = "train" if "train_loss" in file else "test"
            # The paper's code stores grids that are not square as [nx, ny], filled as [ny, nx].
            self.loss = file[f"{self.split}_loss"][:].ravel()
            self.accuracy = file[f"{self.split}_acc"][:].ravel()
            self.attributes = {key: _text(value) for key, value in file.attrs.items()}

    def steps(self, point):
        """The coordinates of a point: (x,) or (x, y)."""
        if self.y is None:
            return (float(self.x[point]),)
        return (float(self.x[point % len(self.x)]), float(self.y[point // len(self.x)]))

    def computed(self):
        """Numbers of the points that are computed: -1 marks the others."""
        return numpy.flatnonzero(self.loss != -1)


def _text(value):
    return value.decode() if isinstance(value, bytes) else str(value)


def directions(path):
    """One or two directions, each a list of tensors in the order of parameters or of state_dict."""
    with h5py.File(path, "r") as file:
        return [[torch.as_tensor(file[group][str(i)][()]) for i in range(len(file[group]))]
                for group in ("xdirection", "ydirection") if group in file]
