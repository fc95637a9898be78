"""Small networks of all operations that the program knows in ONNX files, for check_onnx.py and
make_onnx.py."""
import torch

import orders
import shifted_windows
import vits

OPSET = 14  # has HardSwish
LATER_OPSET = 17  # has LayerNormalization; Gelu, which came still later, is taken on before


class Mixed(torch.nn.Module):
    """Paddings, kernels and biases that the networks of the article do not have."""

    def __init__(self):
        super().__init__()
        nn = torch.nn
        self.conv1, self.bn1 = nn.Conv2d(3, 8, 5, padding=2), nn.BatchNorm2d(8, eps=1e-3)
        self.conv2, self.bn2 = nn.Conv2d(8, 8, 3, padding=1, bias=False), nn.BatchNorm2d(8)
        self.conv3 = nn.Conv2d(16, 12, 3)
        self.down, self.up = nn.Conv2d(12, 10, 2, stride=2), nn.ConvTranspose2d(10, 6, 2, stride=2)
        self.narrow = nn.Conv2d(18, 7, 1)
        self.linear1, self.linear2 = nn.Linear(7 * 7 * 7, 20), nn.Linear(20, 10)
        self.drop = nn.Dropout(0)  # the program passes dropout over

    def forward(self, x):
        f = torch.nn.functional
        x = f.max_pool2d(torch.relu(self.bn1(self.conv1(x))), 3, stride=2, padding=1)
        y = torch.relu(self.bn2(self.conv2(x)) + x)
        x = torch.sigmoid(self.conv3(torch.cat([x, y], 1)))
        x = self.narrow(torch.cat([x, self.up(self.down(x))], 1))
        x = f.avg_pool2d(x, 2)
        x = x.reshape(x.size(0), -1)
        return self.linear2(self.drop(torch.relu(self.linear1(x))))


