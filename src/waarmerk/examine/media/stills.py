"""Still pictures, and moving WebP: decoded by Pillow, which reads these better than FFmpeg. Runs in the child.

- What is a still is seen in its first bytes; FFmpeg keeps HEIC, GIF and everything that moves.
- A size is checked before anything is decoded; a JPEG beyond 4K is decoded at reduced size (its own halving), and
  everything that is kept obeys the same bound as video.
- EXIF orientation is applied; 16 bits become 8; transparency is blended as in video; colour profiles are not
  applied.
- What is cut off is decoded as far as it goes, and said.
"""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import Any, BinaryIO

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageFile, UnidentifiedImageError

from waarmerk.errors import InputError, NoMediumError
from waarmerk.examine.media.delivery import Delivery
from waarmerk.examine.media.limits import Limits
from waarmerk.examine.media.pictures import Turn, blended, kept_size, luma_size, place
from waarmerk.examine.media.sampling import Chosen, Sampler
from waarmerk.examine.media.wire import Finished, Skip
from waarmerk.values import Asset, Sha256

Image.MAX_IMAGE_PIXELS = None  # the bound is `Limits.still_pixels`, checked here before anything is decoded

_ORIENTATION = 0x0112
_TURNS = {
    2: Turn(0, mirrored=True),
    3: Turn(2),
    4: Turn(2, mirrored=True),
    5: Turn(1, mirrored=True),
    6: Turn(3),
    7: Turn(3, mirrored=True),
    8: Turn(1),
}
"""EXIF 2.32, 4.6.5.1.4: what each orientation needs to stand upright."""

_PLUGINS = {
    "JPEG": ("JpegImagePlugin", "MpoImagePlugin", "TiffImagePlugin"),
    "PNG": ("PngImagePlugin", "TiffImagePlugin"),
    "WEBP": ("WebPImagePlugin", "TiffImagePlugin"),
    "AVIF": ("AvifImagePlugin", "TiffImagePlugin"),
    "BMP": ("BmpImagePlugin",),
    "TIFF": ("TiffImagePlugin",),
}
_MOVING = {"WEBP", "AVIF"}
_BROKEN = (
    OSError,
    SyntaxError,
    ValueError,
    EOFError,
    KeyError,
    IndexError,
    TypeError,
    ZeroDivisionError,
    RuntimeError,
)
"""What Pillow's readers raise on damaged files."""
_LOOSE = frozenset({"BMP", "TIFF"})
"""Formats whose first bytes also begin other files: notes, raw pictures of cameras."""
_LEAST_FRAME_S = 0.01
_STRIP = 128


def load_plugins(form: str) -> None:
    """Imports what decoding this form needs; nothing can be imported inside the jail."""
    Image.preinit()
    for name in _PLUGINS[form]:
        module = import_module(f"PIL.{name}")
        if name == "AvifImagePlugin":
            vars(module)["DEFAULT_MAX_THREADS"] = 1  # the jail starts no thread


