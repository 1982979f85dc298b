"""The hashes of an item as texts by kind, which is how lists carry them, and back.

Kinds: `pdq`, `sha256`, `md5` in hexadecimal; `vpdq`, a JSON list of `hash,quality,seconds`; `waarmerk`, all that we
keep of an item in Base64, which is only written where the others would lose something (sound, parts, qualities).
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from typing import Final

import msgspec
import numpy as np

from waarmerk.bank.signals.interface import Codes, KnownItem
from waarmerk.bank.signals.pdq import parse_hash, print_hash
from waarmerk.bank.signals.vpdq import FrameHashes
from waarmerk.bank.store.packing import pack_item, unpack_item
from waarmerk.errors import InputError, IntegrityError
from waarmerk.values import Sha256

WHOLE: Final = "waarmerk"
_TOP_QUALITY: Final = 100
"""A list of single hashes says nothing of quality: whoever listed them answers for it."""
_DIGITS: Final = {"sha256": 64, "md5": 32}


def item_of(texts: dict[str, str]) -> KnownItem:
    """The item of these hashes; raises InputError that says which is wrong, or that there is none."""
    if WHOLE in texts:
        return _whole(texts[WHOLE])
    frames, kind = FrameHashes.none(), "video"
    if "pdq" in texts:
        frames, kind = frames_of([(parse_hash(texts["pdq"].strip()), _TOP_QUALITY, 0.0)]), "image"
    elif "vpdq" in texts:
        frames = parse_frames(texts["vpdq"])
    digests = {name: _digest(name, texts[name]) for name in _DIGITS if name in texts}
    if not len(frames) and not digests:
        raise InputError("there is no hash that is known here", hint="pdq, vpdq, sha256 or md5")
    sha256 = digests.get("sha256")
    return KnownItem(
        "image" if kind == "image" else "video",
        frames,
        sha256=None if sha256 is None else Sha256(sha256),
        md5=digests.get("md5"),
    )


def texts_of(item: KnownItem) -> dict[str, str]:
    """The hashes of an item; `waarmerk` among them where the others do not give all of it back."""
    texts = {}
    if len(item.frames):
        one = item.kind == "image"
        texts["pdq" if one else "vpdq"] = print_hash(item.frames.codes[0]) if one else print_frames(item.frames)
    texts |= {name: text for name, text in (("sha256", item.sha256), ("md5", item.md5)) if text is not None}
    packed = pack_item(item)
    if not texts or pack_item(item_of(texts)) != packed:
        texts[WHOLE] = base64.b64encode(packed).decode("ascii")
    return texts


def print_frames(frames: FrameHashes) -> str:
    """The hashes of a video's frames as ThreatExchange's libraries write them in one text."""
    rows = zip(frames.codes, frames.quality, frames.t_s, strict=True)
    return json.dumps([f"{print_hash(code)},{int(quality)},{float(t_s):.3f}" for code, quality, t_s in rows])


def parse_frames(text: str) -> FrameHashes:
    """The hashes of a video's frames, in the order of time; raises InputError in one sentence."""
    try:
        parts = [str(row).split(",") for row in json.loads(text)]
        found = [(parse_hash(code), int(quality), float(t_s)) for code, quality, t_s in parts]
    except (ValueError, TypeError, RecursionError) as error:
        raise InputError(f"this is no vPDQ signal: {error}", hint='["hash,quality,seconds", ...]') from error
    if not found or not all(0 <= quality <= 100 and 0 <= t_s < 1e7 for _, quality, t_s in found):
        raise InputError("a vPDQ signal has frames, qualities from 0 to 100 and times in seconds")
    return frames_of(sorted(found, key=lambda row: row[2]))


def frames_of(rows: list[tuple[Codes, int, float]]) -> FrameHashes:
    """Frames numbered from 0, of a hash (uint64 [4]), a quality and a time each."""
    return FrameHashes(
        np.arange(len(rows), dtype=np.int64),
        np.asarray([quality for _, quality, _ in rows], np.uint8),
        np.stack([code for code, _, _ in rows]),
        np.asarray([t_s for _, _, t_s in rows], np.float64),
    )


def _digest(name: str, text: str) -> str:
    text = text.strip().lower()
    if not re.fullmatch(rf"[0-9a-f]{{{_DIGITS[name]}}}", text):
        raise InputError(f"{name} is {_DIGITS[name]} hexadecimal digits")
    return text


def _whole(text: str) -> KnownItem:
    try:
        item = unpack_item(base64.b64decode(text, validate=True))
        frames, parts = item.frames, item.parts
        lengths = {len(frames.frame), len(frames.quality), len(frames.codes), len(frames.t_s)}
        of_parts = {len(parts.codes), len(parts.frame), len(parts.part)}
        inside = not len(parts) or (parts.frame.min() >= 0 and parts.frame.max() < len(frames))
        if len(lengths) != 1 or len(of_parts) != 1 or not inside or item.kind not in ("image", "video"):
            raise InputError("the hashes of this item do not fit each other")
    except (
        binascii.Error,
        IntegrityError,
        msgspec.MsgspecError,
        ValueError,
        KeyError,
        TypeError,
        IndexError,
    ) as error:
        raise InputError("these are no hashes of Waarmerk", hint="the text was changed or cut short") from error
    return item
