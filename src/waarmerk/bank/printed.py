"""A medium's signals as one JSON object, and back: what `bank hash` prints and a bank may be given.

Rules:
- `{"path", "sha256", "signals": {"pdq": {"hash", "quality"}}}` for a picture; for a video `"vpdq"`, a list of
  `{"frame", "hash", "quality", "t_s"}` with all the decimals of the time.
- `"audio"`: the fingerprint, eight hexadecimal digits a code; `"absent"`: what could not be had, and why.
- `"parts"` where asked for: `{"frame", "part", "hash"}`, `frame` the place in the list of frames, `part` a name of
  the ladder. With them copies that were cropped are found as well, without the medium leaving its owner.
"""

from __future__ import annotations

from typing import Any

import numpy as np

from waarmerk.bank.ladder import LADDER
from waarmerk.bank.signals.audio import Audio
from waarmerk.bank.signals.interface import KnownItem, MediumSignals, Parts
from waarmerk.bank.signals.pdq import parse_hash, print_hash
from waarmerk.bank.signals.vpdq import FrameHashes
from waarmerk.errors import InputError
from waarmerk.values import Json, Sha256

_PARTS = {part.name: number for number, part in enumerate(LADDER)}


def print_signals(path: str, signals: MediumSignals) -> dict[str, Json]:
    """The object for one file."""
    frames = signals.frames
    hashes = [
        {"frame": int(frame), "hash": print_hash(code), "quality": int(quality), "t_s": float(t_s)}
        for frame, code, quality, t_s in zip(frames.frame, frames.codes, frames.quality, frames.t_s, strict=True)
    ]
    told: dict[str, Json] = (
        {"pdq": {"hash": hashes[0]["hash"], "quality": hashes[0]["quality"]}}
        if signals.kind == "image"
        else {"vpdq": hashes}
    )
    if signals.audio is not None:
        told["audio"] = Audio().print(signals.audio)
    if len(signals.parts):
        parts = signals.parts
        told["parts"] = [
            {"frame": int(frame), "part": LADDER[int(part)].name, "hash": print_hash(code)}
            for frame, part, code in zip(parts.frame, parts.part, parts.codes, strict=True)
        ]
    printed: dict[str, Json] = {"path": path, "sha256": signals.sha256, "signals": told}
    return {**printed, "absent": signals.absent} if signals.absent else printed


def parse_signals(value: Json, where: str = "") -> KnownItem:
    """The item that such an object describes; raises InputError that says what is wrong with others."""
    try:
        return _parsed(value)
    except InputError as error:
        raise InputError(error.message, where=where, hint=error.hint) from error
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise InputError(f"this is no line of `waarmerk bank hash`: {error}", where=where) from error


def _parsed(value: dict[str, Any]) -> KnownItem:
    signals: dict[str, Any] = value["signals"]
    rows: list[dict[str, Any]] = signals.get("vpdq") or [{"frame": 0, "t_s": 0.0, **signals["pdq"]}]
    frames = FrameHashes(
        np.asarray([int(row["frame"]) for row in rows], np.int64),
        np.asarray([int(row["quality"]) for row in rows], np.uint8),
        np.stack([parse_hash(str(row["hash"])) for row in rows]),
        np.asarray([float(row["t_s"]) for row in rows], np.float64),
    )
    if frames.quality.max() > 100 or frames.frame.min() < 0 or not np.all(np.diff(frames.t_s, prepend=0.0) >= 0):
        raise ValueError("a quality is from 0 to 100, a frame from 0 on, times do not run backwards")
    digest = value.get("sha256")
    if digest is not None and (len(str(digest)) != 64 or set(str(digest).lower()) - set("0123456789abcdef")):
        raise ValueError("sha256 is 64 hexadecimal digits")
    return KnownItem(
        "video" if signals.get("vpdq") else "image",
        frames,
        _parts(signals.get("parts") or [], len(frames)),
        Audio().parse(str(signals["audio"])) if signals.get("audio") else None,
        None if digest is None else Sha256(str(digest).lower()),
    )


def _parts(rows: list[dict[str, Any]], frames: int) -> Parts:
    if not rows:
        return Parts.none()
    strange = next((row for row in rows if row["part"] not in _PARTS or not 0 <= int(row["frame"]) < frames), None)
    if strange is not None:
        raise ValueError(f"part {strange['part']!r} of frame {strange['frame']!r} is not known")
    return Parts(
        np.stack([parse_hash(str(row["hash"])) for row in rows]),
        np.asarray([int(row["frame"]) for row in rows], np.int64),
        np.asarray([_PARTS[row["part"]] for row in rows], np.uint8),
    )
