"""Re-synthesis: a face through a small decoder of our own, so that it is generated, but nothing else changes.

What seamless swaps, talking heads and reenactments leave behind is the trace of a decoder: spectral peaks of its
up-sampling, lost noise. A real face and its reconstruction differ in little else (aligned fakes: Rajan et al., ICLR
2025; Chen et al., NeurIPS 2025). Four kinds of up-sampling, two depths, two widths of the latent. Trained on the
reals of the training side in a minute or two each; training only, needs PyTorch.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args

import numpy as np
import torch
from numpy.random import Generator
from torch import Tensor, nn
from torch.nn import functional

from waarmerk.training.recipes.hulls import Hull, hull_mask
from waarmerk.training.recipes.pictures import Map, Picture, Points, as_picture, blur, gaussian
from waarmerk.training.recipes.sharpness import sharpness

Upsampling = Literal["nearest", "bilinear", "transposed", "shuffle"]
REGIONS: tuple[Hull, ...] = ("face", "jaw", "raised", "mouth")
UPSAMPLINGS: tuple[Upsampling, ...] = get_args(Upsampling)


class Autoencoder(nn.Module):
    """Picture [n, 3, h, w] 0..1 to its reconstruction; h and w divisible by 2^`depth`."""

    def __init__(self, upsampling: Upsampling, depth: int = 3, latent: int = 12, width: int = 32) -> None:
        super().__init__()
        self.upsampling, self.depth, self.kind = upsampling, depth, (upsampling, depth, latent, width)
        sides = [min(96, width * 2**level) for level in range(depth)]
        down: list[nn.Module] = []
        inputs = 3
        for side in sides:
            down += [nn.Conv2d(inputs, side, 4, 2, 1), nn.SiLU(), nn.Conv2d(side, side, 3, 1, 1), nn.SiLU()]
            inputs = side
        self.encoder = nn.Sequential(*down, nn.Conv2d(inputs, latent, 1))
        up: list[nn.Module] = [nn.Conv2d(latent, inputs, 3, 1, 1), nn.SiLU()]
        for side in [*sides[::-1][1:], width]:
            up += [*_doubled(upsampling, inputs, side), nn.SiLU(), nn.Conv2d(side, side, 3, 1, 1), nn.SiLU()]
            inputs = side
        self.decoder = nn.Sequential(*up, nn.Conv2d(inputs, 3, 3, 1, 1))

    def forward(self, x: Tensor) -> Tensor:
        return self.decoder(self.encoder(x * 2 - 1)) / 2 + 0.5


def _doubled(upsampling: Upsampling, inputs: int, outputs: int) -> list[nn.Module]:
    if upsampling == "transposed":
        return [nn.ConvTranspose2d(inputs, outputs, 4, 2, 1)]
    if upsampling == "shuffle":
        return [nn.Conv2d(inputs, 4 * outputs, 3, 1, 1), nn.PixelShuffle(2)]
    return [nn.Upsample(scale_factor=2, mode=upsampling), nn.Conv2d(inputs, outputs, 3, 1, 1)]


def fit(
    network: Autoencoder, patches: list[Picture], rng: Generator, steps: int, batch: int = 8, side: int = 96
) -> float:
    """Trains `network` on random squares of `patches`; the mean absolute error of the last tenth, 0..1."""
    optimiser = torch.optim.AdamW(network.parameters(), lr=2e-3)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimiser, 2e-3, total_steps=steps)
    errors = []
    for _ in range(steps):
        squares = [_square(patches[int(rng.integers(len(patches)))], side, rng) for _ in range(batch)]
        x = torch.from_numpy(np.stack(squares).transpose(0, 3, 1, 2).astype(np.float32) / 255)
        y = network(x)
        # Detail counts beside level, or a small decoder would settle for a blur.
        loss = functional.l1_loss(y, x) + functional.l1_loss(_edges(y), _edges(x))
        optimiser.zero_grad(set_to_none=True)
        loss.backward()
        nn.utils.clip_grad_norm_(network.parameters(), 1.0)
        optimiser.step()
        schedule.step()
        errors.append(float(functional.l1_loss(y, x).detach()))
    return float(np.mean(errors[-max(1, steps // 10) :]))


def _edges(x: Tensor) -> Tensor:
    return x - functional.avg_pool2d(x, 3, 1, 1)


def _square(rgb: Picture, side: int, rng: Generator) -> Picture:
    height, width = rgb.shape[:2]
    if min(height, width) < side:
        rgb = np.pad(rgb, ((0, max(0, side - height)), (0, max(0, side - width)), (0, 0)), mode="edge")
        height, width = rgb.shape[:2]
    y, x = int(rng.integers(height - side + 1)), int(rng.integers(width - side + 1))
    return rgb[y : y + side, x : x + side]


def save(network: Autoencoder, path: Path) -> None:
    """Writes kind and weights."""
    torch.save({"kind": list(network.kind), "state": network.state_dict()}, path)


def load(path: Path) -> Autoencoder:
    """What `save` wrote, ready to run."""
    saved = torch.load(path, map_location="cpu", weights_only=True)
    network = Autoencoder(*saved["kind"])
    network.load_state_dict(saved["state"])
    return network.eval()


def reconstructed(network: Autoencoder, rgb: Picture) -> Picture:
    """`rgb` through encoder and decoder, the edge repeated where a side is not divisible."""
    height, width = rgb.shape[:2]
    unit = 2**network.depth
    padded = np.pad(rgb, ((0, -height % unit), (0, -width % unit), (0, 0)), mode="edge")
    x = torch.from_numpy(padded.transpose(2, 0, 1)[None].astype(np.float32) / 255)
    with torch.no_grad():
        y = network(x)[0].numpy().transpose(1, 2, 0)
    return as_picture(y[:height, :width] * 255)


@dataclass(frozen=True)
class Resynthesis:
    """`picture`: uint8 [h, w, 3]; `mask`: float32 [h, w], 0..1, how much of each pixel is generated."""

    picture: Picture
    mask: Map


def resynthesised(
    network: Autoencoder, rgb: Picture, landmarks: Points, rng: Generator, *, blended: bool
) -> Resynthesis:
    """`rgb` generated anew: whole, or the inner face alone, blended back softly.

    Colour and shading stay the original's, coarser than the decoder's cell: a small decoder's cast is no forgery.
    In half of them the generated side is sharpened to the sharpness that the original has (generators of talking
    heads are often *sharper* than a recording); in a third it is mixed with the original, as a good decoder would.
    """
    made = reconstructed(network, rgb).astype(np.float32)
    made += gaussian(rgb - made, float(2 ** (network.depth - 1)))
    if rng.random() < 0.5:
        made = _sharpened(made, sharpness(rgb)).astype(np.float32)
    if rng.random() < 0.33:
        made += np.float32(rng.uniform(0.1, 0.5)) * (rgb - made)
    if rng.random() < 0.3:
        # The noise that a decoder loses, put back as grain that is too even.
        made += rng.normal(0, rng.uniform(1, 4), made.shape[:2]).astype(np.float32)[..., None]
    mask = np.ones(rgb.shape[:2], np.float32)
    if blended:
        height, width = rgb.shape[:2]
        mask = hull_mask(landmarks, height, width, REGIONS[int(rng.integers(len(REGIONS)))])
        mask = gaussian(mask, float(rng.uniform(0.03, 0.08)) * float(np.ptp(landmarks[:, 0])))
    base = rgb.astype(np.float32)
    return Resynthesis(as_picture(base + mask[..., None] * (made - base)), mask)


def _sharpened(made: Map, goal: float) -> Picture:
    """`made` with its detail raised until it is as sharp as `goal`, at most threefold."""
    soft = blur(as_picture(made), 1.0).astype(np.float32)
    low, high = 0.0, 3.0
    for _ in range(5):
        middle = (low + high) / 2
        low, high = (middle, high) if sharpness(as_picture(made + middle * (made - soft))) < goal else (low, middle)
    return as_picture(made + low * (made - soft))
