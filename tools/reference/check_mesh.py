#!/usr/bin/env python3
"""Opens the meshes of a surface with VTK's readers and holds them against the surface file.

    check_mesh.py SURFACE.h5 [--landscape build/landscape] [--zmax 10] [--log]

Writes .vtp, .obj and .ply with `landscape plot`, reads them back with VTK (Debian's python3-vtk9),
and checks for the .vtp: number of points and cells, bounds, and every point's place, loss, log loss
and accuracy; for the solids that VTK finds no edge with one or more than two faces, and that their
faces look outwards: the volume they enclose is positive. Grid points without a finite loss must be left out.
"""
import argparse
import math
import os
import subprocess
import sys
import tempfile

import h5py
import numpy
import vtk
from vtk.util.numpy_support import vtk_to_numpy


class Grid:
    """What the mesh of a surface file has to hold: the known cells and the points of their corners,
    row by row."""

    def __init__(self, path, zmax, log):
        with h5py.File(path, "r") as file:
            split = "train" if "train_loss" in file else "test"
            x, y = file["xcoordinates"][:], file["ycoordinates"][:]
            loss = file[f"{split}_loss"][:].reshape(len(y), len(x))
            accuracy = file[f"{split}_acc"][:].reshape(len(y), len(x))
        known = numpy.isfinite(loss) & (loss != -1)
        cells = known[:-1, :-1] & known[1:, :-1] & known[:-1, 1:] & known[1:, 1:]
        used = numpy.zeros_like(known)
        for rows, columns in ((slice(None, -1), slice(None, -1)), (slice(1, None), slice(None, -1)),
                              (slice(None, -1), slice(1, None)), (slice(1, None), slice(1, None))):
            used[rows, columns] |= cells
        self.cells = int(cells.sum())
        self.loss, self.accuracy = loss[used], accuracy[used]
        self.log_loss = numpy.log(numpy.maximum(self.loss, 0) + 0.1)
        height = numpy.minimum(self.loss, zmax)
        if log:
            height = numpy.log(numpy.maximum(height, 0) + 0.1)
        columns, rows = numpy.meshgrid(x, y)
        self.points = numpy.column_stack([columns[used], rows[used], height])


def read(reader, path):
    """The reader's polygons; VTK says what it dislikes as an error event."""
    errors = []
    reader.AddObserver("ErrorEvent", lambda *_: errors.append(path))
    reader.SetFileName(path)
    reader.Update()
    if errors:
        sys.exit(f"{path}: VTK cannot read it")
    return reader.GetOutput()


def check(what, difference, tolerance=0.0):
    fine = difference <= tolerance
    print(f"{'ok  ' if fine else 'BAD '} {what}: {difference:g}")
    return fine


def array(data, name):
    values = data.GetPointData().GetArray(name)
    return vtk_to_numpy(values) if values else numpy.full(data.GetNumberOfPoints(), math.nan)


def worst(values, expected):
    if values.shape != expected.shape:
        return math.inf
    return float(numpy.max(numpy.abs(values - expected) / numpy.maximum(1, numpy.abs(expected))))


def check_vtp(path, grid):
    data = read(vtk.vtkXMLPolyDataReader(), path)
    low, high = grid.points.min(axis=0), grid.points.max(axis=0)
    bounds = numpy.array(data.GetBounds()).reshape(3, 2)
    return [check("points too many or too few", abs(data.GetNumberOfPoints() - len(grid.points))),
            check("cells too many or too few", abs(data.GetNumberOfPolys() - grid.cells)),
            check("bounds", worst(bounds, numpy.column_stack([low, high]))),
            check("places", worst(vtk_to_numpy(data.GetPoints().GetData()), grid.points), 1e-15),
            check("loss", worst(array(data, "loss"), grid.loss)),
            check("log_loss", worst(array(data, "log_loss"), grid.log_loss), 1e-15),
            check("accuracy", worst(array(data, "accuracy"), grid.accuracy))]


def check_solid(reader, path):
    data = read(reader, path)
    edges = vtk.vtkFeatureEdges()
    edges.SetInputData(data)
    edges.FeatureEdgesOff()
    edges.Update()
    triangles = vtk.vtkTriangleFilter()
    triangles.SetInputData(data)
    triangles.Update()
    corners = vtk_to_numpy(triangles.GetOutput().GetPolys().GetConnectivityArray()).reshape(-1, 3)
    a, b, c = (vtk_to_numpy(data.GetPoints().GetData()).astype(float)[corners[:, i]]
               for i in range(3))
    volume = float(numpy.sum(a * numpy.cross(b, c))) / 6
    name = os.path.basename(path)
    return [check(f"{name}: open or shared edges", edges.GetOutput().GetNumberOfCells()),
            check(f"{name}: negative of the volume", -volume, -sys.float_info.min)]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n", maxsplit=1)[0])
    parser.add_argument("surface")
    parser.add_argument("--landscape", default="build/landscape")
    parser.add_argument("--zmax", type=float, default=10)
    parser.add_argument("--log", action="store_true")
    o = parser.parse_args()
    options = ["--zmax", str(o.zmax)] + ["--log"] * o.log
    with tempfile.TemporaryDirectory() as directory:
        results = []
        for name, more in (("s.vtp", []), ("solid.vtp", ["--solid"]), ("solid.obj", ["--solid"]),
                           ("solid.ply", ["--solid"])):
            path = os.path.join(directory, name)
            subprocess.run([o.landscape, "plot", o.surface, "-o", path] + options + more, check=True,
                           stderr=subprocess.DEVNULL)
            if name == "s.vtp":
                results += check_vtp(path, Grid(o.surface, o.zmax, o.log))
            else:
                reader = {"vtp": vtk.vtkXMLPolyDataReader, "obj": vtk.vtkOBJReader,
                          "ply": vtk.vtkPLYReader}[name[-3:]]
                results += check_solid(reader(), path)
    sys.exit(0 if all(results) else 1)


if __name__ == "__main__":
    main()
