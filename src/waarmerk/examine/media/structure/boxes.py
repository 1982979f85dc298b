"""The box tree of MP4, MOV, HEIF and AVIF files (ISO/IEC 14496-12, 4.2; QuickTime File Format).

Bounds: so many boxes, so deep, and a child never reaches past its parent. What breaks a rule ends its own level and
is noted; what was read before it stands. Nothing is read of a box but its header until somebody asks.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from waarmerk.examine.media.structure.window import Window, four

BOXES_MOST = 20_000
"""A two-hour file in two-second fragments has about 40 boxes for each minute of it."""
DEPTH_MOST = 12
"""The deepest real path (moov/trak/mdia/minf/stbl/stsd/avc1/sinf/schi/tenc) has ten."""

_GROUPING = (
    "moov trak mdia minf stbl dinf edts udta mvex moof traf mfra ilst iprp ipco sinf schi gmhd tapt wave tref clip "
    "matt rinf"
)
_VIDEO = "avc1 avc3 hvc1 hev1 vp08 vp09 av01 mp4v encv apcn apch apcs apco ap4h dvh1 dvhe jpeg mjpa s263"
_AUDIO = "mp4a enca ac-3 ec-3 Opus fLaC alac samr sawb twos sowt lpcm"
_CONTAINERS = frozenset(_GROUPING.split())
_FULL_CONTAINERS = {"meta": 4, "stsd": 8, "dref": 8, "iref": 4}
"""Containers whose children begin after version, flags and (stsd, dref) a count."""
_VIDEO_ENTRIES = frozenset(_VIDEO.split())
_AUDIO_ENTRIES = frozenset(_AUDIO.split())
_VIDEO_FIELDS, _AUDIO_FIELDS = 78, 28


@dataclass
class Box:
    """One box. `start`, `size`: in the file, header included; `body`: where its payload begins."""

    kind: str
    start: int
    size: int
    body: int
    children: list[Box] = field(default_factory=list)

    @property
    def end(self) -> int:
        """The first byte after it."""
        return self.start + self.size

    def find(self, *path: str) -> Box | None:
        """The first box along this path of types."""
        found: Box | None = self
        for kind in path:
            found = next((child for child in found.children if child.kind == kind), None) if found else None
        return found

    def all(self, kind: str) -> list[Box]:
        """The children of this type, in order."""
        return [child for child in self.children if child.kind == kind]

    def walk(self, path: str = "") -> Iterator[tuple[str, Box]]:
        """Every box below, in file order, with its path."""
        for child in self.children:
            here = f"{path}/{child.kind}" if path else child.kind
            yield here, child
            yield from child.walk(here)


@dataclass
class BoxTree:
    """The whole file as one nameless box; `damage`: what broke a rule, in file order."""

    root: Box
    damage: list[str]


def parse(window: Window) -> BoxTree:
    """The tree of a file that begins with a box."""
    root = Box("", 0, window.size, 0)
    tree = BoxTree(root, [])
    budget = _level(window, root, 0, BOXES_MOST, tree.damage)
    if budget <= 0:
        tree.damage.append(f"more than {BOXES_MOST} boxes: the rest was not read")
    return tree


def _level(window: Window, parent: Box, depth: int, budget: int, damage: list[str]) -> int:
    position, end = _first_child(window, parent), parent.end
    while position + 8 <= end and budget > 0:
        box = _header(window, position, end)
        budget -= 1
        if box is None:
            if window.at(position, 4) != b"\0\0\0\0":  # QuickTime ends a list by a zero
                damage.append(f"{parent.kind or 'file'}: no box at byte {position}")
            break
        if box.end > end:  # a file that was cut off: what is there of the box is read
            damage.append(f"{box.kind}: reaches {box.end - end} bytes past its parent")
            box.size = end - box.start
        parent.children.append(box)
        if _has_children(box, parent):
            if depth >= DEPTH_MOST:
                damage.append(f"{box.kind}: nested deeper than {DEPTH_MOST}")
            else:
                budget = _level(window, box, depth + 1, budget, damage)
        position = box.end
    return budget


def _header(window: Window, position: int, end: int) -> Box | None:
    head = window.at(position, 16)
    if len(head) < 8:
        return None
    size, kind, length = int.from_bytes(head[:4], "big"), four(head[4:8]), 8
    if size == 1:
        if len(head) < 16:
            return None
        size, length = int.from_bytes(head[8:], "big"), 16
    elif size == 0:  # to the end of the file
        size = end - position
    if size < length:
        return None
    if kind == "uuid":
        kind = f"uuid:{window.at(position + length, 16).hex()}"
        length += 16
    return Box(kind, position, size, position + length)


def _has_children(box: Box, parent: Box) -> bool:
    if box.kind in _CONTAINERS or box.kind in _FULL_CONTAINERS:
        return True
    return parent.kind == "ilst" or (parent.kind == "stsd" and box.kind in _VIDEO_ENTRIES | _AUDIO_ENTRIES)


def _first_child(window: Window, box: Box) -> int:
    if box.kind == "meta" and window.at(box.body + 4, 4) == b"hdlr":  # QuickTime's has no version and flags
        return box.body
    if box.kind in _FULL_CONTAINERS:
        return box.body + _FULL_CONTAINERS[box.kind]
    if box.kind in _VIDEO_ENTRIES:
        return box.body + _VIDEO_FIELDS
    if box.kind in _AUDIO_ENTRIES:
        version = int.from_bytes(window.at(box.body + 8, 2), "big")
        return box.body + _AUDIO_FIELDS + {1: 16, 2: 36}.get(version, 0)
    return box.body
