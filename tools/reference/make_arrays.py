#!/usr/bin/python3
"""Writes tests/fixtures/npz: archives of images and labels as NumPy writes them, good ones and such as are
to be refused.

Pixel (y, x) of channel c of image i is 40 i + 30 c + 6 y + x modulo 256, the label of image i is i % 3.
`bright` has 24 square images, the brighter the larger the label; `many` has as many classes as images.
"""
import io
import os
import zipfile

import numpy

DIRECTORY = os.path.join(os.path.dirname(os.path.abspath(__file__)), "../../tests/fixtures/npz")
HEIGHT, WIDTH = 4, 6


def images(count, channels):
    """[count, channels, height, width]"""
    i, c, y, x = numpy.indices((count, channels, HEIGHT, WIDTH))
    return (40 * i + 30 * c + 6 * y + x).astype(numpy.uint8)


def labels(count):
    """[count]"""
    return numpy.arange(count) % 3


def medmnist(pixels, of):
    """The arrays of a data set of six images, four of them for training, under MedMNIST's names."""
    return {"train_images": pixels[:4], "train_labels": of[:4], "test_images": pixels[4:], "test_labels": of[4:]}


def keras(pixels, of):
    """The same under Keras's names."""
    return {"x_train": pixels[:4], "y_train": of[:4], "x_test": pixels[4:], "y_test": of[4:]}


def save(name, arrays, write=numpy.savez):
    """One file."""
    write(os.path.join(DIRECTORY, name + ".npz"), **arrays)


def masks(count):
    """Labels of all pixels: [count, height, width]."""
    return (images(count, 1)[:, 0] % 5).astype(numpy.int64)


def lie(name, shape, found, method=zipfile.ZIP_STORED):
    """An archive whose x_train says that it is of this shape, and has so many bytes."""
    header = io.BytesIO()
    numpy.lib.format.write_array_header_1_0(header, {"descr": "|u1", "fortran_order": False, "shape": shape})
    labels_file = io.BytesIO()
    numpy.save(labels_file, labels(shape[0]))
    with zipfile.ZipFile(os.path.join(DIRECTORY, name + ".npz"), "w", method) as archive:
        archive.writestr("x_train.npy", header.getvalue() + bytes(found))
        archive.writestr("y_train.npy", labels_file.getvalue())


def main():
    os.makedirs(DIRECTORY, exist_ok=True)
    grey, colour, six = images(6, 1), images(6, 3), labels(6)
    last = numpy.ascontiguousarray(colour.transpose(0, 2, 3, 1))
    save("good-grey", medmnist(grey[:, 0], six[:, None].astype(numpy.uint8)))
    save("good-grey-channel", keras(grey, six.astype(numpy.int32)), numpy.savez_compressed)
    save("good-colour-first", keras(colour, six.astype(numpy.uint16)))
    save("good-colour-last", medmnist(last, six), numpy.savez_compressed)
    save("good-masks", keras(last, masks(6)))
    save("good-masks-channel", keras(last, masks(6)[..., None].astype(numpy.uint8)))
    save("train-only", {"x_train": last, "y_train": six})
    many = numpy.arange(2500)
    save("many", {"x_train": numpy.zeros((2500, 1, 1), numpy.uint8), "y_train": many, "x_test": grey[:1, 0, :1, :1],
                  "y_test": many[:1]}, numpy.savez_compressed)
    generator = numpy.random.default_rng(0)
    bright = generator.integers(0, 128, (24, 8, 8)) + 60 * labels(24)[:, None, None]
    save("bright", {"x_train": bright[:16].astype(numpy.uint8), "y_train": labels(24)[:16],
                    "x_test": bright[16:].astype(numpy.uint8), "y_test": labels(24)[16:]})
    save("sizes", {"x_train": grey[:4, 0], "y_train": six[:4], "x_test": grey[4:, 0, 1:], "y_test": six[4:]})
    save("bad-float", keras(colour / numpy.float32(255), six))
    save("bad-order", {name: numpy.asfortranarray(array) for name, array in keras(last, six).items()})
    save("bad-machine", keras(last, six.astype(">i8")))
    save("bad-channels", keras(images(6, 2), six))
    save("bad-flat", keras(colour.reshape(6, -1), six))
    save("bad-labels", keras(last, numpy.eye(3)[six]))
    save("bad-many-labels", keras(last, numpy.eye(3, dtype=numpy.uint8)[six]))
    save("bad-negative", keras(last, six - 1))
    save("bad-negative-byte", keras(last, (six - 1).astype(numpy.int8)))
    save("bad-few", {**keras(last, six), "y_train": six[:2]})
    save("bad-more", {**keras(last, six), "y_train": six})
    save("bad-splits", {**keras(last, six), "y_test": masks(2)})
    save("bad-names", {"images": last, "labels": six})
    lie("bad-none", (0, HEIGHT, WIDTH), 0)
    lie("bad-height", (4, 0, WIDTH), 0)
    lie("bad-large", (1, 5000, 1), 5000, zipfile.ZIP_DEFLATED)
    lie("bad-promise", (4, HEIGHT, WIDTH), 4 * HEIGHT * WIDTH - 1)
    lie("bad-rest", (4, HEIGHT, WIDTH), 4 * HEIGHT * WIDTH + 1)
    lie("bad-bomb", (1000, 400, 1), 400000, zipfile.ZIP_BZIP2)


if __name__ == "__main__":
    main()
