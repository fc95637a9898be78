#!/usr/bin/python3
"""A network of one's own, for `landscape scan --evaluator`: it tells two spirals apart.

    spirals.py train FILE [--plain]    trains it and saves its state_dict; without skips if so asked
    spirals.py [--plain]               serves its loss to landscape
"""
import math
import sys

import torch
from torch import nn

from landscape_evaluator import serve_torch

DEPTH, WIDTH = 12, 24
PLAIN = "--plain" in sys.argv


class Layer(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(WIDTH, WIDTH)

    def forward(self, x):
        y = torch.tanh(self.linear(x))
        return y if PLAIN else x + y


def network():
    return nn.Sequential(nn.Linear(2, WIDTH), *(Layer() for _ in range(DEPTH)), nn.Linear(WIDTH, 2))


def spirals(count, seed):
    """(points [count, 2], which spiral each belongs to)."""
    generator = torch.Generator().manual_seed(seed)
    which = torch.arange(count) % 2
    turn = 3 * math.pi * torch.rand(count, generator=generator).sqrt()
    angle = turn + math.pi * which
    points = torch.stack((angle.cos(), angle.sin()), 1) * turn[:, None] / (3 * math.pi)
    return points + 0.02 * torch.randn(count, 2, generator=generator), which


def train(path):
    torch.manual_seed(0)
    net, (points, which) = network(), spirals(1000, 0)
    optimizer = torch.optim.Adam(net.parameters(), 3e-3)
    for _ in range(600):
        loss = nn.functional.cross_entropy(net(points), which)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    torch.save(net.state_dict(), path)
    print(f"{path}: loss {loss.item():.4f}")


torch.set_num_threads(1)
if "train" in sys.argv:
    train(sys.argv[2])
else:
    serve_torch(network(), [spirals(1000, 0)], name="Plain spirals" if PLAIN else "Spirals with skips",
                data="two spirals", samples=1000)
