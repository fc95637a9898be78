"""U-Net (Ronneberger et al. 2015) in PyTorch, for 64x64 pixels, its long skips optional."""
import torch
from torch import nn
from torch.nn import functional as F

from resnets import convolution

LEVELS, WIDTH, CLASSES = 4, 16, 5


class Double(nn.Module):
    """Two convolutions."""

    def __init__(self, inputs, outputs):
        super().__init__()
        self.conv1 = convolution(inputs, outputs, 3)
        self.bn1 = nn.BatchNorm2d(outputs)
        self.conv2 = convolution(outputs, outputs, 3)
        self.bn2 = nn.BatchNorm2d(outputs)

    def forward(self, x):
        x = F.relu(self.bn1(self.conv1(x)))
        return F.relu(self.bn2(self.conv2(x)))


class Up(Double):
    """Enlarges what comes from below, and joins the encoder's maps in front of it."""

    def __init__(self, outputs, skips):
        super().__init__(2 * outputs if skips else outputs, outputs)
        self.up = nn.ConvTranspose2d(2 * outputs, outputs, 2, 2)
        self._modules.move_to_end("up", last=False)  # its tensors come first, as it does
        self.skips = skips

    def forward(self, x, encoded=None):
        x = self.up(x)
        return super().forward(torch.cat((encoded, x), 1) if self.skips else x)


class UNet(nn.Module):
    """Encoder and decoder; gives the classes' logits of every pixel."""

    def __init__(self, skips):
        super().__init__()
        widths = [WIDTH << level for level in range(LEVELS + 1)]
        for level in range(LEVELS):
            setattr(self, f"down{level + 1}", Double(widths[level - 1] if level else 3, widths[level]))
        self.bottom = Double(widths[-2], widths[-1])
        for level in reversed(range(LEVELS)):
            setattr(self, f"up{level + 1}", Up(widths[level], skips))
        self.classifier = nn.Conv2d(WIDTH, CLASSES, 1)

    def forward(self, x):
        encoded = []
        for level in range(1, LEVELS + 1):
            encoded.append(getattr(self, f"down{level}")(x))
            x = F.max_pool2d(encoded[-1], 2)
        x = self.bottom(x)
        for level in range(LEVELS, 0, -1):
            x = getattr(self, f"up{level}")(x, encoded[level - 1])
        return self.classifier(x)


ARCHITECTURES = {"unet": lambda: UNet(True), "unet-noshort": lambda: UNet(False)}

PARAMETERS = {}
