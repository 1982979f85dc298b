"""The tracks of an MP4 or MOV: what each box of `trak` says, and where its samples lie (ISO/IEC 14496-12, 8).

Tables are read as far as the bounds go: their counts are claims, and no list is longer than what was read.
"""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from waarmerk.examine.media.structure.boxes import Box
from waarmerk.examine.media.structure.window import Window, four, printable
from waarmerk.values import Json

TABLE_BYTES = 1 << 20
"""Of one sample table: a quarter of a million samples, over two hours of film."""
EDITS_MOST = 20


@dataclass(frozen=True)
class Track:
    """One track. `handler`: vide, soun, ...; `entry`: its first sample entry's box, None where there is none."""

    number: int
    handler: str
    entry: Box | None
    table: Box | None
    facts: dict[str, Json]


def tracks(window: Window, movie: Box) -> list[Track]:
    """Every `trak` of the movie box, in order."""
    return [_track(window, box) for box in movie.all("trak")]


def timescale(window: Window, header: Box | None) -> int | None:
    """Ticks a second of an mvhd or mdhd box."""
    if header is None:
        return None
    version = window.at(header.body, 1)
    data = window.at(header.body + (20 if version == b"\1" else 12), 4)
    return int.from_bytes(data, "big") if len(data) == 4 else None


def _track(window: Window, box: Box) -> Track:
    media = box.find("mdia")
    handler_box, header = (media.find("hdlr"), media.find("mdhd")) if media else (None, None)
    table = box.find("mdia", "minf", "stbl")
    description = table.find("stsd") if table else None
    entry = description.children[0] if description and description.children else None
    handler = window.at(handler_box.body, 24) if handler_box else b""
    name = window.at(handler_box.body + 24, handler_box.end - handler_box.body - 24) if handler_box else b""
    kind = four(handler[8:12]) if len(handler) >= 12 else ""
    facts: dict[str, Json] = {
        "handler": kind,
        "handler_name": printable(name[1:] if name[:1] and name[0] == len(name) - 1 else name),
        "timescale": timescale(window, header),
        "language": _language(window, header),
        "codec": entry.kind if entry else None,
        "sample_entry": [child.kind for child in entry.children] if entry else [],
        "edits": _edits(window, box.find("edts", "elst")),
    }
    if table:
        facts |= _sample_facts(window, table)
    return Track(_identifier(window, box.find("tkhd")), kind, entry, table, facts)


def _identifier(window: Window, header: Box | None) -> int:
    if header is None:
        return 0
    version = window.at(header.body, 1)
    return int.from_bytes(window.at(header.body + (20 if version == b"\1" else 12), 4), "big")


def _language(window: Window, header: Box | None) -> str | None:
    if header is None:
        return None
    version = window.at(header.body, 1)
    code = int.from_bytes(window.at(header.body + (32 if version == b"\1" else 20), 2), "big")
    if code < 0x400:  # QuickTime's own numbers
        return str(code)
    return "".join(chr((code >> shift & 31) + 0x60) for shift in (10, 5, 0))


def _edits(window: Window, box: Box | None) -> list[list[Json]]:
    """[duration in movie ticks, start in media ticks (-1: empty), rate] of each edit."""
    if box is None:
        return []
    wide = window.at(box.body, 1) == b"\1"
    form = struct.Struct(">Qqi" if wide else ">Iii")
    data = window.at(box.body + 8, form.size * EDITS_MOST)[: box.end - box.body - 8]
    whole = data[: len(data) // form.size * form.size]
    return [[duration, start, rate / 65536] for duration, start, rate in form.iter_unpack(whole)]


def _sample_facts(window: Window, table: Box) -> dict[str, Json]:
    sizes = table.find("stsz")
    facts: dict[str, Json] = {"tables": [child.kind for child in table.children]}
    if sizes:
        facts["samples"] = int.from_bytes(window.at(sizes.body + 8, 4), "big")
    sync = table.find("stss")
    if sync:
        numbers = words(window, sync, 8)
        gaps = Counter(b - a for a, b in pairwise(numbers))
        facts["sync_samples"] = len(numbers)
        facts["sync_gaps"] = [[gap, count] for gap, count in gaps.most_common(8)]
    durations = pairs(window, table.find("stts"))
    if durations:
        facts["sample_durations"] = [
            [duration, count] for duration, count in _weights((d, c) for c, d in durations).most_common(8)
        ]
    offsets = pairs(window, table.find("ctts"))
    if offsets:
        facts["composition_offsets"] = len(_weights((d, c) for c, d in offsets))
    return facts


def _weights(items: Iterator[tuple[int, int]]) -> Counter[int]:
    counts: Counter[int] = Counter()
    for value, count in items:
        counts[value] += count
    return counts


def words(window: Window, box: Box | None, skip: int) -> list[int]:
    """The 32-bit numbers of a table after `skip` bytes of its payload."""
    if box is None:
        return []
    data = window.at(box.body + skip, min(box.end - box.body - skip, TABLE_BYTES))
    return list(struct.unpack(f">{len(data) // 4}I", data[: len(data) // 4 * 4]))


def pairs(window: Window, box: Box | None) -> list[tuple[int, int]]:
    """The pairs of 32-bit numbers of an stts or ctts table."""
    numbers = words(window, box, 8)
    return list(zip(numbers[::2], numbers[1::2], strict=False))


def sample_places(window: Window, table: Box, most: int) -> Iterator[tuple[int, int]]:
    """Offset and size of the first `most` samples of the movie box's tables, in decoding order."""
    sizes = table.find("stsz")
    if sizes is None:
        return
    same = int.from_bytes(window.at(sizes.body + 4, 4), "big")
    each = [] if same else words(window, sizes, 12)
    count = min(int.from_bytes(window.at(sizes.body + 8, 4), "big"), most)
    wide = table.find("co64")
    chunks = words(window, wide, 8) if wide else words(window, table.find("stco"), 8)
    starts = [(a << 32) | b for a, b in zip(chunks[::2], chunks[1::2], strict=False)] if wide else chunks
    runs = words(window, table.find("stsc"), 8)
    following = list(zip(runs[::3], runs[1::3], strict=False))
    sample, run, in_run = 0, -1, 0
    for chunk, start in enumerate(starts, start=1):
        while run + 1 < len(following) and following[run + 1][0] <= chunk:
            run += 1
            in_run = following[run][1]
        position = start
        for _ in range(in_run):
            if sample >= count or (not same and sample >= len(each)):
                return
            size = same or each[sample]
            yield position, size
            position += size
            sample += 1
