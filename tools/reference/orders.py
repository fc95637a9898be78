"""A small network that puts pixels in other orders in all the ways that files of PyTorch have for that."""
import torch
from torch import nn

import shifted_windows

HEADS = 2


class Orders(nn.Module):
    """Images with rows and columns exchanged, mirrored, split, and joined with others; rolled ones of two rows, padded
    ones of one; windows of rows and columns exchanged, whose heads are put in one dimension with them; zeros that
    are too many or too uneven for the window that is behind them."""

    def __init__(self):
        super().__init__()
        self.patches = nn.Conv2d(3, 6, 8, stride=8)
        self.positions = nn.ParameterList([nn.Parameter(torch.randn(1, 16, 6) / 2) for _ in range(3)])
        self.conv, self.wide = nn.Conv2d(6, 6, 3, padding=1), nn.Conv2d(6, 6, (2, 1))
        self.widen, self.qkv = nn.Linear(12, 6), nn.Linear(6, 18)
        self.last, self.linear = nn.Conv2d(6, 8, (1, 3)), nn.Linear(8, 10)

    def place(self, x, i):
        """Numbers the pixels, so that their order is seen."""
        return torch.tanh(x.reshape(-1, 16, 6) + self.positions[i]).reshape(-1, 4, 4, 6)

    def attend(self, x):
        """Among the pixels of each window, of which every one sees those before it."""
        count, pixels, channels = x.shape
        q, k, v = self.qkv(x).reshape(count, pixels, 3, HEADS, channels // HEADS).permute(2, 0, 3, 1, 4)
        scores = (q @ k.transpose(-2, -1)).reshape(count * HEADS, pixels, pixels)
        scores = scores + torch.tensor(torch.full((pixels, pixels), float("-inf")).triu(1).tolist(), dtype=x.dtype)
        y = torch.softmax(scores.reshape(count, HEADS, pixels, pixels), -1) @ v
        return y.transpose(1, 2).reshape(count, pixels, channels)

    def forward(self, x):
        f = nn.functional
        x = self.patches(x)
        x = torch.tanh(self.conv(x.transpose(2, 3))).permute(0, 2, 3, 1)
        x = self.place(x + torch.flip(x, (1,)).transpose(1, 2), 0)
        x = self.widen(torch.cat([x.transpose(1, 2), 0.5 * x.flip(1, 2)], -1))
        windows = shifted_windows.partition(self.place(x, 1).transpose(1, 2), 2)
        x = x + shifted_windows.join(self.attend(windows), 2, 4).transpose(1, 2)
        top, below = x.split([2, 2], 1)
        x = self.place(torch.cat([torch.roll(below, (1, 0), (1, 2)), 2 * top], 1), 2).permute(0, 3, 1, 2)
        x = torch.tanh(self.wide(f.pad(x, (0, 1, 2, 0))))
        x = f.avg_pool2d(f.pad(x, (1, 0, 2, 1)), 2, 2, 1, ceil_mode=True, count_include_pad=False)
        x = f.pad(x[:, :, 2:3].permute(0, 2, 3, 1), (0, 0, 1, 0, 1, 1)).permute(0, 3, 1, 2)
        return self.linear(torch.tanh(self.last(x)).mean([2, 3]))
