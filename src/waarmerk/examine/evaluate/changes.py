"""What happens to a medium on its way: the changes under which an evaluation is repeated.

Rules:
- Changes of pictures (size, blur, noise, captions, the look of a screen) are done to every decoded picture before
  anybody looks; nothing is encoded again, so each is seen apart from compression.
- Changes by an upload are really encoded, all pictures of the part, with x264 (`media.encode`), and the copy is
  examined as the file that it is. A still picture becomes a JPEG of about the same strength.
- Everything is drawn from the picture's number, so the same list gives the same figures.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from PIL import Image, ImageDraw, ImageFilter

from waarmerk.examine.media.encode import Upload
from waarmerk.examine.media.pieces import Picture

LEAST_SIDE = 64
"""Pixels under which a picture is not made smaller."""


@dataclass(frozen=True)
class Change:
    """`scale`: of the sides; `blur`: sigma in pixels; `noise`: sigma in grey levels; `uploads`: encoded one after
    the other; `shift`: of the rectangle, share of its size."""

    name: str = "as-it-is"
    scale: float = 1.0
    blur: float = 0.0
    noise: float = 0.0
    captions: bool = False
    screen: bool = False
    uploads: tuple[Upload, ...] = ()
    shift: float = 0.0

    @property
    def plain(self) -> bool:
        """Whether pictures stay as they are."""
        return (self.scale, self.blur, self.noise, self.captions, self.screen) == (1.0, 0.0, 0.0, False, False)

    def of(self, rgb: Picture, number: int) -> Picture:
        """A picture, uint8 [h, w, 3], changed; `number` draws its noise."""
        if self.scale != 1.0 and min(rgb.shape[:2]) * self.scale >= LEAST_SIDE:
            rgb = resized(rgb, self.scale)
        if self.screen:
            rgb = on_screen(rgb)
        if self.blur > 0:
            rgb = np.asarray(Image.fromarray(rgb).filter(ImageFilter.GaussianBlur(self.blur)))
        if self.noise > 0:
            rgb = noisy(rgb, self.noise, number)
        return captioned(rgb) if self.captions else rgb


PLAIN = Change()


def resized(rgb: Picture, scale: float) -> Picture:
    """The picture at `scale` of its sides, bilinear, antialiased."""
    size = max(1, round(rgb.shape[1] * scale)), max(1, round(rgb.shape[0] * scale))
    return np.asarray(Image.fromarray(rgb).resize(size, Image.Resampling.BILINEAR))


def noisy(rgb: Picture, sigma: float, number: int) -> Picture:
    """The picture under independent noise of `sigma` grey levels a channel."""
    noise = np.random.default_rng(number).normal(0.0, sigma, rgb.shape).astype(np.float32)
    return np.asarray(np.clip(rgb + noise + 0.5, 0, 255), dtype=np.uint8)


def captioned(rgb: Picture) -> Picture:
    """The picture under two lines of captions, a banner and a sticker, as feeds show them."""
    height, width = rgb.shape[:2]
    image = Image.fromarray(rgb)
    draw = ImageDraw.Draw(image)
    banner = round(0.14 * height)
    draw.rectangle((0, height - banner, width, height), fill=(200, 20, 30))
    for place, text in ((0.78, "and then he said it"), (0.84, "in front of everybody"), (0.93, "BREAKING")):
        draw.text(
            (width / 2, place * height),
            text,
            anchor="mm",
            fill=(255, 255, 255),
            stroke_width=max(1, height // 240),
            stroke_fill=(0, 0, 0),
            font_size=max(8, round(0.055 * height)),
        )
    side = 0.16 * min(height, width)
    draw.ellipse((width - 1.3 * side, 0.3 * side, width - 0.3 * side, 1.3 * side), fill=(250, 210, 40))
    return np.asarray(image)


def on_screen(rgb: Picture) -> Picture:
    """The picture as a recorder of a screen gets it: sampled twice, other gamma, a grid of pixels, a bar on top."""
    height, width = rgb.shape[:2]
    smaller = Image.fromarray(rgb).resize((max(1, round(0.87 * width)), max(1, round(0.87 * height))))
    shown = np.asarray(smaller.resize((width, height), Image.Resampling.BICUBIC), dtype=np.float32) / 255
    shown = shown**1.12 * np.array([0.96, 0.99, 1.0], np.float32)
    shown[::3] *= 0.97
    shown[:, ::3] *= 0.98
    shown[: max(2, height // 24)] = 0.93
    return np.asarray(np.clip(shown * 255 + 0.5, 0, 255), dtype=np.uint8)


PERTURBATIONS: tuple[Change, ...] = (
    Change("h264-crf-23", uploads=(Upload(crf=23),)),
    Change("h264-crf-32", uploads=(Upload(crf=32),)),
    Change("h264-crf-40", uploads=(Upload(crf=40),)),
    Change("half-size", scale=0.5),
    Change("platform", uploads=(Upload(crf=26, longest=1280), Upload(crf=30, longest=854))),
    Change("blur", blur=1.5),
    Change("noise", noise=8.0),
    Change("captions", captions=True),
    Change("screen-capture", screen=True, uploads=(Upload(crf=28),)),
    Change("shift-10", shift=0.1),
)
"""What `--perturb` repeats an evaluation under, in the order of the page."""
