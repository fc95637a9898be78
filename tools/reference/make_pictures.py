#!/usr/bin/python3
"""Writes tests/fixtures/folder: directories of pictures, and archives of what PIL and torchvision make of them.

`mixed` has pictures of all kinds and sizes, `equal` pictures of one size, `grey` such without colour, `blend` a grey
and a colour one. The archive NAME.npz holds NAME's pictures as they are, NAME-HxW.npz scaled and cut as for an
evaluation; in both, the first picture of every class comes first, then the second of every class.
"""
import io
import os

import numpy
from PIL import Image, PngImagePlugin
from torchvision import datasets, transforms

import images

DIRECTORY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../tests/fixtures/folder")


def paint(width, height, seed):
    """A colour picture of waves, with edges in it."""
    x, y = numpy.meshgrid(numpy.arange(width) / 16, numpy.arange(height) / 16)
    waves = [numpy.sin(x * (1 + c) + y * seed + c) + 0.5 * (numpy.cos(x * y + seed) > 0) for c in range(3)]
    return Image.fromarray(numpy.uint8(numpy.clip(100 + 80 * numpy.stack(waves, 2), 0, 255)))


def sixteen_bits(width, height):
    """A grey picture with two bytes a pixel."""
    values = 257 * numpy.array(paint(width, height, 9).convert("L"), numpy.uint16)
    return Image.fromarray(values.astype(numpy.int32), "I").convert("I;16")


def inks(width, height):
    """A picture for printing: of four inks."""
    return Image.merge("CMYK", (*paint(width, height, 5).split(), paint(width, height, 2).convert("L")))


def odd_jpeg():
    """A file that libjpeg warns of: two bytes too many behind its first segment, as broken cameras leave them."""
    file = io.BytesIO()
    paint(30, 44, 10).save(file, "JPEG", progressive=True, subsampling=2)
    return file.getvalue()[:20] + bytes(2) + file.getvalue()[20:]


def gamma_png():
    """A file that says its samples are linear, which PIL passes over."""
    file, info = io.BytesIO(), PngImagePlugin.PngInfo()
    info.add(b"gAMA", (100000).to_bytes(4, "big"))
    paint(20, 26, 11).save(file, "PNG", pnginfo=info)
    return file.getvalue()


def transparent(width, height):
    """A picture of which half can be seen."""
    picture = paint(width, height, 7)
    picture.putalpha(picture.convert("L"))
    return picture


MIXED = {
    "train/bees/1.PNG": paint(64, 30, 4).convert("P"), "train/bees/10.jpg": inks(49, 63),
    "train/bees/2.png": paint(12, 10, 6), "train/bees/3.png": transparent(31, 47), "train/bees/4.jfif": odd_jpeg(),
    "train/bees/5.png": gamma_png(), "train/ants/1.png": paint(57, 41, 1), "train/ants/2.JPEG": paint(40, 90, 2),
    "train/ants/more/4.jpg": paint(33, 33, 3).convert("L"), "train/ants/more-1/3.png": paint(9, 200, 12),
    "val/bees/1.jpeg": paint(50, 40, 8), "val/bees/2.png": paint(41, 37, 9), "test/wasps/1.png": paint(8, 8, 13),
}
EQUAL = {f"{kind}/{i}.png": paint(8, 8, i + (kind == "bright") * 9) for kind in ("bright", "dark") for i in range(4)}
GREY = {"a/0.png": paint(7, 5, 0).convert("L"), "a/1.png": paint(7, 5, 1).convert("L").convert("LA"),
        "b/0.jpg": paint(7, 5, 9).convert("L"), "b/1.png": sixteen_bits(7, 5)}
BLEND = {"a/1.png": paint(7, 5, 1).convert("L"), "a/2.png": paint(7, 5, 2)}


def rgb(path):
    """As torchvision's ImageFolder opens it. (PIL cuts samples of two bytes off at 255.)"""
    with Image.open(path) as picture:
        if picture.mode.startswith("I"):
            picture = Image.fromarray((numpy.array(picture) // 257).astype(numpy.uint8))
        return picture.convert("RGB")


def scaled(picture, height, width):
    """The middle of the picture, where that covers 8/7 of the extent."""
    rows, columns = round(height * 8 / 7), round(width * 8 / 7)
    if picture.height * columns <= picture.width * rows:
        columns = picture.width * rows // picture.height
    else:
        rows = picture.height * columns // picture.width
    steps = transforms.Compose([transforms.Resize((rows, columns)), transforms.CenterCrop((height, width))])
    return steps(picture)


def arrays(directory, classes, form):
    """(pixels [n, height, width, 3], labels [n])"""
    found = datasets.ImageFolder(directory, is_valid_file=lambda path: True)
    labels = [classes.index(found.classes[label]) for label in found.targets]
    order = images.in_proportion(labels)
    return (numpy.stack([numpy.array(form(rgb(found.samples[i][0]))) for i in order]),
            numpy.array([labels[i] for i in order]))


def write(folder, pictures, **forms):
    """The pictures, and an archive of each form of them."""
    directory = os.path.join(DIRECTORY, folder)
    for name, picture in pictures.items():
        path = os.path.join(directory, name)
        os.makedirs(os.path.dirname(path), exist_ok=True)
        if isinstance(picture, bytes):
            with open(path, "wb") as file:
                file.write(picture)
        else:
            picture.save(path)
    splits = ("train", "val") if "train" in os.listdir(directory) else (".",)
    classes = sorted(os.listdir(os.path.join(directory, splits[0])))
    for form, function in forms.items():
        held = {}
        for split, name in zip(splits, ("train", "test")):
            held.update(zip((f"{name}_images", f"{name}_labels"),
                            arrays(os.path.join(directory, split), classes, function)))
        name = folder + form.replace("as_they_are", "").replace("to", "-")
        numpy.savez_compressed(os.path.join(DIRECTORY, name + ".npz"), **held)


def main():
    """Writes all of them."""
    write("mixed", MIXED, to24x24=lambda picture: scaled(picture, 24, 24), to16x40=lambda p: scaled(p, 16, 40),
          to25x3=lambda picture: scaled(picture, 25, 3),
          to14x14x1=lambda picture: scaled(picture, 14, 14).convert("L").convert("RGB"))
    write("equal", EQUAL, as_they_are=lambda picture: picture)
    write("grey", GREY, as_they_are=lambda picture: picture)
    write("blend", BLEND)


if __name__ == "__main__":
    main()
