"""The container analyzer's reader: which parser fits the first bytes, and what it says. Runs in the child."""

from __future__ import annotations

from collections.abc import Callable
from typing import BinaryIO

from waarmerk.examine.media.structure import chunks, ebml, iso, jpeg
from waarmerk.examine.media.structure.compare import comparison
from waarmerk.examine.media.structure.outline import Described
from waarmerk.examine.media.structure.window import Window
from waarmerk.values import Asset, Json

READER = "waarmerk.examine.media.structure.reader:read"


def read(file: BinaryIO, asset: Asset, settings: dict[str, Json]) -> dict[str, Json]:
    """The facts of one file: form, outline and its digest, traits, what its form has more, references compared.

    `settings["references"]`: what this reader said of the operator's reference files, with `path` and `sha256`.
    """
    window = Window(file)
    parser = parser_for(window.at(0, 12))
    described = parser(window) if parser else Described(asset.container, [], {})
    facts = described.as_json()
    facts["references"] = [comparison(facts, reference) for reference in settings.get("references", [])]
    return facts


def parser_for(head: bytes) -> Callable[[Window], Described] | None:
    """The parser for a file that begins so, or None where there is none."""
    if head[4:8] in {b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"styp"}:
        return iso.describe
    starts: tuple[tuple[bytes, Callable[[Window], Described]], ...] = (
        (b"\x1a\x45\xdf\xa3", ebml.describe),
        (b"\xff\xd8", jpeg.describe),
        (b"RIFF", chunks.describe_riff),
        (b"\x89PNG\r\n\x1a\n", chunks.describe_png),
    )
    return next((parser for start, parser in starts if head.startswith(start)), None)
