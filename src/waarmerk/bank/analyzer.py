"""The analyzer `matching`: is this a known item that comes back?

Rules:
- It compares with the files that the operator gives (`AnalyzerOptions.known`): each the frame hashes of one known
  item in vPDQ's format, or the item's own file, which is hashed through the same jail as every other medium. The
  operator's own word stands behind them, so their status is *confirmed*.
- It answers with facts alone. That pictures are those of a known item is no matter of likelihood ratios; what
  follows from it is for a policy and a person to say.
- It asks the operator's banks too (`AnalyzerOptions.banks`), whose entries are *confirmed* or *seeded*.
- Without a list it says that nothing was compared, which is not the same as "nothing known".

Facts, by the schema `FACTS`: `known` are the matches, `partial` what shares too little to be called the same
medium. `picture` is a PNG of the query's frame of the best pair, base64, for a page, and
`known_picture` that of the known item, where its file was given; a record may leave both out.
"""

from __future__ import annotations

import base64
import io
import os
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from PIL import Image

from waarmerk.bank.banked import Banked, Banks
from waarmerk.bank.hashing import FrameHasher, HashedMedium, hash_medium
from waarmerk.bank.known import KnownItems
from waarmerk.bank.match import SHARE, Pictures
from waarmerk.bank.signals.interface import Asked, KnownItem, Match, MediumSignals, Parts
from waarmerk.bank.signals.pdq import DISTANCE, QUALITY_FLOOR
from waarmerk.bank.signals.vpdq import read_vpdq
from waarmerk.errors import InputError, WaarmerkError
from waarmerk.examine.analyzers.interface import AnalyzerOptions, Need, Piece
from waarmerk.examine.media.pieces import FrameSample, Picture
from waarmerk.values import Asset, Finding, Json

VERSION: Final = "3"
PICTURE_SIDE: Final = 192
"""Pixels of the longer side of a picture in the facts."""

_SECONDS: Final[dict[str, Json]] = {"type": "number", "minimum": 0}
_SHARED: Final[dict[str, Json]] = {"type": "number", "minimum": 0, "maximum": 1}
_PICTURE: Final[dict[str, Json]] = {
    "type": "string",
    "contentEncoding": "base64",
    "contentMediaType": "image/png",
}
_RANGE: Final = ("query_start_s", "query_end_s", "known_start_s", "known_end_s")
_MATCHES: Final[dict[str, Json]] = {
    "type": "array",
    "items": {
        "type": "object",
        "additionalProperties": False,
        "required": [
            "item",
            "status",
            "query_matched",
            "known_matched",
            "distance",
            "transform",
            "best",
            "alignment",
        ],
        "properties": {
            "item": {"type": "string"},
            "status": {"enum": ["confirmed", "seeded"]},
            "query_matched": _SHARED,
            "known_matched": _SHARED,
            "distance": {"type": "integer", "minimum": 0, "maximum": DISTANCE},
            "transform": {
                "type": "string",
                "description": "`none`, or words joined by -: mirrored, bordered, covered, cropped",
            },
            "best": {
                "type": "object",
                "required": ["query_t_s", "known_t_s"],
                "properties": {"query_t_s": _SECONDS, "known_t_s": _SECONDS},
            },
            "alignment": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": list(_RANGE),
                    "properties": dict.fromkeys(_RANGE, _SECONDS),
                },
            },
            **{key: {"type": "string"} for key in ("entry", "bank", "origin", "signal")},
            "picture": _PICTURE,
            "known_picture": _PICTURE,
        },
    },
}
FACTS: Final[dict[str, Json]] = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "title": "What the analyzer `matching` found",
    "type": "object",
    "additionalProperties": False,
    "required": [
        "compared",
        "confirmed_match",
        "compared_with",
        "frames_hashed",
        "frames_usable",
        "threshold",
        "quality_floor",
    ],
    "properties": {
        "compared": {"type": "boolean", "description": "false: no list of known items was given"},
        "confirmed_match": {"type": "boolean", "description": "a confirmed item is among `known`"},
        "compared_with": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["item", "status", "frames", "usable"],
                "properties": {
                    "item": {"type": "string"},
                    "status": {"enum": ["confirmed", "seeded"]},
                    "frames": {"type": "integer"},
                    "usable": {"type": "integer"},
                },
            },
        },
        "frames_hashed": {"type": "integer"},
        "frames_usable": {"type": "integer", "description": "of quality_floor or better"},
        "threshold": {"type": "integer", "description": "greatest Hamming distance of a match, of 256 bits"},
        "quality_floor": {"type": "integer"},
        "share": {**_SHARED, "description": "of either side, from which a partial match is a match"},
        "known": _MATCHES,
        "partial": _MATCHES,
        "suppressed": {**_MATCHES, "description": "what a bank of harmless items explains"},
        "harmless": {"type": "array", "description": "the harmless entries that explain it"},
        "banks": {"type": "array", "description": "the banks that were asked, with generation and entries"},
    },
}


@dataclass(frozen=True)
class _Known:
    """A known item, and its medium where the operator gave that."""

    name: str
    item: KnownItem
    medium: HashedMedium | None = None


