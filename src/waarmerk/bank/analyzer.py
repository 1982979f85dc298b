"""The analyzer `matching`: is this a known item that comes back?

Rules:
- It compares with the files that the operator gives (`AnalyzerOptions.known`), each the frame hashes of one known
  item in vPDQ's format. The operator's own word stands behind them, so their status is *confirmed*.
- It answers with facts alone. That pictures are those of a known item is no matter of likelihood ratios; what
  follows from it is for a policy and a person to say.
- Without a list it says that nothing was compared, which is not the same as "nothing known".

Facts, by the schema `FACTS`: `known` are the matches, `partial` what shares too little to be called the same
medium. `picture` is a PNG of the query's frame of the best pair, base64, for a page; a record may leave it out.
"""

from __future__ import annotations

import base64
import io
from dataclasses import asdict
from pathlib import Path
from typing import Final, get_args

from PIL import Image

from waarmerk.bank.match import SHARE, KnownItem, Match, Matcher
from waarmerk.bank.signals.pdq import DISTANCE, QUALITY_FLOOR
from waarmerk.bank.signals.vpdq import read_vpdq
from waarmerk.bank.views import Orientation, views
from waarmerk.examine.analyzers.interface import AnalyzerOptions, Need, Piece
from waarmerk.examine.media.pieces import FrameSample
from waarmerk.values import Asset, Finding, Json

VERSION: Final = "1"
PICTURE_SIDE: Final = 192
"""Pixels of the longer side of a picture in the facts."""

_SECONDS: Final[dict[str, Json]] = {"type": "number", "minimum": 0}
_SHARED: Final[dict[str, Json]] = {"type": "number", "minimum": 0, "maximum": 1}
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
            "transform": {"enum": list(get_args(Orientation))},
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
            "picture": {"type": "string", "contentEncoding": "base64", "contentMediaType": "image/png"},
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
    },
}


class MatchingAnalyzer:
    """Compares the hashes of the sampled pictures with known items."""

    name = "matching"
    version = VERSION
    needs: Need = "frames"
    facts_schema = FACTS

    def __init__(self) -> None:
        self._read: dict[tuple[Path, int, int], KnownItem] = {}

    def start(self, asset: Asset, options: AnalyzerOptions) -> MatchingWatch:  # noqa: ARG002
        """Begins on one medium; raises InputError for a file of frame hashes that cannot be used."""
        return MatchingWatch([self._known(path) for path in options.known])

    def _known(self, path: Path) -> KnownItem:
        """The item in a file, read again only when the file has changed."""
        try:
            stat = path.stat()
        except (OSError, ValueError):
            key = (path, -1, -1)  # read_vpdq has the sentence
        else:
            key = (path, stat.st_mtime_ns, stat.st_size)
        if key not in self._read:
            self._read[key] = KnownItem(path.name, "confirmed", read_vpdq(path))
        return self._read[key]


class MatchingWatch:
    """One medium being compared; keeps at most 320 bytes a picture, and one small picture a known item."""

    def __init__(self, items: list[KnownItem]) -> None:
        self._items = items
        self._matcher = Matcher(items)
        self._pictures: dict[int, bytes] = {}

    def see(self, piece: Piece) -> None:
        """Hashes one sampled picture."""
        if not isinstance(piece, FrameSample):
            return
        for index in self._matcher.add(piece.t_s, views(piece.luma)):
            self._pictures[index] = _png(piece)

    def finding(self) -> Finding:
        """The matches as facts."""
        matches = self._matcher.matches()
        facts: dict[str, Json] = {
            "compared": bool(self._items),
            "confirmed_match": any(match.status == "confirmed" and not match.partial for match in matches),
            "compared_with": [
                {
                    "item": item.item,
                    "status": item.status,
                    "frames": len(item.hashes),
                    "usable": len(item.hashes.usable()),
                }
                for item in self._items
            ],
            "frames_hashed": self._matcher.frames,
            "frames_usable": self._matcher.usable_frames,
            "threshold": DISTANCE,
            "quality_floor": QUALITY_FLOOR,
            "share": SHARE,
            "known": [self._stated(match) for match in matches if not match.partial],
            "partial": [self._stated(match) for match in matches if match.partial],
        }
        return Finding(analyzer=MatchingAnalyzer.name, version=VERSION, answer=None, facts=facts)

    def _stated(self, match: Match) -> dict[str, Json]:
        return {
            "item": match.item,
            "status": match.status,
            "query_matched": round(match.query_matched, 4),
            "known_matched": round(match.known_matched, 4),
            "distance": match.best.distance,
            "transform": match.transform,
            "best": {"query_t_s": round(match.best.query_t_s, 3), "known_t_s": round(match.best.known_t_s, 3)},
            "alignment": [{key: round(value, 3) for key, value in asdict(part).items()} for part in match.alignment],
            "picture": base64.b64encode(self._pictures[match.index]).decode("ascii"),
        }


def _png(sample: FrameSample) -> bytes:
    """The picture, averaged down by a whole number so that at most `PICTURE_SIDE` pixels remain a side."""
    file = io.BytesIO()
    shrink = -(-max(sample.rgb.shape[:2]) // PICTURE_SIDE)
    Image.fromarray(sample.rgb).reduce(shrink).save(file, "png")
    return file.getvalue()
