"""The signal types of HMA as it writes them, and what they are here.

Rules:
- `pdq`: 64 hexadecimal digits, of a photo. `video_md5`: 32 of them, of a video's file. `vpdq`: a JSON list of
  `hash,quality,seconds`, of a video's frames.
- Digits are read in either case and written in lower case.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from waarmerk.bank.exchange.hashes import frames_of, parse_frames, print_frames
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
    return print_frames(frames)


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
        return Spoken(_medium("image", frames_of([(code, _TOP_QUALITY, 0.0)])))
    return Spoken(_medium("video", parse_frames(text)))


def item_of(several: dict[str, Spoken]) -> KnownItem:
    """What a bank keeps of the signals of one medium."""
    frames = next((one.signals for one in several.values() if one.signals is not None), None)
    md5 = next((one.md5 for one in several.values() if one.md5 is not None), None)
    if frames is None:
        return KnownItem("video", FrameHashes.none(), md5=md5)
    digest = None if frames.sha256 == "" else frames.sha256
    return replace(KnownItem.of(frames), md5=md5, sha256=digest)


def _medium(kind: Literal["image", "video"], frames: FrameHashes) -> MediumSignals:
    usable = frames.usable_rows()
    asked = Asked(frames.codes[usable], usable, np.zeros(len(usable), np.uint8))
    duration = None if kind == "image" else float(frames.t_s[-1])
    return MediumSignals(Sha256(""), kind, duration, frames, asked, Parts.none())
