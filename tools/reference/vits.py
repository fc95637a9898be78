#!/usr/bin/python3
"""A small vision transformer (Dosovitskiy et al. 2021), with its skip connections or without them, written as an
ONNX file with PyTorch's initial weights."""
import argparse

import torch
from torch import nn

OPSET = 14


class Attention(nn.Module):
    """Of tokens to each other, in heads (Vaswani et al. 2017)."""

    def __init__(self, channels, heads):
        super().__init__()
        self.heads = heads
        self.qkv, self.project = nn.Linear(channels, 3 * channels), nn.Linear(channels, channels)

    def scores(self, q, k):
        return (q * q.shape[-1] ** -0.5) @ k.transpose(-2, -1)

    def split(self, x):
        """Queries, keys and values [batch, heads, tokens, channels of a head]."""
        batch, tokens, channels = x.shape
        x = self.qkv(x).reshape(batch, tokens, 3, self.heads, channels // self.heads)
        return (part.transpose(1, 2) for part in x.unbind(2))

    def forward(self, x):
        q, k, v = self.split(x)
        return self.project((self.scores(q, k).softmax(-1) @ v).transpose(1, 2).reshape(x.shape))


class Block(nn.Module):
    """Attention, then two linear layers for each token, with a skip connection around each of both."""

    def __init__(self, channels, heads, wider, skips, attention=Attention):
        super().__init__()
        self.skips = skips
        self.norm1, self.attention = nn.LayerNorm(channels), attention(channels, heads)
        self.norm2 = nn.LayerNorm(channels)
        self.widen, self.narrow = nn.Linear(channels, wider * channels), nn.Linear(wider * channels, channels)

    def forward(self, x):
        y = self.attention(self.norm1(x))
        x = x + y if self.skips else y
        y = self.narrow(nn.functional.gelu(self.widen(self.norm2(x))))
        return x + y if self.skips else y


class Vision(nn.Module):
    """Patches, a token that is learned in front of them, positions, blocks; the token tells the class."""

    def __init__(self, channels, heads, depth, patch, wider=4, skips=True, classes=10, attention=Attention):
        super().__init__()
        self.patches = nn.Conv2d(3, channels, patch, stride=patch)
        self.token = nn.Parameter(torch.empty(1, 1, channels).normal_(0, 0.02))
        self.positions = nn.Parameter(torch.empty(1, (32 // patch) ** 2 + 1, channels).normal_(0, 0.02))
        self.blocks = nn.Sequential(*(Block(channels, heads, wider, skips, attention) for _ in range(depth)))
        self.norm, self.linear = nn.LayerNorm(channels), nn.Linear(channels, classes)

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2)
        x = torch.cat([self.token.expand(x.shape[0], -1, -1), x], 1) + self.positions
        return self.linear(self.norm(self.blocks(x))[:, 0])


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("out", metavar="FILE.onnx")
    parser.add_argument("--plain", action="store_true", help="without skip connections")
    parser.add_argument("--channels", type=int, default=96, metavar="N", help="default %(default)s")
    parser.add_argument("--heads", type=int, default=3, metavar="N", help="default %(default)s")
    parser.add_argument("--depth", type=int, default=6, metavar="N", help="blocks; default %(default)s")
    parser.add_argument("--patch", type=int, default=4, metavar="N", help="its side in pixels; default %(default)s")
    parser.add_argument("--seed", type=int, default=0, metavar="N", help="default %(default)s")
    a = parser.parse_args()
    torch.manual_seed(a.seed)
    network = Vision(a.channels, a.heads, a.depth, a.patch, skips=not a.plain).eval()
    torch.onnx.export(network, torch.zeros(1, 3, 32, 32), a.out, opset_version=OPSET)


if __name__ == "__main__":
    main()
