#!/usr/bin/python3
"""Writes tests/fixtures/npz: archives of images and labels as NumPy writes them, good ones and such as are
to be refused. Pixel (y, x) of channel c of image i is 40 i + 30 c + 6 y + x modulo 256, the label of image i is i % 3. `bright` has 24
square images, the brighter the larger the label."""
import os

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


def main():
    os.makedirs(DIRECTORY, exist_ok=True)
    grey, colour, six = images(6, 1), images(6, 3), labels(6)
    last = numpy.ascontiguousarray(colour.transpose(0, 2, 3, 1))
    save("good-grey", medmnist(grey[:, 0], six[:, None].astype(numpy.uint8)))
    save("good-grey-channel", keras(grey, six.astype(numpy.int32)), numpy.savez_compressed)
    save("good-colour-first", keras(colour, six.astype(numpy.uint16)))
    save("good-colour-last", medmnist(last, six), numpy.savez_compressed)
    save("good-masks", keras(last, masks(6)))
    generator = numpy.random.default_rng(0)
    bright = generator.integers(0, 128, (24, 8, 8)) + 60 * labels(24)[:, None, None]
    save("bright", {"x_train": bright[:16].astype(numpy.uint8), "y_train": labels(24)[:16],
                    "x_test": bright[16:].astype(numpy.uint8), "y_test": labels(24)[16:]})
    save("bad-float", keras(colour / numpy.float32(255), six))
    save("bad-order", {name: numpy.asfortranarray(array) for name, array in keras(last, six).items()})
    save("bad-machine", keras(last, six.astype(">i8")))
    save("bad-channels", keras(images(6, 2), six))
    save("bad-flat", keras(colour.reshape(6, -1), six))
    save("bad-labels", keras(last, numpy.eye(3)[six]))
    save("bad-many-labels", keras(last, numpy.eye(3, dtype=numpy.uint8)[six]))
    save("bad-negative", keras(last, six - 1))
    save("bad-few", {**keras(last, six), "y_train": six[:2]})
    save("bad-names", {"images": last, "labels": six})
    save("bad-no-test", {"x_train": last, "y_train": six})


if __name__ == "__main__":
    main()
