"""Highway networks (Srivastava et al. 2015) in PyTorch, with batch norm, their gates optional."""
import torch
from torch import nn
from torch.nn import functional as F

from resnets import convolution


class Layer(nn.Module):
    """T H(x) + (1 - T) x with T = sigmoid(gate(x)), or H(x) alone."""

    def __init__(self, inputs, outputs, stride, gated):
        super().__init__()
        self.conv = convolution(inputs, outputs, 3, stride)
        self.bn = nn.BatchNorm2d(outputs)
        if gated:
            self.gate = nn.Conv2d(inputs, outputs, 3, padding=1)

    def forward(self, x):
        y = F.relu(self.bn(self.conv(x)))
        if not hasattr(self, "gate"):
            return y
        gate = torch.sigmoid(self.gate(x))
        return gate * y + (1 - gate) * x


class Highway(nn.Module):
    """Three stages; what changes the shape has no gate."""

    def __init__(self, depth, gated):
        super().__init__()
        self.stem, inputs = Layer(3, 16, 1, False), 16
        for stage in range(3):
            made = []
            for layer in range((depth - 2) // 3):
                narrows = stage > 0 and layer == 0
                made.append(Layer(inputs, 16 << stage, 2 if narrows else 1, gated and not narrows))
                inputs = 16 << stage
            setattr(self, f"layer{stage + 1}", nn.Sequential(*made))
        self.linear = nn.Linear(inputs, 10)

    def forward(self, x):
        return self.linear(self.layer3(self.layer2(self.layer1(self.stem(x)))).mean((2, 3)))


ARCHITECTURES = {
    f"highway{depth}{suffix}": lambda depth=depth, gated=not suffix: Highway(depth, gated)
    for depth in (20, 32) for suffix in ("", "-noshort")
}

PARAMETERS = {"highway20-noshort": 269722, "highway32-noshort": 464154}
