"""MP4, MOV, HEIF and AVIF: outline, brands, traces of encoder and muxer, tracks, pictures."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain

from waarmerk.examine.media.structure import boxes, pictures, tracks
from waarmerk.examine.media.structure.boxes import Box, BoxTree
from waarmerk.examine.media.structure.fragments import fragment_places
from waarmerk.examine.media.structure.outline import Described, without_repeats
from waarmerk.examine.media.structure.window import Window, four, printable
from waarmerk.values import Json

TREE_MOST = 400
"""Boxes of the tree that a report draws; the outline and its digest know all."""
TRACES_MOST = 40
_LOCATION = {"©xyz", "loci", "com.apple.quicktime.location.ISO6709"}
"""Where somebody was is told as present, not as a place: it says nothing about the maker."""
_MAKERS = frozenset({"ftyp", "hdlr", "elst", "mvhd", "tkhd", "mdhd", "vmhd", "smhd", "gmin", "iods", "pasp", "colr"})
"""Boxes whose size is the muxer's choice, not the recording's."""


def describe(window: Window) -> Described:
    """Everything that the boxes of one file tell."""
    tree = boxes.parse(window)
    movie = tree.root.find("moov")
    brand = _brands(window, tree.root.find("ftyp"))
    found = tracks.tracks(window, movie) if movie else []
    traces = list(_traces(window, tree))
    traits: dict[str, Json] = {"brands": brand, "traces": {name: text for name, text in traces if name != "location"}}
    if movie:
        traits["movie_timescale"] = tracks.timescale(window, movie.find("mvhd"))
    facts: dict[str, Json] = {
        "tree": _drawn(tree.root),
        "traces": [{"where": name, "text": text} for name, text in traces],
        "tracks": [track.facts for track in found],
    }
    for index, track in enumerate(found):
        for name in ("handler_name", "timescale", "language", "codec", "sample_entry", "edits"):
            value = track.facts[name]
            traits[f"track {index + 1} ({track.handler}) {name}"] = len(value) if name == "edits" else value
    video = next((track for track in found if track.handler == "vide"), None)
    if video is not None:
        facts["pictures"] = _pictures(window, tree.root, video)
        traits |= {f"pictures {name}": facts["pictures"].get(name) for name in ("sequence", "picture", "encoder")}
    return Described("iso-bmff", _outline(tree.root), traits, facts, tree.damage)


def _brands(window: Window, box: Box | None) -> Json:
    if box is None:
        return None
    data = window.at(box.body, min(box.end - box.body, 256))
    return {
        "major": four(data[:4]),
        "minor": int.from_bytes(data[4:8], "big"),
        "compatible": [four(data[at : at + 4]) for at in range(8, len(data) - 3, 4)],
    }


def _outline(root: Box) -> list[str]:
    groups = [tuple(_lines(child, child.kind)) for child in root.children]
    return [line for group in without_repeats(groups) for line in group]


def _lines(box: Box, path: str) -> Iterator[str]:
    yield f"{path} {box.size}" if box.kind in _MAKERS else path
    groups = [tuple(_lines(child, f"{path}/{child.kind}")) for child in box.children]
    if box.kind not in {"moov", "iinf", "ilst"}:  # two equal tracks are two tracks
        groups = without_repeats(groups)
    for group in groups:
        yield from group


def _drawn(root: Box) -> list[Json]:
    """[depth, type, size in bytes] of each box, in file order."""
    drawn: list[Json] = []
    for path, box in root.walk():
        if len(drawn) >= TREE_MOST:
            break
        drawn.append([path.count("/"), box.kind, box.size])
    return drawn


def _traces(window: Window, tree: BoxTree) -> Iterator[tuple[str, str]]:
    """Names and texts of what makers write of themselves: iTunes items, QuickTime items and keys."""
    count = 0
    keys: list[str] = []
    for path, box in tree.root.walk():
        if count >= TRACES_MOST:
            return
        parent = path.split("/")[-2] if "/" in path else ""
        if box.kind == "keys":
            keys = list(_keys(window, box))
            continue
        name = box.kind
        if parent == "ilst":
            index = int.from_bytes(window.at(box.start + 4, 4), "big") - 1
            name = keys[index] if 0 <= index < len(keys) else name
            data = box.find("data") or _first_data(window, box)
            text = printable(window.at(data.body + 8, data.end - data.body - 8)) if data else ""
        elif parent == "udta" and box.kind.startswith("©"):
            text = printable(window.at(box.body + 4, box.end - box.body - 4))
        elif parent == "udta" and box.kind in _LOCATION:
            text = "present"
        else:
            continue
        if name in _LOCATION:
            name, text = "location", "present"
        if text and text != "location":
            count += 1
            yield name, text


def _first_data(window: Window, item: Box) -> Box | None:
    head = window.at(item.body, 8)
    if head[4:8] != b"data":
        return None
    size = min(int.from_bytes(head[:4], "big"), item.end - item.body)
    return Box("data", item.body, size, item.body + 8)


def _keys(window: Window, box: Box) -> Iterator[str]:
    position = box.body + 8
    for _ in range(TRACES_MOST):
        size = int.from_bytes(window.at(position, 4), "big")
        if size < 8 or position + size > box.end:
            return
        yield printable(window.at(position + 8, size - 8))
        position += size


def _pictures(window: Window, root: Box, track: tracks.Track) -> dict[str, Json]:
    if track.entry is None or track.table is None:
        return {}
    places = chain(
        tracks.sample_places(window, track.table, pictures.SAMPLES_MOST),
        fragment_places(window, root, track.number, pictures.SAMPLES_MOST),
    )
    for kind, facts in (("avcC", pictures.h264_facts), ("hvcC", pictures.hevc_facts)):
        box = track.entry.find(kind)
        if box:
            return facts(window, window.at(box.body, min(box.end - box.body, 1 << 16)), places)
    return {"codec": track.entry.kind}