class Mobile(torch.nn.Module):
    """What networks for small machines have: convolutions in groups, weighed channels, other functions."""

    def __init__(self):
        super().__init__()
        nn = torch.nn
        self.stem, self.norm = nn.Conv2d(3, 12, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(12)
        self.depth1 = nn.Conv2d(12, 12, 3, padding=1, groups=12, bias=False)
        self.norm1 = nn.BatchNorm2d(12)
        self.depth2 = nn.Conv2d(12, 12, 5, stride=2, padding=2, groups=12)
        self.squeeze, self.excite = nn.Linear(12, 5), nn.Linear(5, 12)
        self.groups1 = nn.Conv2d(12, 24, 3, padding=1, groups=3, bias=False)
        self.norm2 = nn.BatchNorm2d(24)
        self.groups2 = nn.Conv2d(24, 40, 2, stride=2, groups=4)
        self.widen = nn.Conv2d(40, 80, 3, padding=1, groups=40)
        self.linear = nn.Linear(80, 10)
        self.whole = True  # PyTorch has no second derivative of its hard sigmoid, but of what it consists of

    def forward(self, x):
        f = torch.nn.functional
        x = f.hardswish(self.norm(self.stem(x)))
        x = f.relu6(self.norm1(self.depth1(x)) + x)
        x = f.leaky_relu(self.depth2(x), 0.1)
        y = f.elu(self.squeeze(x.mean([2, 3])), 0.7)
        y = f.hardsigmoid(self.excite(y)) if self.whole else f.relu6(self.excite(y) + 3) / 6
        x = x * y.view(-1, 12, 1, 1)
        x = torch.relu(self.norm2(self.groups1(x)))
        x = f.silu(self.groups2(x))
        x = f.max_pool2d(torch.tanh(self.widen(x)), 3, stride=2, ceil_mode=True)
        x = x * x.mean([2, 3], keepdim=True)
        return self.linear(f.adaptive_avg_pool2d(x, 1).flatten(1))


class FirstNorm(torch.nn.Module):
    """Layer norm of channels that are the first dimension, written down as the authors of ConvNeXt did."""

    def __init__(self, channels):
        super().__init__()
        self.weight = torch.nn.Parameter(torch.empty(channels).uniform_(0.5, 1.5))
        self.bias = torch.nn.Parameter(torch.empty(channels).normal_())

    def forward(self, x):
        x = x - x.mean(1, keepdim=True)
        x = x / torch.sqrt(x.pow(2).mean(1, keepdim=True) + 1e-6)
        return self.weight[:, None, None] * x + self.bias[:, None, None]


class Next(torch.nn.Module):
    """What ConvNeXts have: layer norms, linear layers of the channels of every pixel, GELU, scaled branches.

    The later one is exported with the operations that ONNX has for these now."""

    def __init__(self, later):
        super().__init__()
        nn = torch.nn
        self.opset, self.approximate = (LATER_OPSET, "tanh") if later else (OPSET, "none")
        self.stem, self.norm = nn.Conv2d(3, 10, 4, stride=4), nn.LayerNorm(10, eps=1e-6)
        self.depth1 = nn.Conv2d(10, 10, 7, padding=3, groups=10)
        self.norm1 = nn.LayerNorm(10, eps=1e-6)
        self.widen1, self.narrow1 = nn.Linear(10, 37), nn.Linear(37, 10)
        self.scale1 = nn.Parameter(torch.empty(10, 1, 1).uniform_(0.5, 1.5))
        self.norm2 = nn.LayerNorm(10, eps=1e-3)
        self.down = nn.Conv2d(10, 18, 2, stride=2)
        self.norm3 = nn.LayerNorm(18)
        self.widen2, self.narrow2 = nn.Linear(18, 20, bias=False), nn.Linear(20, 18, bias=False)
        self.scale2 = nn.Parameter(torch.empty(18).uniform_(0.5, 1.5))
        self.scale3 = nn.Parameter(torch.empty(1, 18, 1, 1).uniform_(0.5, 1.5))
        self.first = FirstNorm(18)
        self.norm4, self.linear = nn.LayerNorm(18), nn.Linear(18, 10)

    def forward(self, x):
        f = torch.nn.functional
        x = self.norm(self.stem(x).permute(0, 2, 3, 1)).permute(0, 3, 1, 2)
        y = self.norm1(self.depth1(x).permute(0, 2, 3, 1))
        y = self.narrow1(f.gelu(self.widen1(y), approximate=self.approximate)).permute(0, 3, 1, 2)
        x = x + self.scale1 * y
        x = self.down(self.norm2(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)).permute(0, 2, 3, 1)
        y = self.widen2(self.norm3(x))
        y = f.gelu(y) if self.approximate == "tanh" else 0.5 * y * (1 + torch.erf(y / 2 ** 0.5))
        x = self.narrow2(y) * self.scale2 + x
        x = self.first(x.permute(0, 3, 1, 2) * self.scale3)
        return self.linear(f.gelu(self.norm4(x.mean([2, 3]))))


class Shuffle(torch.nn.Module):
    """What ShuffleNets have: channels that go different ways and are mixed."""

    def __init__(self):
        super().__init__()
        nn = torch.nn
        self.stem = nn.Conv2d(3, 12, 4, stride=4)
        self.conv, self.depth = nn.Conv2d(6, 6, 3, padding=1), nn.Conv2d(5, 5, 3, padding=1, groups=5)
        self.linear = nn.Linear(6, 10)

    @staticmethod
    def shuffle(x, groups):
        batch, channels, height, width = x.shape
        return x.view(batch, groups, channels // groups, height, width).transpose(1, 2).reshape(
            batch, -1, height, width)

    def forward(self, x):
        f = torch.nn.functional
        x = torch.tanh(self.stem(x))
        a, b = x.chunk(2, 1)
        x = self.shuffle(torch.cat([a, f.silu(self.conv(b))], 1), 2)
        a, _, c = x.split([4, 3, 5], 1)
        x = self.shuffle(torch.cat([torch.tanh(self.depth(c)) + c, a, x[:, 3:6]], 1), 3)
        x = x[:, 1:7] * x[:, -6:]
        return self.linear(x.mean([2, 3]))


class Windows(torch.nn.Module):
    """Convolutions with gaps, with windows that are not square, and with other paddings and strides down than
    across; in groups, too."""

    def __init__(self):
        super().__init__()
        nn = torch.nn
        self.stem, self.norm = nn.Conv2d(3, 12, 3, stride=2, padding=2, dilation=2, bias=False), nn.BatchNorm2d(12)
        self.wide, self.high = nn.Conv2d(12, 10, (1, 7), padding=(0, 3)), nn.Conv2d(10, 12, (5, 1), padding=(2, 0))
        self.depth = nn.Conv2d(12, 12, 3, padding=3, dilation=3, groups=12)
        self.groups = nn.Conv2d(12, 18, 3, stride=(2, 1), padding=(2, 4), dilation=(2, 4), groups=3, bias=False)
        self.flat = nn.Conv2d(18, 18, (2, 3), stride=(1, 2), groups=18)
        self.last = nn.Conv2d(18, 16, 1, dilation=2)
        self.linear = nn.Linear(16, 10)

    def forward(self, x):
        f = torch.nn.functional
        x = f.silu(self.norm(self.stem(x)))
        x = x + self.high(torch.tanh(self.wide(x)))
        x = f.silu(self.depth(x) + x)
        x = torch.tanh(self.flat(f.silu(self.groups(x))))
        return self.linear(self.last(x).mean([2, 3]))


class Pools(torch.nn.Module):
    """Means over windows that reach over the edge, with zeros there that count and that do not."""

    def __init__(self):
        super().__init__()
        nn = torch.nn
        self.stem, self.conv = nn.Conv2d(3, 6, 3, stride=2, padding=1), nn.Conv2d(12, 11, 3, padding=1)
        self.linear = nn.Linear(11, 10)

    def forward(self, x):
        f = torch.nn.functional
        x = torch.tanh(self.stem(x))
        x = torch.tanh(self.conv(torch.cat([x, f.avg_pool2d(x, 3, stride=1, padding=1)], 1)))
        x = f.silu(f.avg_pool2d(x, 3, stride=2, padding=1, ceil_mode=True, count_include_pad=False))
        x = f.silu(f.avg_pool2d(x, 2, stride=3, ceil_mode=True))
        return self.linear(x.mean([2, 3]))


class LaterAttention(vits.Attention):
    """Takes its parts in another way, and computes and divides the factor of the scores as PyTorch 2 exports its
    own function."""

    def scores(self, q, k):
        root = torch.sqrt(1 / torch.sqrt(torch._shape_as_tensor(q)[-1].to(q.dtype)))
        return (q * root) @ (k.transpose(-2, -1) * root)

    def split(self, x):
        batch, tokens, channels = x.shape
        x = self.qkv(x).reshape(batch, tokens, 3, self.heads, channels // self.heads).permute(2, 0, 3, 1, 4)
        return x[0], x[1], x[2]


class Encoder(torch.nn.Module):
    """PyTorch's own transformer, with positions for a batch and a mean of tokens; and tokens that attend to
    some that are learned."""

    def __init__(self):
        super().__init__()
        nn = torch.nn
        self.patches = nn.Conv2d(3, 12, 8, stride=8)
        self.positions = nn.Parameter(torch.empty(16, 12).normal_())
        self.memory = nn.Parameter(torch.empty(1, 3, 12).normal_())
        layer = nn.TransformerEncoderLayer(12, 2, 20, dropout=0, activation="gelu", batch_first=True)
        self.encoder = nn.TransformerEncoder(layer, 1)
        self.q, self.k, self.v = nn.Linear(12, 6), nn.Linear(12, 6), nn.Linear(12, 12, bias=False)
        self.linear = nn.Linear(12, 10)

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2) + self.positions
        x = self.encoder(x)
        memory = self.memory.expand(x.shape[0], -1, -1)
        scores = torch.bmm(self.q(x), self.k(memory).transpose(1, 2)) / 6 ** 0.5
        return self.linear((x + torch.bmm(torch.softmax(scores, 2), self.v(memory))).mean(1))


class Mixer(torch.nn.Module):
    """Linear layers over tokens (Tolstikhin et al. 2021), written with transpositions and as convolutions; one of
    them is a gate. Positions before the tokens are put last, tokens but the first, and all of them flattened."""

    def __init__(self):
        super().__init__()
        nn = torch.nn
        self.patches = nn.Conv2d(3, 12, 8, stride=8)
        self.positions, self.token = nn.Parameter(torch.empty(1, 12, 16)), nn.Parameter(torch.empty(1, 1, 12))
        self.norm1, self.norm2, self.norm3 = nn.LayerNorm(12), nn.LayerNorm(12), nn.LayerNorm(12)
        self.widen, self.narrow = nn.Linear(17, 20), nn.Linear(20, 17)
        self.conv1, self.conv2 = nn.Conv1d(17, 9, 1), nn.Conv1d(9, 17, 1, bias=False)
        self.halves, self.gate, self.join = nn.Linear(12, 14), nn.Linear(16, 16), nn.Linear(7, 12)
        self.scale = nn.Parameter(torch.empty(16))
        self.linear, self.tokens, self.all = nn.Linear(12, 10), nn.Linear(16, 10), nn.Linear(16 * 12, 10)

    def forward(self, x):
        f = torch.nn.functional
        x = (self.patches(x).flatten(2) + self.positions).transpose(1, 2)
        x = torch.cat([self.token.expand(x.shape[0], -1, -1), x], 1)
        x = self.narrow(f.gelu(self.widen(self.norm1(x).transpose(1, 2)))).transpose(1, 2) + x
        x = x + self.conv2(f.gelu(self.conv1(self.norm2(x))))
        x = x[:, 1:]
        value, gate = self.halves(self.norm3(x)).chunk(2, -1)
        x = x + self.join(value * self.gate(gate.transpose(1, 2)).transpose(1, 2))
        x = (x.transpose(1, 2) * self.scale).transpose(1, 2)
        return self.linear(x.mean(1)) + self.tokens(torch.tanh(x).mean(2)) + self.all(x.flatten(1))


class Tokens(torch.nn.Module):
    """Norms, scales, gates and PReLU of tokens or of their channels, wherever these stand."""

    def __init__(self):
        super().__init__()
        nn = torch.nn
        self.patches, self.join, self.last = nn.Conv2d(3, 12, 8, stride=8), nn.Linear(12, 12), nn.Linear(12, 10)
        self.group, self.batch, self.each = nn.GroupNorm(3, 12), nn.BatchNorm1d(16), nn.GroupNorm(12, 12)
        self.layer, self.bend, self.gate = nn.LayerNorm(16), nn.PReLU(16, 0.1), nn.Linear(12, 1)
        self.factor, self.column = nn.Parameter(torch.tensor([0.5])), nn.Parameter(torch.randn(12, 1))

    def forward(self, x):
        x = torch.tanh(self.group(self.patches(x).flatten(2)))
        x = self.batch(x.transpose(1, 2))
        x = (x * torch.sigmoid(self.gate(x))).transpose(1, 2)
        y = x * self.factor
        x = y + self.layer(x) * self.column + torch.tanh(y.reshape(-1, 12, 16))
        x = self.each(x).transpose(1, 2)
        x = self.join(self.bend(x)) + x.mean(2, keepdim=True) * x ** 2
        return self.last(x.transpose(1, 2).mean(2))


class Norms(torch.nn.Module):
    """Group norms, instance norms and layer norms, with weights and without."""

    def __init__(self):
        super().__init__()
        nn = torch.nn
        self.conv, self.linear = nn.Conv2d(3, 8, 3, stride=2), nn.Linear(8, 10)
        self.norms = nn.ModuleList([
            nn.GroupNorm(2, 8, 0.5), nn.InstanceNorm2d(8, 0.3), nn.InstanceNorm2d(8, 0.4, affine=True),
            nn.GroupNorm(4, 8, 0.2, affine=False), nn.GroupNorm(8, 8, 0.6), nn.GroupNorm(1, 8, 0.1)])
        self.plain = nn.LayerNorm(8, elementwise_affine=False)

    def forward(self, x):
        x = self.conv(x)
        for norm in self.norms:
            x = torch.tanh(norm(x) + x)
        return self.linear(torch.tanh(self.plain(x.permute(0, 2, 3, 1))).mean([1, 2]))


class Values(torch.nn.Module):
    """Functions of one value; numbers, constant and trained, that activations are multiplied by or added to; its
    file ends in a log softmax. (PyTorch 1.13 finds wrong second derivatives of PReLU where its gradient is not contiguous, so
    the last convolution stands before the tokens.)"""

    def __init__(self):
        super().__init__()
        nn = torch.nn
        self.conv = nn.Conv2d(3, 8, 3, stride=4)
        self.convs = nn.ModuleList([nn.Conv2d(8, 8, 3, padding=1) for _ in range(4)])
        self.one, self.each, self.last = nn.PReLU(), nn.PReLU(8, 0.1), nn.PReLU(16, 0.2)
        self.begin, self.part = nn.Parameter(torch.tensor([0.3])), nn.Parameter(torch.tensor(0.7))
        self.scale, self.shift = nn.Parameter(torch.randn(1, 1, 8)), nn.Parameter(torch.randn(8))
        self.linear, self.widen, self.classes = nn.Linear(8, 8), nn.Linear(8, 16), nn.Linear(16, 10)

    def forward(self, x):
        f = torch.nn.functional
        x = self.one(self.conv(2 * x - 0.25))
        x = x + self.begin * self.each(self.convs[0](x))
        x = x - self.part * f.mish(self.convs[1](f.selu(x)))
        gate = torch.sigmoid(self.convs[2](f.celu(x, 0.7)))
        x = self.convs[3](gate * x + (1 - gate) * f.softplus(-x) * 0.1)
        x = x.flatten(2).transpose(1, 2)
        x = self.linear(x * self.scale + self.shift) - x / 3
        x = self.classes(self.last(self.widen(x.mean(1))))
        return f.log_softmax(x, 1) if torch.onnx.is_in_onnx_export() else x


class Sizes(torch.nn.Module):
    """Images that get another size without weights, as in decoders: the nearest pixels and mixtures of them, by
    factors and to sizes, corners on corners or not; after the images' mean and deviation, which are buffers."""

    def __init__(self):
        super().__init__()
        nn = torch.nn
        self.register_buffer("mean", torch.tensor([0.2, -0.1, 0.3]).view(1, 3, 1, 1))
        self.register_buffer("deviation", torch.tensor([0.9, 1.2, 0.7]))
        self.down1, self.down2 = nn.Conv2d(3, 8, 3, stride=2, padding=1), nn.Conv2d(8, 12, 3, stride=2, padding=1)
        self.up1, self.up2 = nn.Conv2d(20, 8, 3, padding=1), nn.Conv2d(8, 6, 3, padding=1)
        self.pool, self.odd, self.linear = nn.Conv2d(6, 6, 1), nn.Conv2d(6, 7, 3), nn.Linear(7, 10)

    def forward(self, x):
        f = torch.nn.functional
        x = (x - self.mean) / self.deviation[None, :, None, None]
        x1 = torch.tanh(self.down1(x))
        x2 = torch.tanh(self.down2(x1))
        x = torch.cat([f.interpolate(x2, scale_factor=2, mode="bilinear", align_corners=True), x1], 1)
        x = torch.tanh(self.up1(x))
        x = torch.tanh(self.up2(f.interpolate(x, scale_factor=2)))
        x = x + f.interpolate(torch.tanh(self.pool(x.mean([2, 3], keepdim=True))), size=x.shape[2:], mode="bilinear")
        x = f.interpolate(x, size=(9, 13), mode="bilinear", align_corners=False)
        x = f.interpolate(torch.tanh(self.odd(x)), size=(4, 17))
        return self.linear(f.interpolate(x, scale_factor=(1.5, 0.7), mode="bilinear").mean([2, 3]))


class Pyramid(torch.nn.Module):
    """Tokens that become images again, as in pyramids of transformers (Wang et al. 2021): in front of convolutions
    of the keys and in the feed-forward part. Positions of images and of tokens, learned and constant; biases of
    channels and of everything (Zhang et al. 2019)."""

    def __init__(self):
        super().__init__()
        nn = torch.nn
        self.stem = nn.Conv2d(3, 8, 4, stride=4)
        self.positions, self.bias = nn.Parameter(torch.randn(1, 8, 8, 8)), nn.Parameter(torch.randn(8, 1, 1))
        self.begin, self.end = nn.Parameter(torch.tensor([0.3])), nn.Parameter(torch.tensor(-0.2))
        self.norm, self.norm1, self.norm2 = nn.LayerNorm(8), nn.LayerNorm(8), nn.LayerNorm(8)
        self.q, self.kv, self.join = nn.Linear(8, 8), nn.Linear(8, 16), nn.Linear(8, 8)
        self.reduce, self.depth = nn.Conv2d(8, 8, 2, stride=2), nn.Conv2d(12, 12, 3, padding=1, groups=12)
        self.widen, self.narrow = nn.Linear(8, 12), nn.Linear(12, 8)
        self.merge, self.last = nn.Conv2d(8, 10, 2, stride=2), nn.Linear(10, 10)

    def attend(self, x):
        batch, tokens, channels = x.shape
        image = self.reduce(x.transpose(1, 2).reshape(batch, channels, 8, 8))
        k, v = self.kv(self.norm1(image.flatten(2).transpose(1, 2))).chunk(2, -1)
        q, k, v = (y.reshape(batch, -1, 2, channels // 2).transpose(1, 2) for y in (self.q(x), k, v))
        y = torch.softmax(q @ k.transpose(-2, -1) / 2, -1) @ v
        return self.join(y.transpose(1, 2).reshape(batch, tokens, channels))

    def forward(self, x):
        x = torch.tanh(self.stem(x) + self.positions + self.bias) + self.begin
        places = torch.sin(torch.arange(64 * 8).float().view(64, 8)).tolist()
        x = x.flatten(2).transpose(1, 2) + torch.tensor(places)
        x = x + self.attend(self.norm(x))
        y = self.widen(self.norm2(x))
        y = torch.tanh(self.depth(y.transpose(1, 2).reshape(-1, 12, 8, 8)))
        x = x + self.narrow(y.flatten(2).transpose(1, 2)) * 0.5
        x = x.permute(0, 2, 1).reshape(-1, 8, 8, 8)
        x = torch.tanh(self.merge(x) + self.end) * torch.tensor([[[1 + 0.1 * c]] for c in range(10)])
        return self.last(x.mean([2, 3]))


class Cuts(torch.nn.Module):
    """Skip connections without weights, of every other pixel, with zeros beside its channels (He et al. 2016,
    option A); crops, and zeros that convolutions find around an image."""

    def __init__(self):
        super().__init__()
        nn = torch.nn
        self.stem, self.norm = nn.Conv2d(3, 6, 3, stride=2), nn.BatchNorm2d(6)
        self.conv1, self.conv2 = nn.Conv2d(6, 6, 3, padding=1), nn.Conv2d(6, 12, 3, stride=2, padding=1)
        self.depth, self.last = nn.Conv2d(12, 12, 3, stride=2, groups=12), nn.Conv2d(12, 9, 3)
        self.linear = nn.Linear(9, 10)

    def forward(self, x):
        f = torch.nn.functional
        x = f.silu(self.norm(self.stem(f.pad(x, (0, 1, 0, 1)))))
        x = f.silu(self.conv1(x) + x)
        x = f.silu(self.conv2(x) + f.pad(x[:, :, ::2, ::2], (0, 0, 0, 0, 2, 4)))
        x = torch.cat([x[:, :6, 1:, :-1], f.pad(x[:, 6:11, :-1, 1:], (0, 0, 0, 0, 0, 1))], 1)
        x = torch.tanh(self.depth(f.pad(x, (1, 0, 2, 1))))
        x = f.pad(x[..., 1::3], (0, 0, 0, 0, 1, 0))[:, 1:] + x[:, :, :, 1::3]
        return self.linear(torch.tanh(self.last(f.pad(x, (2, 1, 1, 0)))).mean([2, 3]))


class Relative(torch.nn.Module):
    """Attention whose scores have biases of relative positions: from a table of rows for each distance (Liu et
    al. 2021) or of columns (Graham et al. 2021), one for each pair, and constants that let tokens see only those
    before them."""

    def __init__(self):
        super().__init__()
        nn = torch.nn
        self.patches = nn.Conv2d(3, 12, 8, stride=8)
        place = torch.stack(torch.meshgrid(torch.arange(4), torch.arange(4), indexing="ij")).flatten(1)
        apart = place[:, :, None] - place[:, None] + 3
        self.register_buffer("index", apart[0] * 7 + apart[1])
        self.table, self.columns = nn.Parameter(torch.randn(49, 3)), nn.Parameter(torch.randn(2, 49))
        self.pairs = nn.Parameter(torch.randn(1, 4, 16, 16))
        self.qkv = nn.ModuleList([nn.Linear(12, 36) for _ in range(4)])
        self.linear = nn.Linear(12, 10)

    def attend(self, x, qkv, heads, bias):
        batch, tokens, channels = x.shape
        q, k, v = qkv(x).reshape(batch, tokens, 3, heads, channels // heads).permute(2, 0, 3, 1, 4).unbind(0)
        scores = (q * (channels // heads) ** -0.5) @ k.transpose(-2, -1) + bias
        return x + (torch.softmax(scores, -1) @ v).transpose(1, 2).reshape(batch, tokens, channels)

    def forward(self, x):
        x = self.patches(x).flatten(2).transpose(1, 2)
        bias = self.table[self.index.view(-1)].view(16, 16, -1).permute(2, 0, 1).contiguous()
        x = self.attend(x, self.qkv[0], 3, bias.unsqueeze(0))
        x = self.attend(x, self.qkv[1], 2, self.columns[:, self.index])
        x = self.attend(x, self.qkv[2], 4, self.pairs)
        mask = torch.full((16, 16), float("-inf")).triu(1).tolist()
        x = self.attend(x, self.qkv[3], 1, torch.tensor(mask))
        return self.linear(x.mean(1))


def tensor(size):
    """A size, which is a number, or a tensor when a network is exported."""
    return size if isinstance(size, torch.Tensor) else torch.tensor(size)


def same(size, conv):
    """Pixels of 0 on both sides of so many, of which a window of this stride makes ceil(size / stride), more of them
    behind than before, as TensorFlow pads; computed as timm does it, in the file as far as `size` is."""
    kernel, stride = conv.kernel_size[0], conv.stride[0]
    more = torch.clamp((torch.ceil(tensor(size) / stride) - 1) * stride + kernel - size, min=0)
    more = more.to(torch.int64)
    return torch.div(more, 2, rounding_mode="floor"), more - torch.div(more, 2, rounding_mode="floor")


class Same(torch.nn.Module):
    """Convolutions padded as TensorFlow does, and an image of a size that is computed from those of others."""

    def __init__(self):
        super().__init__()
        nn = torch.nn
        self.stem = nn.Conv2d(3, 6, 3, stride=2, bias=False)
        self.norm = nn.BatchNorm2d(6)
        self.wide = nn.Conv2d(6, 8, 5, stride=3)
        self.depth = nn.Conv2d(8, 8, 4, stride=1, groups=8)
        self.linear = nn.Linear(8, 10)

    def pad(self, x, conv):
        """The image with the zeros around it that the convolution is to find."""
        above, below = same(x.shape[2], conv)
        left, right = same(x.shape[3], conv)
        return torch.nn.functional.pad(x, (left, right, above, below))

    def forward(self, x):
        f = torch.nn.functional
        x = f.silu(self.norm(self.stem(self.pad(x, self.stem))))
        small = f.silu(self.wide(self.pad(x, self.wide)))
        small = small + torch.tanh(self.depth(self.pad(small, self.depth)))
        size = (torch.max(tensor(small.shape[2]) * 2 - 1, tensor(x.shape[2]) // 3),
                torch.min(tensor(x.shape[3]), -tensor(small.shape[3]) + 17))
        large = f.interpolate(small, size=size, mode="nearest")
        return self.linear(large.mean([2, 3]) * torch.tanh(small).mean([2, 3]))


class Small(torch.nn.Module):
    """Ends in a mean over all pixels, written in one of three ways, or in one of all channels twice."""

    def __init__(self, way):
        super().__init__()
        self.way = way
        self.conv = torch.nn.Conv2d(3, 5 if way == "twice" else 9, 3, stride=2, padding=1)
        if way != "twice":
            self.linear = torch.nn.Linear(9, 10, bias=False)

    def forward(self, x):
        x = torch.relu(self.conv(x))
        if self.way == "twice":
            return torch.cat([x, x], 1).mean([2, 3])
        if self.way == "mean":
            return self.linear(x.mean([2, 3]))
        x = torch.nn.functional.adaptive_avg_pool2d(x, 1)
        return self.linear(torch.flatten(x, 1) if self.way == "flatten" else x.view(x.size(0), -1))


def perturb(*norms):
    """Moves norms away from their initial values, which do nothing."""
    for norm in norms:
        statistics = getattr(norm, "running_mean", None) is not None
        for values in ((norm.running_mean,) if statistics else ()) + (norm.weight.data, norm.bias.data):
            values.normal_(0.3, 0.5)
        if statistics:
            norm.running_var.uniform_(0.5, 2)


def all_of():
    """(name, network) of each, with weights that are the same each time: new ones come last."""
    torch.manual_seed(3)
    mixed = Mixed()
    perturb(mixed.bn1, mixed.bn2)
    yield "all operations", mixed
    for way in ("mean", "flatten", "view", "twice"):
        yield f"small, {way}", Small(way)
    mobile = Mobile()
    perturb(mobile.norm, mobile.norm1, mobile.norm2)
    for conv in (mobile.depth1, mobile.depth2, mobile.groups1, mobile.groups2, mobile.widen):
        conv.weight.data *= 2.5  # or little would be left of the differences between images
    yield "mobile", mobile
    for later in False, True:
        following = Next(later)
        perturb(following.norm, following.norm1, following.norm2, following.norm3, following.norm4)
        yield "next, later" if later else "next", following
    yield "shuffle", Shuffle()
    windows = Windows()
    perturb(windows.norm)
    for conv in (windows.wide, windows.high, windows.depth, windows.groups, windows.flat, windows.last):
        conv.weight.data *= 2.5
    yield "windows", windows
    yield "pools", Pools()
    vision, later = vits.Vision(12, 3, 2, 8), vits.Vision(12, 2, 1, 8, attention=LaterAttention)
    later.opset = LATER_OPSET
    for learned in vision.token, vision.positions, later.token, later.positions:
        learned.data.normal_()  # they begin near 0
    encoder = Encoder()
    for name, network in ("vision", vision), ("vision, later", later), ("encoder", encoder):
        perturb(*(module for module in network.modules() if isinstance(module, torch.nn.LayerNorm)))
        yield name, network
    mixer = Mixer()
    perturb(mixer.norm1, mixer.norm2, mixer.norm3)
    for learned in mixer.token, mixer.positions, mixer.scale:
        learned.data.normal_()
    yield "mixer", mixer
    norms = Norms()
    perturb(*(norm for norm in norms.norms if norm.weight is not None))
    norms.conv.weight.data *= 4  # or small changes of weights would change much
    yield "norms", norms
    yield "values", Values()
    tokens = Tokens()
    perturb(tokens.group, tokens.batch, tokens.layer)
    yield "tokens", tokens
    yield "sizes", Sizes()
    pyramid = Pyramid()
    perturb(pyramid.norm, pyramid.norm1, pyramid.norm2)
    yield "pyramid", pyramid
    cuts = Cuts()
    perturb(cuts.norm)
    yield "cuts", cuts
    yield "relative", Relative()
    tensorflow = Same()
    perturb(tensorflow.norm)
    for conv in (tensorflow.wide, tensorflow.depth):
        conv.weight.data *= 2.5
    yield "same", tensorflow
    shifted = shifted_windows.Shifted()
    perturb(*(module for module in shifted.modules() if isinstance(module, torch.nn.LayerNorm)))
    shifted.patches.weight.data *= 4  # or small changes of weights would change much
    yield "shifted", shifted
    ordered = orders.Orders()
    ordered.patches.weight.data *= 3  # or little would be left of the differences between images
    yield "orders", ordered
    regrouped = shifted_windows.Regrouped()
    perturb(regrouped.norm)
    for conv in (regrouped.patches, regrouped.first, regrouped.second):
        conv.weight.data *= 2.5
    yield "regrouped", regrouped
    yield "letters", shifted_windows.Letters()
