"""VGG (Simonyan and Zisserman 2015) in PyTorch, with batch norm as in the paper's code."""
from torch import nn


class VGG(nn.Module):
    """Stages of 3x3 convolutions with a max pool behind each, then two linear layers."""

    def __init__(self, stages):
        super().__init__()
        layers, inputs, side = [], 3, 32
        for stage, count in enumerate(stages):
            width = min(64 << stage, 512)
            for _ in range(count):
                layers += [nn.Conv2d(inputs, width, 3, padding=1), nn.BatchNorm2d(width), nn.ReLU()]
                inputs = width
            layers.append(nn.MaxPool2d(2))
            side //= 2
        self.features = nn.Sequential(*layers)
        self.fc = nn.Sequential(nn.Linear(inputs * side * side, inputs), nn.BatchNorm1d(inputs),
                                nn.ReLU())
        self.classifier = nn.Linear(inputs, 10)

    def forward(self, x):
        return self.classifier(self.fc(self.features(x).flatten(1)))


ARCHITECTURES = {"vgg9": lambda: VGG((2, 2, 3)), "vgg16": lambda: VGG((2, 2, 3, 3, 3))}

PARAMETERS = {"vgg9": 2789706, "vgg16": 14991946}
