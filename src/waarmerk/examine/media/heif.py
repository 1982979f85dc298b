"""Pictures in tiles, as phones write HEIC: the grid that the boxes describe (ISO/IEC 23008-12, 6.6.2.3)."""

from __future__ import annotations

import struct
from dataclasses import dataclass

from waarmerk.examine.media.pictures import Turn
from waarmerk.examine.media.structure.boxes import Box, parse
from waarmerk.examine.media.structure.window import Window

ITEMS_MOST = 1_000
_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"mif1", b"mif2"}


@dataclass(frozen=True)
class Grid:
    """`width`, `height`: of the whole, not turned; `tiles`: item numbers, row by row, `columns` in each."""

    width: int
    height: int
    columns: int
    tiles: tuple[int, ...]
    turn: Turn


def grid(window: Window) -> Grid | None:
    """The grid of a HEIF file whose main picture is one; None for every other file."""
    if window.at(4, 4) != b"ftyp" or window.at(8, 4) not in _BRANDS:
        return None
    meta = parse(window).root.find("meta")
    primary = meta.find("pitm") if meta else None
    if meta is None or primary is None:
        return None
    wide = window.at(primary.body, 1) != b"\0"
    number = int.from_bytes(window.at(primary.body + 4, 4 if wide else 2), "big")
    data = _item_data(window, meta, number)
    tiles = _tiles(window, meta, number)
    if not _is_grid(window, meta, number) or len(data) < 8:
        return None
    rows, columns = data[2] + 1, data[3] + 1
    form = ">II" if data[1] & 1 else ">HH"
    if len(data) < 4 + struct.calcsize(form) or len(tiles) != rows * columns:
        return None
    width, height = struct.unpack_from(form, data, 4)
    return Grid(width, height, columns, tiles, _turn(window, meta, number))


def _is_grid(window: Window, meta: Box, number: int) -> bool:
    info = meta.find("iinf")
    if info is None:
        return False
    position = info.body + (6 if window.at(info.body, 1) == b"\0" else 8)
    for _ in range(ITEMS_MOST):
        head = window.at(position, 24)
        size = int.from_bytes(head[:4], "big")
        if size < 8 or len(head) < 20 or position >= info.end:
            return False
        wide = head[8] > 2
        item = int.from_bytes(head[12 : 16 if wide else 14], "big")
        kind = head[18:22] if wide else head[16:20]
        if item == number:
            return kind == b"grid"
        position += size
    return False


def _tiles(window: Window, meta: Box, number: int) -> tuple[int, ...]:
    references = meta.find("iref")
    if references is None:
        return ()
    width = 2 if window.at(references.body, 1) == b"\0" else 4
    for box in references.all("dimg"):
        data = window.at(box.body, min(box.end - box.body, 8 + 4 * ITEMS_MOST))
        if int.from_bytes(data[:width], "big") == number:
            body = data[width + 2 :]
            return tuple(int.from_bytes(body[at : at + width], "big") for at in range(0, len(body), width))
    return ()


def _item_data(window: Window, meta: Box, number: int) -> bytes:
    """The first extent of an item, at most 16 bytes; in the file or in `idat` (14496-12, 8.11.3)."""
    places, inner = meta.find("iloc"), meta.find("idat")
    if places is None:
        return b""
    data = window.at(places.body, min(places.end - places.body, 64 * ITEMS_MOST))
    if len(data) < 8:
        return b""
    version, sizes = data[0], (data[4] >> 4, data[4] & 15, data[5] >> 4, data[5] & 15 if data[0] else 0)
    offset_size, length_size, base_size, index_size = sizes
    wide = 4 if version == 2 else 2
    position = 6 + wide
    for _ in range(min(int.from_bytes(data[6 : 6 + wide], "big"), ITEMS_MOST)):
        item = int.from_bytes(data[position : position + wide], "big")
        position += wide
        method = data[position + 1] & 15 if version and position + 1 < len(data) else 0
        position += (2 if version else 0) + 2
        base = int.from_bytes(data[position : position + base_size], "big")
        position += base_size
        extents = int.from_bytes(data[position : position + 2], "big")
        position += 2
        offset = int.from_bytes(data[position + index_size : position + index_size + offset_size], "big")
        if item == number:
            start = base + offset + (inner.body if method == 1 and inner else 0)
            return window.at(start, 16)
        position += extents * (index_size + offset_size + length_size)
    return b""


def _turn(window: Window, meta: Box, number: int) -> Turn:
    """Rotation and mirroring among the item's properties, in their order."""
    properties, marks = meta.find("iprp", "ipco"), meta.find("iprp", "ipma")
    if properties is None or marks is None:
        return Turn()
    quarters, mirrored = 0, False
    for index in _associated(window, marks, number):
        box = properties.children[index - 1] if 0 < index <= len(properties.children) else None
        value = window.at(box.body, 1) if box else b""
        if box is None or not value:
            continue
        if box.kind == "irot":
            quarters += value[0] & 3
        elif box.kind == "imir":
            quarters, mirrored = -quarters + 2 * (value[0] & 1), not mirrored
    return Turn(quarters % 4, mirrored)


def _associated(window: Window, marks: Box, number: int) -> list[int]:
    data = window.at(marks.body, min(marks.end - marks.body, 64 * ITEMS_MOST))
    if len(data) < 8:
        return []
    width, item_width = 2 if data[3] & 1 else 1, 2 if data[0] == 0 else 4
    position = 8
    for _ in range(min(int.from_bytes(data[4:8], "big"), ITEMS_MOST)):
        item = int.from_bytes(data[position : position + item_width], "big")
        position += item_width
        count = data[position] if position < len(data) else 0
        body = data[position + 1 : position + 1 + count * width]
        if item == number:
            essential = (1 << 8 * width - 1) - 1
            return [int.from_bytes(body[at : at + width], "big") & essential for at in range(0, len(body), width)]
        position += 1 + count * width
    return []
