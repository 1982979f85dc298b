"""The signal types of HMA as it writes them, and what they are here.

Rules:
- `pdq`: 64 hexadecimal digits, of a photo. `video_md5`: 32 of them, of a video's file. `vpdq`: a JSON list of
  `hash,quality,seconds`, of a video's frames.
- Digits are read in either case and written in lower case.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from waarmerk.bank.signals.interface import Asked, KnownItem, MediumSignals, Parts
from waarmerk.bank.signals.pdq import parse_hash, print_hash
from waarmerk.bank.signals.vpdq import FrameHashes
from waarmerk.errors import InputError
from waarmerk.values import Sha256

ContentType = Literal["photo", "video"]
TYPES: Final[dict[ContentType, tuple[str, ...]]] = {"photo": ("pdq",), "video": ("video_md5", "vpdq")}
NAMES: Final = tuple(name for names in TYPES.values() for name in names)
_MD5: Final = re.compile(r"[0-9a-fA-F]{32}")
_TOP_QUALITY: Final = 100


@dataclass(frozen=True)
class Spoken:
    """A medium, or a hash of one: what it is looked up by. `signals` is None where only the MD5 is known."""

    signals: MediumSignals | None
    md5: str | None = None

    def written(self, name: str) -> str | None:
        """The signal of this name as HMA writes it; None where it has none."""
        if name == "video_md5":
            return self.md5
        if self.signals is None or (name == "pdq") != (self.signals.kind == "image"):
            return None
        return written(name, self.signals.frames)

    def only(self, name: str) -> Spoken:
        """What one signal type alone looks at."""
        return Spoken(None, self.md5) if name == "video_md5" else Spoken(self.signals)


def written(name: str, frames: FrameHashes) -> str | None:
    """The hashes of frames as a signal `pdq` or `vpdq`; None where there is none."""
    if not len(frames):
        return None
    if name == "pdq":
        return print_hash(frames.codes[0])
    rows = zip(frames.codes, frames.quality, frames.t_s, strict=True)
    return json.dumps([f"{print_hash(code)},{int(quality)},{float(t_s):.3f}" for code, quality, t_s in rows])


def parse(name: str, text: object) -> Spoken:
    """What a signal stands for; raises InputError in one sentence."""
    if name not in NAMES:
        raise InputError(f"No such SignalType '{name}'", hint=f"there is {', '.join(NAMES)}")
    if not isinstance(text, str):
        raise InputError(f"a {name} signal is text")
    text = text.strip()
    if name == "video_md5":
        if not _MD5.fullmatch(text):
            raise InputError("an MD5 is 32 hexadecimal digits")
        return Spoken(None, text.lower())
    if name == "pdq":
        code = parse_hash(text)
        return Spoken(_medium("image", _frames([(code, _TOP_QUALITY, 0.0)])))
    return Spoken(_medium("video", _vpdq(text)))


def item_of(several: dict[str, Spoken]) -> KnownItem:
    """What a bank keeps of the signals of one medium."""
    frames = next((one.signals for one in several.values() if one.signals is not None), None)
    md5 = next((one.md5 for one in several.values() if one.md5 is not None), None)
    if frames is None:
        return KnownItem("video", FrameHashes.none(), md5=md5)
    digest = None if frames.sha256 == "" else frames.sha256
    return replace(KnownItem.of(frames), md5=md5, sha256=digest)


def _vpdq(text: str) -> FrameHashes:
    try:
        rows = json.loads(text)
        parts = [str(row).split(",") for row in rows]
        found = [(parse_hash(code), int(quality), float(t_s)) for code, quality, t_s in parts]
    except (ValueError, TypeError, RecursionError) as error:
        raise InputError(f"this is no vPDQ signal: {error}", hint='["hash,quality,seconds", ...]') from error
    if not found or not all(0 <= quality <= 100 and 0 <= t_s < 1e7 for _, quality, t_s in found):
        raise InputError("a vPDQ signal has frames, qualities from 0 to 100 and times in seconds")
    return _frames(sorted(found, key=lambda row: row[2]))


def _frames(rows: list[tuple[np.ndarray[tuple[int, ...], np.dtype[np.uint64]], int, float]]) -> FrameHashes:
    return FrameHashes(
        np.arange(len(rows), dtype=np.int64),
        np.asarray([quality for _, quality, _ in rows], np.uint8),
        np.stack([code for code, _, _ in rows]),
        np.asarray([t_s for _, _, t_s in rows], np.float64),
    )


def _medium(kind: Literal["image", "video"], frames: FrameHashes) -> MediumSignals:
    usable = frames.usable_rows()
    asked = Asked(frames.codes[usable], usable, np.zeros(len(usable), np.uint8))
    duration = None if kind == "image" else float(frames.t_s[-1])
    return MediumSignals(Sha256(""), kind, duration, frames, asked, Parts.none())
