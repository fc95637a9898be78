"""Residual networks (He et al. 2016) in PyTorch, their skips optional."""
from torch import nn
from torch.nn import functional as F


def convolution(inputs, outputs, size, stride=1):
    """A convolution without bias whose output is as large as its input, divided by the stride."""
    return nn.Conv2d(inputs, outputs, size, stride, padding=size // 2, bias=False)


class Block(nn.Module):
    """Convolutions of (outputs, size, stride) with batch norm; the input is added to their result by a
    child called `shortcut`, unless that is None."""

    def __init__(self, inputs, layers, shortcut):
        super().__init__()
        self.count, self.shortcut_name, width = len(layers), shortcut, inputs
        for i, (outputs, size, stride) in enumerate(layers, 1):
            setattr(self, f"conv{i}", convolution(width, outputs, size, stride))
            setattr(self, f"bn{i}", nn.BatchNorm2d(outputs))
            width = outputs
        stride = max(stride for _, _, stride in layers)
        if shortcut and (inputs != width or stride != 1):
            setattr(self, shortcut, nn.Sequential(convolution(inputs, width, 1, stride),
                                                  nn.BatchNorm2d(width)))

    def forward(self, x):
        y = x
        for i in range(1, self.count + 1):
            y = getattr(self, f"bn{i}")(getattr(self, f"conv{i}")(y))
            if i < self.count:
                y = F.relu(y)
        if self.shortcut_name:
            y = y + getattr(self, self.shortcut_name, nn.Identity())(x)
        if self.count == 3 and not self.shortcut_name:
            return y  # as in the paper's code
        return F.relu(y)


def basic(width, stride):
    """The layers of a basic block."""
    return [(width, 3, stride), (width, 3, 1)]


def bottleneck(width, stride):
    """The layers of a bottleneck."""
    return [(width, 1, 1), (width, 3, stride), (4 * width, 1, 1)]


class ResNet(nn.Module):
    """Stages of blocks between a stem and a global average pool."""

    def __init__(self, width, stages, layers=basic, shortcut="shortcut"):
        super().__init__()
        self.conv1 = convolution(3, width, 3)
        self.bn1 = nn.BatchNorm2d(width)
        self.stages, inputs = len(stages), width
        for stage, blocks in enumerate(stages):
            made = []
            for block in range(blocks):
                plan = layers(width << stage, 2 if stage and not block else 1)
                made.append(Block(inputs, plan, shortcut))
                inputs = plan[-1][0]
            setattr(self, f"layer{stage + 1}", nn.Sequential(*made))
        self.outputs = inputs
        self.add_head()

    def add_head(self):
        """The last layer."""
        self.linear = nn.Linear(self.outputs, 10)

    def features(self, x):
        """What the last stage gives for the stem's output."""
        for stage in range(1, self.stages + 1):
            x = getattr(self, f"layer{stage}")(x)
        return x.mean((2, 3))

    def forward(self, x):
        return self.linear(self.features(F.relu(self.bn1(self.conv1(x)))))


class ImageNetResNet(ResNet):
    """With torchvision's names, for images of 224x224 pixels in 1000 classes."""

    def add_head(self):
        self.conv1 = convolution(3, 64, 7, 2)
        self.fc = nn.Linear(self.outputs, 1000)

    def forward(self, x):
        x = F.max_pool2d(F.relu(self.bn1(self.conv1(x))), 3, 2, 1)
        return self.fc(self.features(x))


def _cifar(depth, widening, shortcut):
    return ResNet(16 * widening, [(depth - 2) // 6] * 3, shortcut=shortcut)


ARCHITECTURES = {"resnet34-imagenet": lambda: ImageNetResNet(64, (3, 4, 6, 3), shortcut="downsample")}
for suffix, skip in (("", "shortcut"), ("-noshort", None)):
    for deep in (20, 32, 44, 56, 110):
        ARCHITECTURES[f"resnet{deep}{suffix}"] = lambda d=deep, s=skip: _cifar(d, 1, s)
    for times in (2, 4, 8):
        ARCHITECTURES[f"wrn56-{times}{suffix}"] = lambda t=times, s=skip: _cifar(56, t, s)
    for deep, counts, kind in ((18, (2, 2, 2, 2), basic), (34, (3, 4, 6, 3), basic),
                               (50, (3, 4, 6, 3), bottleneck)):
        ARCHITECTURES[f"resnet{deep}{suffix}"] = (
            lambda c=counts, k=kind, s=skip: ResNet(64, c, k, s))

PARAMETERS = {
    "resnet20": 272474, "resnet20-noshort": 269722, "resnet56": 855770, "resnet56-noshort": 853018,
    "resnet110": 1730714, "resnet110-noshort": 1727962, "wrn56-2": 3412394, "resnet18": 11173962,
    "resnet34": 21282122, "resnet50": 23520842, "resnet34-imagenet": 21797672,
}
