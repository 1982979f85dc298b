"""What a file says about its origin outside a manifest: unsigned notes, and marks of a manifest that is gone.

Rules:
- Only the first and last `WINDOW` bytes are searched: that is where containers keep metadata, and a mark inside
  the pictures' own data would mean nothing.
- XMP is searched, never parsed as XML: a stranger's XML can be made to hurt, and two notes do not need it.
- A trace is a hint: anybody can write or remove it. It never counts as a declaration.
"""

from __future__ import annotations

import html
import io
import os
import re
from collections.abc import Iterator
from typing import BinaryIO, Final, Literal

from waarmerk.values import Json

WINDOW: Final = 4 << 20
LONGEST: Final = 300
"""Characters of a stranger's text that are kept."""

Kind = Literal["xmp-provenance", "xmp-digital-source-type", "manifest-remains", "aigc-label"]

PACKETS: Final = 16
PACKET: Final = 256 << 10
"""Packets of XMP that are searched in a window, and bytes of each: real ones are one, of a few kilobytes."""

# Both ways in which XMP writes a property: as an attribute and as an element.
_NOTES: Final[tuple[tuple[Kind, re.Pattern[str]], ...]] = (
    (
        "xmp-provenance",
        re.compile(r"""dcterms:provenance(?:=["']([^"']{1,2048})["']|[^<>]{0,256}>([^<]{1,2048})<)"""),
    ),
    (
        "xmp-digital-source-type",
        re.compile(r"""Iptc4xmpExt:DigitalSourceType(?:=["']([^"']{1,2048})["']|[^<>]{0,256}>([^<]{1,2048})<)"""),
    ),
    ("aigc-label", re.compile(r"""TC260:AIGC(?:=["']([^"']{1,2048})["']|[^<>]{0,256}>([^<]{1,2048})<)""")),
)
# A JUMBF description box of type "c2pa" (ISO 19566-5: its UUID begins with the four letters), or the box that
# holds it in MP4 (a UUID of its own) [C2PA 2.2, 11.1 and A.5].
_REMAINS: Final = re.compile(
    rb"jumdc2pa\x00\x11\x00\x10\x80\x00\x00\xaa\x00\x38\x9b\x71"
    rb"|uuid\xd8\xfe\xc3\xd6\x1b\x0e\x48\x3c\x92\x97\x58\x28\x87\x7e\xc4\x81"
)


def traces(file: BinaryIO) -> list[dict[str, Json]]:
    """The traces in a file, each `{"kind", "value"}`, in the order of the kinds; equal ones once."""
    found: dict[tuple[Kind, str], None] = {}
    for window in _windows(file):
        for packet in _packets(window):
            text = packet.decode("utf-8", "replace")
            for kind, pattern in _NOTES:
                for note in pattern.finditer(text):
                    found[kind, shortened(html.unescape(note[1] or note[2]).strip())] = None
        if _REMAINS.search(window):
            found["manifest-remains", ""] = None
    return [{"kind": kind, "value": value} for kind, value in sorted(found)]


def shortened(text: str) -> str:
    """At most `LONGEST` characters of a stranger's text."""
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"


def _packets(window: bytes) -> Iterator[bytes]:
    # By `find`, which is linear; a pattern with a beginning and an end is not, when there are only beginnings.
    end = 0
    for _ in range(PACKETS):
        start = window.find(b"<x:xmpmeta", end)
        end = window.find(b"</x:xmpmeta>", start)
        if start < 0 or end < 0:
            return
        yield window[start : min(end, start + PACKET)]


def _windows(file: BinaryIO) -> list[bytes]:
    size = file.seek(0, io.SEEK_END)
    starts = [0] if size <= WINDOW else [0, max(WINDOW, size - WINDOW)]
    windows = []
    for start in starts:
        file.seek(start, os.SEEK_SET)
        windows.append(file.read(min(WINDOW, size - start)))
    return windows