class Still:
    """One opened still, or moving WebP or AVIF. Raises NoMediumError where it is none, InputError beyond a bound."""

    def __init__(self, file: BinaryIO, form: str, limits: Limits) -> None:
        self._file = file
        self._form = form
        self._limits = limits
        self._cut: str | None = None
        if form == "WEBP":  # libwebp holds two pictures whole as soon as it is opened, and a third goes out
            width, height = webp_size(file.read(30))
            self._check_size(width, height, limits.still_pixels_whole // 3)
        self._image = self._open()
        self._full_width, self._full_height = self._image.size
        most = limits.still_pixels if form == "JPEG" else limits.still_pixels_whole
        self._check_size(self._full_width, self._full_height, most)
        self._count = int(getattr(self._image, "n_frames", 1)) if form in _MOVING else 1
        self._turn = self._orientation()

    def asset(self, path: str, sha256: Sha256, size: int) -> Asset:
        """The medium's description; sizes are upright."""
        width, height = self._full_width, self._full_height
        return Asset(
            path=path,
            sha256=sha256,
            bytes=size,
            kind="video" if self._count > 1 else "image",
            container=self._form.lower(),
            video_codec=self._form.lower(),
            duration_s=None,
            width=height if self._turn.sideways else width,
            height=width if self._turn.sideways else height,
            fps=None,
            audio=False,
            rotation=self._turn.degrees,
            pixel_format=self._image.mode,
        )

    def run(self, delivery: Delivery, skip: Skip | None, frames: tuple[int, ...] | None) -> Finished:  # noqa: ARG002
        """Delivers the picture, or the kept ones of a moving file; nothing is skipped here."""
        sampler, chosen = Sampler(self._limits.rate), None if frames is None else Chosen(frames)
        seen, t_s = 0, 0.0
        for t_s, image in self._pictures():
            if sampler.keeps(t_s) if chosen is None else chosen.keeps(seen):
                self._deliver(image, delivery, seen, t_s)
            seen += 1
            if seen >= self._limits.frames or delivery.count > self._limits.samples:
                self._cut = "the limit of pictures was reached"
                break
        return Finished(
            frames_seen=seen,
            rate=self._limits.rate,
            skipped="default",
            shots=delivery.shots,
            cut_s=None if self._cut is None else t_s,
            cut=self._cut,
        )

    def _open(self) -> Any:
        self._file.seek(0)
        try:
            return Image.open(self._file, formats=(self._form,))
        except (UnidentifiedImageError, *_BROKEN) as error:
            if self._form in _LOOSE:
                raise NoMediumError(f"is no {self._form} picture that can be read") from error
            raise InputError(
                f"is a damaged {self._form} picture: its beginning cannot be read", hint="get the complete file"
            ) from error

    def _check_size(self, width: int, height: int, most: int) -> None:
        if width * height > most:
            raise InputError(
                f"is a picture of {width} x {height}, larger than the limit of {most // 1_000_000} megapixels",
                hint="examine a smaller version",
            )

    def _orientation(self) -> Turn:
        try:
            return _TURNS.get(self._image.getexif().get(_ORIENTATION, 1), Turn())
        except _BROKEN:  # a damaged EXIF block turns nothing
            return Turn()

    def _pictures(self) -> Iterator[tuple[float, Any]]:
        t_s = 0.0
        for index in range(self._count):
            try:
                if index:
                    self._image.seek(index)
                self._load()
            except _BROKEN as error:
                if index == 0:
                    raise InputError(f"holds no picture that can be decoded: {error}") from error
                self._cut = str(error)
                return
            yield t_s, self._image
            t_s += max(float(self._image.info.get("duration", 0)) / 1000, _LEAST_FRAME_S)

    def _load(self) -> None:
        """Decodes the current picture; one that is cut off as far as it goes."""
        self._reduce()
        try:
            self._image.load()
        except _BROKEN as error:
            if self._image.tell():
                raise
            self._cut = str(error)
            self._image = self._open()
            self._reduce()
            ImageFile.LOAD_TRUNCATED_IMAGES = True
            self._image.load()

    def _reduce(self) -> None:
        width, height, scale = kept_size(self._full_width, self._full_height, self._limits)
        if scale < 1 and self._form == "JPEG":
            self._image.draft("RGB", (width, height))

    def _deliver(self, image: Any, delivery: Delivery, running: int, t_s: float) -> None:
        rgb = to_rgb(image, self._limits)
        height, width = rgb.shape[:2]
        size = luma_size(width, height, self._limits)
        luma = np.asarray(Image.fromarray(rgb).convert("L").resize(size, Image.Resampling.BOX))
        slot = delivery.free_slot()
        kept = place(delivery.ring, slot, rgb, luma, self._turn, width / self._full_width)
        delivery.announce(slot, kept, running, t_s)


def to_rgb(image: Any, limits: Limits) -> NDArray[np.uint8]:
    """uint8 [h, w, 3] of any Pillow image, not larger than `kept_pixels`, not turned.

    A larger one is reduced strip by strip, so that no second copy of it is ever whole.
    """
    full_width, full_height = image.size
    width, height, scale = kept_size(full_width, full_height, limits)
    if scale == 1:
        return _opaque(image)
    factor = max(full_width // width, 1)
    strips = [
        np.asarray(
            Image.fromarray(_opaque(image.crop((0, top, full_width, min(top + rows, full_height))))).reduce(factor)
        )
        for rows in (factor * _STRIP,)
        for top in range(0, full_height, rows)
    ]
    reduced = Image.fromarray(np.concatenate(strips))
    return np.asarray(reduced.resize((width, height), Image.Resampling.BOX))


def _opaque(image: Any) -> NDArray[np.uint8]:
    if image.mode.startswith("I;16"):
        image = Image.fromarray((np.asarray(image) >> 8).astype(np.uint8))
    elif image.mode in {"I", "F"}:
        image = Image.fromarray(np.clip(np.asarray(image), 0, 255).astype(np.uint8))
    if "A" in image.getbands() or "transparency" in image.info:
        return blended(np.asarray(image.convert("RGBA")))
    return np.asarray(image if image.mode == "RGB" else image.convert("RGB"))


def webp_size(head: bytes) -> tuple[int, int]:
    """Width and height of a WebP by its first 30 bytes (RFC 9649, 2.5 to 2.7); (0, 0) where they are not whole."""
    kind = head[12:16]
    if len(head) < 30:
        return 0, 0
    if kind == b"VP8X":
        return 1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little")
    if kind == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    return int.from_bytes(head[26:28], "little") & 0x3FFF, int.from_bytes(head[28:30], "little") & 0x3FFF
