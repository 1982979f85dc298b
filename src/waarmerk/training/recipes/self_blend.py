"""Self-blended images: a face pasted into its own picture after a slight change, so that only the seam is fake.

After Shiohara and Yamasaki, "Detecting Deepfakes with Self-Blended Images" (CVPR 2022), with its parameters; drawn
at the native pixels of the wide crop, before any resize. Deviations, each on purpose: hulls come from the face mesh,
a fifth hull covers the mouth alone, and the change of frequency may also be a blur or a JPEG of the inner face.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from PIL import Image

from waarmerk.training.recipes.compression import jpeg
from waarmerk.training.recipes.hulls import Hull, hull_mask
from waarmerk.training.recipes.pictures import (
    Map,
    Picture,
    Points,
    as_picture,
    blur,
    gaussian,
    remap,
    resize,
    resize_map,
)

HULL_ODDS: dict[Hull, float] = {"face": 0.25, "jaw": 0.2, "raised": 0.2, "parts": 0.2, "mouth": 0.15}
WEAR: dict[Hull, int] = {"face": 12, "jaw": 12, "raised": 12, "parts": 4, "mouth": 4}
"""How far a mask is worn from its edge at most: small parts would vanish under what a whole face bears."""
BLEND_RATIOS = (0.25, 0.5, 0.75, 1.0, 1.0, 1.0)


@dataclass(frozen=True)
class SelfBlend:
    """`fake`: the picture with its own face blended back; `mask`: float32 [h, w], how much of it is pasted."""

    fake: Picture
    mask: Map
    kind: Hull


def recoloured(rgb: Picture, rng: Generator) -> Picture:
    """A slight change of colour: RGB shift, saturation, brightness and contrast."""
    values = rgb.astype(np.float32)
    if rng.random() < 0.3:
        values += rng.uniform(-20, 20, 3).astype(np.float32)
    grey = values.mean(axis=2, keepdims=True)
    values = grey + (values - grey) * np.float32(rng.uniform(0.88, 1.12))
    values = (values - 128) * np.float32(rng.uniform(0.9, 1.1)) + 128 + np.float32(rng.uniform(-0.1, 0.1) * 128)
    return as_picture(values)


def refrequenced(rgb: Picture, face: float, rng: Generator) -> Picture:
    """A slight change of frequency: coarser, sharper, softer or re-compressed; `face` is its side in pixels."""
    height, width = rgb.shape[:2]
    draw = rng.random()
    if draw < 0.4:
        # A quarter of the pixels would leave nothing of a small face but squares, which no forger's tool leaves.
        factor = rng.choice((2, 4)) if face >= 160 else rng.uniform(1.3, 2.2)
        small = (max(8, round(width / factor)), max(8, round(height / factor)))
        return resize(resize(rgb, small, Image.Resampling.NEAREST), (width, height))
    if draw < 0.7:
        values = rgb.astype(np.float32)
        soft = gaussian(values, 1.0)
        return as_picture(values + np.float32(rng.uniform(0.3, 1.0)) * (values - soft))
    if draw < 0.9:
        return blur(rgb, float(rng.uniform(0.4, 1.0) * max(face / 160, 0.8)))
    return jpeg(rgb, int(rng.integers(40, 90)))


def _moved(source: Picture, mask: Map, rng: Generator) -> tuple[Picture, Map]:
    """Source and mask under one small shift and scale: x +-3 %, y +-1.5 %, scale 0.95..1/0.95."""
    height, width = mask.shape
    scale = np.float32(rng.uniform(0.95, 1 / 0.95))
    dx, dy = rng.uniform(-0.03, 0.03) * width, rng.uniform(-0.015, 0.015) * height
    inverse = (
        1 / scale,
        0,
        width / 2 - (width / 2 + dx) / scale,
        0,
        1 / scale,
        height / 2 - (height / 2 + dy) / scale,
    )
    transform = Image.Transform.AFFINE
    moved = Image.fromarray(source).transform((width, height), transform, inverse, Image.Resampling.BILINEAR)
    region = Image.fromarray(mask).transform((width, height), transform, inverse, Image.Resampling.BILINEAR)
    return np.asarray(moved), np.asarray(region, dtype=np.float32)


def _elastic(mask: Map, rng: Generator) -> Map:
    """The mask with its edge bent: displacements of strength 50 under a Gaussian of 7 (at 256 px)."""
    height, width = mask.shape
    coarse = (max(4, height // 8), max(4, width // 8))
    fields = []
    for _ in range(2):
        noise = gaussian(rng.uniform(-1, 1, coarse).astype(np.float32), 0.9)
        fields.append(resize_map(noise, (width, height)) * np.float32(0.03 * min(height, width)))
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    return remap(mask, x + fields[0], y + fields[1])


def _softened(mask: Map, rng: Generator, widest: int) -> Map:
    """The mask worn by at most `widest` pixels of about 224, feathered, times a blend ratio."""
    height, width = mask.shape
    side = (int(rng.integers(192, 257)), int(rng.integers(192, 257)))
    soft = resize_map(mask, side)
    for last in (False, True):
        radius = int(rng.integers(2, 13 if last else widest + 1))
        soft = gaussian(soft, float(rng.uniform(5, 46)) if last else 0.3 * (radius - 1) + 0.8, radius)
        top = soft.max()
        if top <= 0:
            break
        soft = soft / top
        if not last:
            soft = (soft >= 0.999).astype(np.float32)
    return resize_map(np.ascontiguousarray(soft, dtype=np.float32), (width, height)) * np.float32(
        rng.choice(BLEND_RATIOS)
    )


def self_blend(rgb: Picture, landmarks: Points, rng: Generator, kind: Hull | None = None) -> SelfBlend:
    """`rgb` with its own face blended back; the unaltered `rgb` is its real counterpart.

    `rgb`: a wide crop at native pixels; `landmarks`: float32 [468, 2 or more] in its pixels. The mask may be empty
    where the face lies outside the picture: the caller leaves such a pair out.
    """
    height, width = rgb.shape[:2]
    chosen = kind or tuple(HULL_ODDS)[int(rng.choice(len(HULL_ODDS), p=list(HULL_ODDS.values())))]
    face = float(np.ptp(landmarks[:, 0]))
    altered = refrequenced(recoloured(rgb, rng), face, rng)
    source, target = (altered, rgb) if rng.random() < 0.5 else (rgb, altered)
    source, mask = _moved(source, hull_mask(landmarks, height, width, chosen), rng)
    mask = np.clip(_softened(_elastic(mask, rng), rng, WEAR[chosen]), 0, 1)
    alpha = mask[..., None]
    fake = as_picture(source.astype(np.float32) * alpha + target.astype(np.float32) * (1 - alpha))
    return SelfBlend(fake, mask, chosen)
