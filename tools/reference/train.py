#!/usr/bin/python3
"""Trains a CIFAR-10 network in PyTorch by the program's recipe, and prints lines like those of log.csv.

Random numbers are PyTorch's and numpy's own: errors should come out alike, not equal. Shows what to
expect of a data set that is not quite the published one, such as recompressed images."""
import argparse
import time

import numpy
import torch
from torch import nn
from torch.nn import functional as F

import images
import models


def initialise(network):
    """The weights of the paper's recipe."""
    for module in network.modules():
        if isinstance(module, nn.Conv2d):
            nn.init.kaiming_normal_(module.weight)
        elif isinstance(module, nn.Linear):
            nn.init.normal_(module.weight, std=1e-3)
            nn.init.zeros_(module.bias)
    return network


def augment(pixels, rng):
    """Random crops of the images, bordered by 4 pixels of the mean colour, and horizontal flips."""
    padded = F.pad(pixels, (4, 4, 4, 4))
    rows, columns = rng.integers(0, 9, (2, len(pixels)))
    crops = torch.stack([image[:, row:row + 32, column:column + 32]
                         for image, row, column in zip(padded, rows, columns)])
    flipped = torch.from_numpy(rng.random(len(pixels)) < 0.5)
    crops[flipped] = crops[flipped].flip(-1)
    return crops


class Meter:
    """Mean loss and error in percent of what it is shown."""

    def __init__(self):
        self.loss = self.wrong = self.count = 0

    def add(self, logits, labels):
        loss = F.cross_entropy(logits, labels)
        self.loss += loss.item() * len(labels)
        self.wrong += (logits.argmax(1) != labels).sum().item()
        self.count += len(labels)
        return loss

    def __str__(self):
        return f"{self.loss / self.count:.6g},{100 * self.wrong / self.count:.4f}"


def train_epoch(network, optimizer, pixels, labels, rng):
    network.train()
    meter = Meter()
    for chosen in torch.from_numpy(rng.permutation(len(pixels))).split(128):
        batch = augment(pixels[chosen], rng).contiguous(memory_format=torch.channels_last)
        loss = meter.add(network(batch), labels[chosen])
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return meter


def test(network, pixels, labels):
    network.eval()
    meter = Meter()
    with torch.no_grad():
        for batch, targets in zip(pixels.split(200), labels.split(200)):
            meter.add(network(batch), targets)
    return meter


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--arch", required=True)
    parser.add_argument("--data", required=True, help="cifar10:DIR")
    parser.add_argument("--epochs", type=int, default=300, help="default %(default)s")
    parser.add_argument("--lr-steps", default="0.5,0.75,0.917", help="default %(default)s")
    parser.add_argument("--subset", type=int, default=0, help="train on the first images only")
    parser.add_argument("--seed", type=int, default=0, help="default %(default)s")
    parser.add_argument("--threads", type=int, default=2, help="default %(default)s")
    a = parser.parse_args()
    torch.set_num_threads(a.threads)
    torch.manual_seed(a.seed)
    rng = numpy.random.default_rng(a.seed)
    pixels, labels = images.load(a.data, a.subset, None)
    tests = images.load(a.data, 0, None, "test")
    network = initialise(models.create(a.arch)).to(memory_format=torch.channels_last)
    optimizer = torch.optim.SGD(network.parameters(), lr=0.1, momentum=0.9, weight_decay=5e-4,
                                nesterov=True)
    steps = [float(step) for step in a.lr_steps.split(",")]
    schedule = torch.optim.lr_scheduler.MultiStepLR(optimizer, [int(a.epochs * s + 0.5) for s in steps])
    print("epoch,rate,train_loss,train_error,test_loss,test_error,seconds")
    for epoch in range(1, a.epochs + 1):
        begin, rate = time.monotonic(), optimizer.param_groups[0]["lr"]
        trained = train_epoch(network, optimizer, pixels, labels, rng)
        schedule.step()
        print(f"{epoch},{rate:g},{trained},{test(network, *tests)},{time.monotonic() - begin:.1f}",
              flush=True)


if __name__ == "__main__":
    main()
