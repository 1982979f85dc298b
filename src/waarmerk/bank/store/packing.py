"""A known item, or what an upload gave, as bytes in a row of the store.

Rules:
- The first byte says the form, the last four are the CRC-32 of all before: a row that the disk has changed is known
  by it, and left out alone.
- A single hash, which is what lists hold millions of, is 38 bytes; everything else is a MessagePack map.
"""

from __future__ import annotations

from typing import Any, Final, Literal
from zlib import crc32

import msgspec
import numpy as np
from numpy.typing import NDArray

from waarmerk.bank.signals.interface import Asked, KnownItem, MediumSignals, Parts
from waarmerk.bank.signals.vpdq import FrameHashes
from waarmerk.errors import IntegrityError
from waarmerk.values import Sha256

SINGLE: Final = 1
_WHOLE: Final = 2
SINGLE_SIZE: Final = 38
_CRC: Final = 4

_FRAMES: Final[tuple[tuple[str, str], ...]] = (("frame", "<i8"), ("quality", "u1"), ("codes", "<u8"), ("t_s", "<f8"))
_PARTS: Final[tuple[tuple[str, str], ...]] = (("codes", "<u8"), ("frame", "<i8"), ("part", "u1"))
_ASKED: Final[tuple[tuple[str, str], ...]] = (("codes", "<u8"), ("frame", "<i8"), ("view", "u1"))


def pack_hash(code: bytes, quality: int) -> bytes:
    """A picture's one PDQ hash, 32 bytes with the lowest first, and its quality."""
    body = bytes((SINGLE, quality)) + code
    return body + crc32(body).to_bytes(_CRC, "little")


def pack_item(item: KnownItem) -> bytes:
    """The item as bytes."""
    frames = item.frames
    single = item.kind == "image" and len(frames) == 1 and not len(item.parts)
    if single and item.sha256 is None is item.md5 and item.audio is None and frames.frame[0] == 0 == frames.t_s[0]:
        return pack_hash(frames.codes[0].astype("<u8").tobytes(), int(frames.quality[0]))
    whole = {
        "kind": item.kind,
        "sha256": item.sha256,
        "frames": _out(frames, _FRAMES),
        "parts": _out(item.parts, _PARTS),
    }
    # Only where there is one: the bytes of an item say what it is, and those of old do not change.
    more = {} if item.md5 is None else {"md5": item.md5}
    return _sealed({**whole, "audio": _audio_out(item.audio), **more})


def unpack_item(data: bytes, where: str = "") -> KnownItem:
    """The item in a row; raises IntegrityError where its bytes were changed."""
    if len(data) == SINGLE_SIZE and data[0] == SINGLE:
        checked(data, where)
        code = np.frombuffer(data[2:34], "<u8").astype(np.uint64).reshape(1, 4)
        quality = np.frombuffer(data[1:2], np.uint8)
        return KnownItem("image", FrameHashes(np.zeros(1, np.int64), quality, code, np.zeros(1)))
    value = _map(data, where)
    return KnownItem(
        value["kind"],
        FrameHashes(**_in(value["frames"], _FRAMES)),
        Parts(**_in(value["parts"], _PARTS)),
        _audio_in(value["audio"]),
        value["sha256"],
        value.get("md5"),
    )


def pack_signals(signals: MediumSignals) -> bytes:
    """What an upload gave, as bytes: all that it takes to look it up again."""
    return _sealed(
        {
            "kind": signals.kind,
            "sha256": signals.sha256,
            "duration_s": signals.duration_s,
            "frames": _out(signals.frames, _FRAMES),
            "asked": _out(signals.asked, _ASKED),
            "audio": _audio_out(signals.audio),
        }
    )


def unpack_signals(data: bytes, where: str = "") -> MediumSignals:
    """What an upload gave; raises IntegrityError where the row's bytes were changed."""
    value = _map(data, where)
    kind: Literal["image", "video"] = value["kind"]
    return MediumSignals(
        Sha256(value["sha256"]),
        kind,
        value["duration_s"],
        FrameHashes(**_in(value["frames"], _FRAMES)),
        Asked(**_in(value["asked"], _ASKED)),
        Parts.none(),
        _audio_in(value["audio"]),
    )


def _sealed(value: dict[str, Any]) -> bytes:
    body = bytes((_WHOLE,)) + msgspec.msgpack.encode(value)
    return body + crc32(body).to_bytes(_CRC, "little")


def checked(data: bytes, where: str = "") -> bytes:
    """A row's bytes without their check; raises IntegrityError where they were changed."""
    body, crc = data[:-_CRC], data[-_CRC:]
    if len(data) <= _CRC or crc32(body).to_bytes(_CRC, "little") != crc:
        raise IntegrityError("the stored hashes were changed", where=where, hint="add the item anew")
    return body


def _map(data: bytes, where: str) -> dict[str, Any]:
    body = checked(data, where)
    if body[0] != _WHOLE:
        raise IntegrityError(f"stored hashes of form {body[0]} are not known", where=where, hint="a newer Waarmerk?")
    value: dict[str, Any] = msgspec.msgpack.decode(body[1:])
    return value


def _out(value: object, fields: tuple[tuple[str, str], ...]) -> dict[str, bytes]:
    return {name: getattr(value, name).astype(kind).tobytes() for name, kind in fields}


def _in(value: dict[str, bytes], fields: tuple[tuple[str, str], ...]) -> dict[str, NDArray[Any]]:
    arrays = {name: _native(np.frombuffer(value[name], kind)) for name, kind in fields}
    return arrays | {"codes": arrays["codes"].reshape(-1, 4)}


def _native(array: NDArray[Any]) -> NDArray[Any]:
    return array.astype(array.dtype.newbyteorder("="), copy=False)


def _audio_out(audio: NDArray[np.uint32] | None) -> bytes | None:
    return None if audio is None else audio.astype("<u4").tobytes()


def _audio_in(data: bytes | None) -> NDArray[np.uint32] | None:
    return None if data is None else _native(np.frombuffer(data, "<u4"))
