"""DenseNets (Huang et al. 2017) in PyTorch, with bottlenecks and compression, their skips optional."""
import torch
from torch import nn
from torch.nn import functional as F

from resnets import convolution


class Layer(nn.Module):
    """Adds `growth` feature maps in front of its input's, or gives only them."""

    def __init__(self, inputs, growth, skips):
        super().__init__()
        self.bn1 = nn.BatchNorm2d(inputs)
        self.conv1 = convolution(inputs, 4 * growth, 1)
        self.bn2 = nn.BatchNorm2d(4 * growth)
        self.conv2 = convolution(4 * growth, growth, 3)
        self.skips = skips

    def forward(self, x):
        y = self.conv2(F.relu(self.bn2(self.conv1(F.relu(self.bn1(x))))))
        return torch.cat((y, x), 1) if self.skips else y


class Transition(nn.Module):
    """Fewer feature maps on a quarter of the pixels."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.bn = nn.BatchNorm2d(inputs)
        self.conv = convolution(inputs, outputs, 1)

    def forward(self, x):
        return F.avg_pool2d(self.conv(F.relu(self.bn(x))), 2)


class DenseNet(nn.Module):
    """Blocks of layers with transitions between them. Without skips, every layer has the outputs it
    has with them."""

    def __init__(self, layers, growth, skips):
        super().__init__()
        maps = width = 2 * growth  # there are with skips; there really are
        self.conv1 = convolution(3, maps, 3)
        self.blocks = len(layers)
        for block, count in enumerate(layers, 1):
            if block > 1:
                maps //= 2
                setattr(self, f"trans{block - 1}", Transition(width, maps))
                width = maps
            made = []
            for _ in range(count):
                made.append(Layer(width, growth, skips))
                width = width + growth if skips else growth
            maps += count * growth
            setattr(self, f"dense{block}", nn.Sequential(*made))
        self.bn = nn.BatchNorm2d(width)
        self.linear = nn.Linear(width, 10)

    def forward(self, x):
        x = self.conv1(x)
        for block in range(1, self.blocks + 1):
            if block > 1:
                x = getattr(self, f"trans{block - 1}")(x)
            x = getattr(self, f"dense{block}")(x)
        return self.linear(F.relu(self.bn(x)).mean((2, 3)))


ARCHITECTURES = {}
for name, counts, k in (("densenet-cifar", (6, 12, 24, 16), 12), ("densenet121", (6, 12, 24, 16), 32),
                        ("densenet-bc-40-12", (6, 6, 6), 12),
                        ("densenet-bc-100-12", (16, 16, 16), 12)):
    ARCHITECTURES[name] = lambda c=counts, k=k: DenseNet(c, k, True)
    ARCHITECTURES[name + "-noshort"] = lambda c=counts, k=k: DenseNet(c, k, False)

PARAMETERS = {"densenet-cifar": 1000618, "densenet121": 6956298, "densenet-bc-40-12": 176122,
              "densenet-bc-100-12": 769162}