class MatchingAnalyzer:
    """Compares the hashes of the sampled pictures with known items."""

    name = "matching"
    version = VERSION
    needs: Need = "frames"
    facts_schema = FACTS

    def __init__(self) -> None:
        self._read: dict[tuple[Path, int, int], _Known] = {}
        self._banks: dict[tuple[int, tuple[str, ...]], Banks] = {}

    def prepare(self, options: AnalyzerOptions) -> None:
        """Reads and hashes the known items before any medium is open; raises InputError as `start` does."""
        for path in options.known:
            self._known(path)
        self._asked(options.banks)

    def start(self, asset: Asset, options: AnalyzerOptions) -> MatchingWatch:
        """Begins on one medium; raises InputError for a known item that cannot be used."""
        return MatchingWatch([self._known(path) for path in options.known], asset, self._asked(options.banks))

    def _asked(self, named: tuple[str, ...]) -> Banks | None:
        """The banks, opened once a process: a connection does not survive a fork."""
        if not named:
            return None
        key = (os.getpid(), named)
        if key not in self._banks:
            self._banks[key] = Banks(named)
        return self._banks[key]

    def _known(self, path: Path) -> _Known:
        """The item in a file, read again only when the file has changed."""
        try:
            stat = path.stat()
        except (OSError, ValueError):
            key = (path, -1, -1)  # read_vpdq has the sentence
        else:
            key = (path, stat.st_mtime_ns, stat.st_size)
        if key not in self._read:
            self._read[key] = _read(path)
        return self._read[key]


def _read(path: Path) -> _Known:
    if _is_list(path):
        return _Known(path.name, KnownItem("video", read_vpdq(path)))
    try:
        medium = hash_medium(path, "keep", sound=False)
    except InputError as error:
        raise InputError(f"the known item {error.message}", where=error.where, hint=error.hint) from error
    return _Known(path.name, KnownItem.of(medium.signals), medium)


def _is_list(path: Path) -> bool:
    """Whether a file begins as text does. What cannot be read counts as a list: reading it has the sentence."""
    try:
        if not path.is_file():
            return True
        with path.open("rb") as file:
            return all(byte in b"\t\r\n" or 0x20 <= byte < 0x7F for byte in file.read(64))
    except (OSError, ValueError):
        return True


class MatchingWatch:
    """One medium being compared; keeps about 60 bytes a picture and 12 a pair, and one small picture a known item."""

    def __init__(self, known: list[_Known], asset: Asset, banks: Banks | None) -> None:
        self._known, self._asset, self._banks = known, asset, banks
        self._asked: list[Asked] = []
        self._compared = Pictures(KnownItems([one.item for one in known]))
        self._hasher = FrameHasher("ask")
        self._pictures: dict[int, bytes] = {}

    def see(self, piece: Piece) -> None:
        """Hashes one sampled picture."""
        if not isinstance(piece, FrameSample):
            return
        asked = self._hasher.see(piece)
        if self._banks is not None:
            self._asked.append(asked)
        for entry in self._compared.see(asked):
            self._pictures[entry] = _png(piece.rgb)

    def finding(self) -> Finding:
        """The matches as facts."""
        frames = self._hasher.frames()
        matches = self._compared.matches(frames)
        known = [self._stated(match) for match in matches if not match.partial]
        partial = [self._stated(match) for match in matches if match.partial]
        banked = None if self._banks is None else self._ask(self._banks)
        if banked is not None:
            known, partial = [*known, *banked.known], [*partial, *banked.partial]
        facts: dict[str, Json] = {
            "compared": bool(self._known) or banked is not None,
            "confirmed_match": any(match["status"] == "confirmed" for match in known),
            "compared_with": [
                {
                    "item": one.name,
                    "status": "confirmed",
                    "frames": len(one.item.frames),
                    "usable": len(one.item.frames.usable()),
                }
                for one in self._known
            ],
            "frames_hashed": len(frames),
            "frames_usable": len(frames.usable()),
            "threshold": DISTANCE,
            "quality_floor": QUALITY_FLOOR,
            "share": SHARE,
            "known": known,
            "partial": partial,
        }
        if banked is not None:
            facts |= {"banks": banked.banks, "suppressed": banked.suppressed, "harmless": banked.harmless}
        return Finding(analyzer=MatchingAnalyzer.name, version=VERSION, answer=None, facts=facts)

    def _ask(self, banks: Banks) -> Banked:
        asset, frames, asked = self._asset, self._hasher.frames(), Asked.joined(self._asked)
        return banks.ask(MediumSignals(asset.sha256, asset.kind, asset.duration_s, frames, asked, Parts.none()))

    def _stated(self, match: Match) -> dict[str, Json]:
        query_t_s, known_t_s = match.best
        stated: dict[str, Json] = {
            "item": self._known[match.entry].name,
            "status": "confirmed",
            "query_matched": round(match.query_matched, 4),
            "known_matched": round(match.known_matched, 4),
            "distance": match.distance,
            "transform": match.transform,
            "best": {"query_t_s": round(query_t_s, 3), "known_t_s": round(known_t_s, 3)},
            "alignment": [{key: round(value, 3) for key, value in asdict(part).items()} for part in match.alignment],
            "picture": base64.b64encode(self._pictures[match.entry]).decode("ascii"),
        }
        known = self._known_picture(match)
        return stated if known is None else {**stated, "known_picture": base64.b64encode(known).decode("ascii")}

    def _known_picture(self, match: Match) -> bytes | None:
        """The known item's frame of the best pair; None where only its hashes were given, or its file is gone."""
        medium = self._known[match.entry].medium
        try:
            picture = None if medium is None else medium.picture(match.best[1])
        except WaarmerkError:
            return None
        return None if picture is None else _png(picture)


def _png(rgb: Picture) -> bytes:
    """The picture, averaged down by a whole number so that at most `PICTURE_SIDE` pixels remain a side."""
    file = io.BytesIO()
    shrink = -(-max(rgb.shape[:2]) // PICTURE_SIDE)
    Image.fromarray(rgb).reduce(shrink).save(file, "png")
    return file.getvalue()
