"""The images that networks are judged on, named as on the program's command line."""
import collections
import fractions
import os

import numpy
import torch

import probe

MEAN = (125.3, 123.0, 113.9)
DEVIATION = (63.0, 62.1, 66.7)
RECORD = 1 + 3 * 32 * 32


def cifar10_bytes(directory, split, count):
    """(pixels [count, 3, 32, 32], labels [count]) as bytes: the first records in file order, all of
    them if count is 0."""
    nested = os.path.join(directory, "cifar-10-batches-bin")
    directory = nested if os.path.isdir(nested) else directory
    names = [f"data_batch_{i}.bin" for i in range(1, 6)] if split == "train" else ["test_batch.bin"]
    parts, found = [], 0
    for name in names:
        if count == 0 or found < count:
            parts.append(numpy.fromfile(os.path.join(directory, name), numpy.uint8).reshape(-1, RECORD))
            found += len(parts[-1])
    records = numpy.concatenate(parts)
    if found < count:
        raise SystemExit(f"{directory}: has {found} images, {count} were asked for")
    records = records[:count or found]
    return records[:, 1:].reshape(-1, 3, 32, 32), records[:, 0]


def from_archive(path, split, count):
    """Of arrays as MedMNIST or Keras name them, normalised by 0.5 and 0.5."""
    with numpy.load(path) as arrays:
        names = (f"{split}_images", f"{split}_labels")
        pixels, labels = (arrays[n] for n in (names if names[0] in arrays else (f"x_{split}", f"y_{split}")))
    pixels = pixels[:, None] if pixels.ndim == 3 else pixels
    pixels = pixels.transpose(0, 3, 1, 2) if pixels.shape[3] in (1, 3) else pixels
    labels = labels[:, 0] if labels.shape[1:] == (1,) else labels
    count = count or len(labels)
    if len(labels) < count:
        raise SystemExit(f"{path}: has {len(labels)} images, {count} were asked for")
    return (torch.from_numpy(pixels[:count].astype(numpy.float32)).div_(127.5).sub_(1),
            torch.from_numpy(labels[:count].astype(numpy.int64)))


def in_proportion(labels):
    """Indices of the first image of every class, then of each as many as it has a part in all."""
    ranks, seen, every = [], collections.Counter(), collections.Counter(labels)
    for label in labels:
        ranks.append((fractions.Fraction(seen[label], every[label]), label))
        seen[label] += 1
    return sorted(range(len(labels)), key=ranks.__getitem__)


def from_folder(spec, split, count):
    """Of pictures in DIR/train and DIR/val that are scaled and cut, "DIR@SIDExSIDE", normalised by ImageNet's means and
    deviations, every class in the proportion it has in all."""
    import torchvision  # here, as it takes long and few need it
    from torchvision import transforms

    directory, extent = spec.rsplit("@", 1)
    side = int(extent.split("x")[0])
    steps = transforms.Compose([
        transforms.Resize(round(side * 8 / 7)), transforms.CenterCrop(side), transforms.ToTensor(),
        transforms.Normalize([0.485, 0.456, 0.406], [0.229, 0.224, 0.225])])
    found = torchvision.datasets.ImageFolder(os.path.join(directory, "train" if split == "train" else "val"), steps)
    order = in_proportion(found.targets)[:count or len(found)]
    if len(order) < count:
        raise SystemExit(f"{directory}: has {len(found)} images, {count} were asked for")
    images, labels = zip(*(found[i] for i in order))
    return torch.stack(images), torch.tensor(labels)


def load(spec, count, program, split="train"):
    """(float images [count, channels, height, width], integer labels) of a data set of the program.

    CIFAR-10, NumPy's archives and directories of pictures are read and normalised here; all others come from the probe
    `program`."""
    if spec.startswith("folder:"):
        return from_folder(spec.removeprefix("folder:"), split, count)
    if spec.startswith("npz:"):
        return from_archive(spec.removeprefix("npz:"), split, count)
    if not spec.startswith("cifar10:"):
        if split != "train":
            raise SystemExit(f"{spec}: only training images can be had from the probe")
        return probe.images(program, spec, count)
    pixels, labels = cifar10_bytes(spec.removeprefix("cifar10:"), split, count)
    mean, deviation = (torch.tensor(x).reshape(3, 1, 1) for x in (MEAN, DEVIATION))
    return (torch.from_numpy(pixels.astype(numpy.float32)).sub_(mean).div_(deviation),
            torch.from_numpy(labels.astype(numpy.int64)))
