"""Small networks of attention whose pixels and channels are grouped: in windows, rolled and padded ones among them
(Liu et al. 2021), in the operations that Swin transformers have in PyTorch; and in other ways that networks have."""
import itertools

import torch
from torch import nn


def regions(size, window, shift):
    """Which pixels of a rolled image of size x size lie side by side in the image itself: a number for each of them."""
    def part(i):
        return 0 if i < size - window else 1 if i < size - shift else 2
    return torch.tensor([[3.0 * part(y) + part(x) for x in range(size)] for y in range(size)])


def partition(x, window):
    """[images * windows, pixels of a window, channels] of x[images, height, width, channels]."""
    images, height, width, channels = x.shape
    x = x.view(images, height // window, window, width // window, window, channels)
    return x.permute(0, 1, 3, 2, 4, 5).reshape(-1, window * window, channels)


def join(x, window, size):
    """Back to [images, size, size, channels]."""
    x = x.view(-1, size // window, size // window, window, window, x.shape[2])
    return x.permute(0, 1, 3, 2, 4, 5).reshape(-1, size, size, x.shape[5])


class Windows(nn.Module):
    """Attention among the pixels of each window, which are padded to be whole, and rolled by `shift`."""

    def __init__(self, channels, heads, size, window, shift):
        super().__init__()
        self.heads, self.size, self.window, self.shift = heads, size, window, shift
        self.whole = -(-size // window) * window
        self.norm, self.qkv = nn.LayerNorm(channels), nn.Linear(channels, 3 * channels)
        self.project = nn.Linear(channels, channels)
        self.table = nn.Parameter(torch.randn((2 * window - 1) ** 2, heads) / 2)

    def biases(self):
        """[heads, pixels, pixels] of the distances in a window."""
        wide = 2 * self.window - 1
        places = list(itertools.product(range(self.window), repeat=2))
        index = torch.tensor([(y - v + self.window - 1) * wide + x - u + self.window - 1
                              for y, x in places for v, u in places])
        count = len(places)
        return self.table[index].view(count, count, self.heads).permute(2, 0, 1).unsqueeze(0)

    def mask(self):
        """[windows, 1, pixels, pixels]: 0 for those that lie side by side."""
        region = partition(regions(self.whole, self.window, self.shift).view(1, self.whole, self.whole, 1), self.window)
        region = region.squeeze(2)
        return (region.unsqueeze(1) != region.unsqueeze(2)).float().unsqueeze(1) * -100

    def attend(self, x):
        """[images * windows, pixels, channels] of the same."""
        count, pixels, channels = x.shape
        qkv = self.qkv(x).reshape(count, pixels, 3, self.heads, channels // self.heads).permute(2, 0, 3, 1, 4)
        scores = (qkv[0] * (channels // self.heads) ** -0.5) @ qkv[1].transpose(-2, -1) + self.biases()
        if self.shift:
            mask = self.mask()
            scores = scores.view(count // mask.shape[0], mask.shape[0], self.heads, pixels, pixels) + mask.unsqueeze(0)
            scores = scores.view(count, self.heads, pixels, pixels)
        x = (torch.softmax(scores, -1) @ qkv[2]).transpose(1, 2).reshape(count, pixels, channels)
        return self.project(x)

    def forward(self, x):
        more = self.whole - self.size
        y = nn.functional.pad(self.norm(x), (0, 0, 0, more, 0, more))
        y = torch.roll(y, (-self.shift, -self.shift), (1, 2)) if self.shift else y
        y = join(self.attend(partition(y, self.window)), self.window, self.whole)
        y = torch.roll(y, (self.shift, self.shift), (1, 2)) if self.shift else y
        return x + y[:, :self.size, :self.size]


class Shifted(nn.Module):
    """Windows that fit, that are rolled, and that are padded and rolled; pixels put together in fours; one window."""

    def __init__(self):
        super().__init__()
        self.patches = nn.Conv2d(3, 8, 8, stride=8)
        self.blocks = nn.Sequential(Windows(8, 2, 4, 2, 0), Windows(8, 2, 4, 2, 1), Windows(8, 1, 4, 3, 1))
        self.norm, self.merge = nn.LayerNorm(32), nn.Linear(32, 12)
        self.last, self.linear = Windows(12, 3, 2, 2, 0), nn.Linear(12, 10)

    def forward(self, x):
        x = self.blocks(self.patches(x).permute(0, 2, 3, 1))
        x = torch.cat([x[:, y::2, z::2] for z in range(2) for y in range(2)], -1)
        x = self.last(self.merge(self.norm(x)))
        return self.linear(x.mean([1, 2]))


class Regrouped(nn.Module):
    """Pixels that are put together by fours in both ways that are usual, and an image behind itself; attention whose
    queries, keys and values stand side by side in each head and whose shares are turned, as CoAtNets have it, among
    every other pixel, as MobileViTs do, and among channels (Ding et al. 2022, DaViT)."""

    def __init__(self):
        super().__init__()
        self.patches, self.first = nn.Conv2d(3, 3, 2, stride=2), nn.Conv2d(12, 6, 1)
        self.second, self.beside = nn.Conv2d(24, 8, 1), nn.Conv2d(8, 24, 1)
        self.norm, self.apart, self.channels = nn.LayerNorm(8), nn.Linear(8, 24), nn.Linear(8, 24)
        self.linear, self.positions = nn.Linear(8, 10), nn.Parameter(torch.randn(1, 4, 4, 8) / 2)

    def attend_beside(self, x):
        """[images, 8, height, width] of the same, in two heads."""
        q, k, v = self.beside(x).view(x.shape[0], 2, 12, -1).chunk(3, dim=2)
        shares = torch.softmax((q * 0.7).transpose(-2, -1) @ k, -1)
        return (v @ shares.transpose(-2, -1)).view(x.shape)

    def attend_apart(self, x):
        """The same of pixels two apart, in one head."""
        images, channels, height, width = x.shape
        y = x.reshape(-1, 2, width // 2, 2).transpose(1, 2).reshape(images, channels, -1, 4).transpose(1, 3)
        y = y.reshape(images * 4, -1, channels)
        q, k, v = self.apart(self.norm(y)).chunk(3, dim=2)
        y = y + torch.softmax(q @ k.transpose(-2, -1), -1) @ v
        y = y.contiguous().view(images, 4, -1, channels).transpose(1, 3)
        return y.reshape(-1, width // 2, 2, 2).transpose(1, 2).reshape(images, channels, height, width)

    def attend_channels(self, x):
        """[images, pixels, 8] of the same, of the channels of two groups."""
        images, pixels, channels = x.shape
        q, k, v = self.channels(x).reshape(images, pixels, 3, 2, channels // 2).permute(2, 0, 3, 1, 4)
        shares = torch.softmax((k * 0.5).transpose(-1, -2) @ v, -1)
        x = (shares @ q.transpose(-1, -2)).transpose(-1, -2)
        return x.transpose(1, 2).reshape(images, pixels, channels)

    def forward(self, x):
        x = self.patches(x)
        images, channels, height, width = x.shape
        x = x.view(images, channels, height // 2, 2, width // 2, 2).permute(0, 3, 5, 1, 2, 4)
        x = torch.tanh(self.first(x.reshape(images, channels * 4, height // 2, width // 2)))
        x = torch.tanh(self.second(nn.functional.pixel_unshuffle(x, 2)))
        x = torch.cat([x, x], 2)[:, :, 3:7]
        x = self.attend_apart(x + self.attend_beside(x))
        x = (x.permute(0, 2, 3, 1) + self.positions).flatten(1, 2)
        return self.linear((x + self.attend_channels(x)).mean(1))


class Letters(nn.Module):
    """Attention written by einsum, in the orders of dimensions that are usual: one head after the other, heads that are
    in the way, shares behind the values, channels before tokens."""

    def __init__(self):
        super().__init__()
        self.patches, self.linear = nn.Conv2d(3, 12, 8, stride=8), nn.Linear(12, 10)
        self.qkv = nn.ModuleList(nn.Linear(12, 36) for _ in range(4))

    def forward(self, x):
        x = torch.tanh(self.patches(x)).flatten(2).transpose(1, 2)
        images, tokens, channels = x.shape
        parts = images, tokens, 3, channels // 3
        q, k, v = (part.reshape(parts).transpose(1, 2) for part in self.qkv[0](x).chunk(3, -1))
        shares = (torch.einsum("bhid,bhjd->bhij", q, k) * 0.5).softmax(-1)
        x = x + torch.einsum("bhij,bhjd->bhid", shares, v).transpose(1, 2).reshape(x.shape)
        q, k, v = (part.reshape(parts) for part in self.qkv[1](x).chunk(3, -1))
        shares = torch.einsum("b i h d, b j h d -> b h i j", q * 0.7, k).softmax(-1)
        x = x + torch.einsum("b h i j, b j h d -> b i h d", shares, v).reshape(x.shape)
        q, k, v = self.qkv[2](x).chunk(3, -1)
        shares = torch.einsum("bqc,bkc->bqk", q, k).softmax(-1)
        x = x + torch.einsum("bkc,bqk->bqc", v, shares)
        q, k, v = (part.reshape(parts).permute(0, 2, 3, 1) for part in self.qkv[3](x).chunk(3, -1))
        shares = torch.einsum("bhdi,bhdj->bhij", q, k).softmax(-1)
        y = torch.einsum("bhij,bhdj->bhdi", shares, v).reshape(images, channels, tokens)
        return self.linear((x + y.transpose(1, 2)).mean(1))
