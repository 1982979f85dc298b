"""One draw of what happens to pictures on their way to a platform, applied alike to a real one and its fake.

Whatever is drawn here is drawn once for a pair, with the same random numbers where noise is added: no degradation
may tell which of the two is fake. Captions, borders, insets and beauty filters belong here too: harmless composites
and smoothings that both carry, so that a network cannot take them for forgery.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from PIL import Image

from waarmerk.training.recipes.compression import jpeg, recoded
from waarmerk.training.recipes.pictures import KERNELS, Picture, as_picture, blur, resize


@dataclass(frozen=True)
class Degradation:
    """The drawn parameters; `apply` is a pure function of the picture and of them."""

    flip: bool
    shift: tuple[float, float, float]
    saturation: float
    contrast: float
    brightness: float
    scale: float
    kernel: int
    sigma: float
    noise: float
    codec: str
    quality: int
    overlay: bool
    smooth: float
    seed: int


def draw(rng: Generator, *, codec: bool = True, strength: float = 1.0) -> Degradation:
    """Draws one degradation; `codec` False leaves JPEG and H.264 out, `strength` 0..1 makes all of it rarer."""
    kind = rng.random()
    name = (
        "none"
        if not codec or kind > 0.75 * strength
        else "jpeg"
        if kind < 0.35 * strength
        else "hevc"
        if kind > 0.7 * strength
        else "h264"
    )
    return Degradation(
        flip=bool(rng.random() < 0.5),
        shift=tuple(float(v) for v in (rng.uniform(-20, 20, 3) if rng.random() < 0.3 else np.zeros(3))),  # type: ignore[arg-type]
        saturation=float(rng.uniform(0.6, 1.3) if rng.random() < 0.3 else 1),
        contrast=float(rng.uniform(0.7, 1.3) if rng.random() < 0.4 else 1),
        brightness=float(rng.uniform(-0.25, 0.25) if rng.random() < 0.4 else 0),
        scale=float(rng.uniform(1 - 0.65 * strength, 1.0) if rng.random() < 0.4 * strength else 1),
        kernel=int(rng.integers(len(KERNELS))),
        sigma=float(rng.uniform(0.3, 1.6) if rng.random() < 0.2 * strength else 0),
        noise=float(rng.uniform(1, 10) if rng.random() < 0.15 * strength else 0),
        codec=name,
        quality=int(rng.integers(30, 98)) if name == "jpeg" else int(rng.integers(18, 31 + round(8 * strength))),
        overlay=bool(rng.random() < 0.12),
        smooth=float(rng.uniform(6, 20) if rng.random() < 0.06 else 0),
        seed=int(rng.integers(2**31)),
    )


def apply(rgb: Picture, what: Degradation) -> Picture:
    """`rgb` after `what`; the size is kept."""
    rng = np.random.default_rng(what.seed)
    height, width = rgb.shape[:2]
    if what.flip:
        rgb = rgb[:, ::-1]
    values = rgb.astype(np.float32)
    if what.saturation != 1:
        grey = values.mean(axis=2, keepdims=True)
        values = grey + (values - grey) * np.float32(what.saturation)
    values = (values - 128) * np.float32(what.contrast) + np.float32(128 + 128 * what.brightness)
    rgb = as_picture(values + np.asarray(what.shift, dtype=np.float32))
    if what.smooth:
        rgb = beautified(rgb, what.smooth)
    if what.overlay:
        rgb = overlaid(rgb, rng)
    if what.sigma:
        rgb = blur(rgb, what.sigma * max(width, 64) / 192)
    if what.scale < 1:
        small = (max(32, round(width * what.scale)), max(32, round(height * what.scale)))
        rgb = resize(rgb, small, KERNELS[what.kernel])
    if what.noise:
        noise = rng.normal(0, what.noise, rgb.shape[:2]).astype(np.float32)
        rgb = as_picture(rgb.astype(np.float32) + noise[..., None])
    if what.codec == "jpeg":
        rgb = jpeg(rgb, what.quality)
    elif what.codec != "none":
        rgb = recoded(_strip(rgb, rng), what.quality, "hevc" if what.codec == "hevc" else "h264")
    return resize(rgb, (width, height))


def _strip(rgb: Picture, rng: Generator) -> list[Picture]:
    """One to three pictures that drift by whole pixels and end in `rgb`: so that it may come as a P frame."""
    steps = [(int(rng.integers(-2, 3)), int(rng.integers(-2, 3))) for _ in range(int(rng.integers(0, 3)))]
    return [np.roll(rgb, step, axis=(0, 1)) for step in steps] + [rgb]


def beautified(rgb: Picture, strength: float) -> Picture:
    """Skin made smooth as filters do: detail below `strength` grey levels is blurred away, edges stay."""
    values = rgb.astype(np.float32)
    soft = blur(rgb, max(rgb.shape[:2]) / 80).astype(np.float32)
    detail = values - soft
    kept = np.clip(np.abs(detail).max(axis=2, keepdims=True) / np.float32(strength) - 0.5, 0, 1)
    return as_picture(soft + kept * detail)


def overlaid(rgb: Picture, rng: Generator) -> Picture:
    """A caption bar, a border, a sticker, a shadow's edge or an inset: an edge that is no forgery."""
    out = rgb.copy()
    height, width = out.shape[:2]
    colour = rng.integers(0, 256, 3)
    kind = int(rng.integers(5))
    if kind == 0:
        top = int(rng.uniform(0.72, 0.9) * height)
        bar = out[top : top + max(4, height // 9)]
        bar[:] = as_picture(bar * 0.35 + colour * 0.65)
        for x in range(int(0.1 * width), int(0.9 * width), max(4, width // 24)):
            bar[bar.shape[0] // 4 : 3 * bar.shape[0] // 4, x : x + max(2, width // 48)] = 255 - colour
    elif kind == 1:
        edge = int(rng.uniform(0.03, 0.1) * width)
        side = slice(0, edge) if rng.random() < 0.5 else slice(width - edge, width)
        out[:, side] = colour
    elif kind == 2:
        at, factor = float(rng.uniform(0.25, 0.75)), float(rng.uniform(0.6, 0.9))
        slope = float(rng.uniform(-0.5, 0.5))
        along = np.linspace(0, 1, width)[None] + slope * (np.linspace(0, 1, height)[:, None] - 0.5)
        dark = along > at if rng.random() < 0.5 else along < at
        out = as_picture(np.where(dark[..., None], out * np.float32(factor), out))
    elif kind == 3:
        size = int(rng.uniform(0.15, 0.28) * width)
        inset = resize(np.ascontiguousarray(rgb[:, ::-1]), (size, size))
        y, x = (0 if rng.random() < 0.5 else side - size for side in (height, width))
        out[y : y + size, x : x + size] = inset
    else:
        size = int(rng.uniform(0.12, 0.25) * width)
        x, y = int(rng.integers(0, width - size)), int(rng.integers(0, height - size))
        patch = Image.new("RGB", (size, size), tuple(int(c) for c in colour))
        out[y : y + size, x : x + size] = np.asarray(patch)
    return out
