"""JPEG: the order of markers, the quantisation tables, how the picture is coded (ITU-T T.81, annex B)."""

from __future__ import annotations

import hashlib

from waarmerk.examine.media.structure.outline import Described
from waarmerk.examine.media.structure.window import Window, printable
from waarmerk.values import Json

SEGMENTS_MOST = 2_000
_NAMES = {
    0xC4: "DHT",
    0xD8: "SOI",
    0xD9: "EOI",
    0xDA: "SOS",
    0xDB: "DQT",
    0xDD: "DRI",
    0xFE: "COM",
    **{code: f"SOF{code - 0xC0}" for code in range(0xC0, 0xD0) if code not in {0xC4, 0xC8, 0xCC}},
    **{code: f"APP{code - 0xE0}" for code in range(0xE0, 0xF0)},
}
_ALONE = {0x01, *range(0xD0, 0xD9)}
_SOF = {code for code, name in _NAMES.items() if name.startswith("SOF")}
_DQT, _SOS, _EOI, _COM = 0xDB, 0xDA, 0xD9, 0xFE
_SCAN_BLOCK = 1 << 16


def describe(window: Window) -> Described:
    """Everything that the markers of one file tell."""
    lines: list[str] = []
    tables: list[dict[str, Json]] = []
    traits: dict[str, Json] = {}
    damage: list[str] = []
    position, end = 2, None
    lines.append("SOI")
    while len(lines) < SEGMENTS_MOST:
        head = window.at(position, 4)
        if len(head) < 2 or head[0] != 0xFF:
            damage.append(f"no marker at byte {position}")
            break
        code = head[1]
        if code == 0xFF:  # fill
            position += 1
            continue
        if code == _EOI:
            lines.append("EOI")
            end = position + 2
            break
        if code in _ALONE:
            position += 2
            continue
        length = int.from_bytes(head[2:4], "big")
        body = window.at(position + 4, max(length - 2, 0))
        if length < 2 or len(body) < length - 2:
            damage.append(f"{_NAMES.get(code, hex(code))}: reaches past the end of the file")
            break
        lines.append(_line(code, body))
        if code == _DQT:
            tables += _quantisation(body)
        elif code in _SOF and len(body) >= 6:
            traits["frame"] = _frame(code, body)
        elif code == _COM:
            traits["comment"] = printable(body)
        position += 2 + length
        if code == _SOS:
            position = _after_scan(window, position)
    traits["quantisation"] = [table["digest"] for table in tables]
    facts: dict[str, Json] = {"tables": tables, "bytes_after_end": None if end is None else window.size - end}
    if end is None and not damage:
        damage.append("no end marker")
    return Described("jpeg", lines, traits, facts, damage)


def _line(code: int, body: bytes) -> str:
    name = _NAMES.get(code, f"marker {code:02x}")
    if 0xE0 <= code < 0xF0:
        identifier, _, _ = body[:32].partition(b"\0")
        return f"{name} {printable(identifier)}"
    return name


def _quantisation(body: bytes) -> list[dict[str, Json]]:
    """Each table of a DQT segment, in the zigzag order of the file."""
    found: list[dict[str, Json]] = []
    position = 0
    while position < len(body) and len(found) < 8:
        wide, number = body[position] >> 4, body[position] & 15
        size = 128 if wide else 64
        data = body[position + 1 : position + 1 + size]
        if len(data) < size:
            break
        values = [int.from_bytes(data[at : at + 2], "big") for at in range(0, size, 2)] if wide else list(data)
        found.append({"table": number, "values": values, "digest": hashlib.sha256(data).hexdigest()[:16]})
        position += 1 + size
    return found


def _frame(code: int, body: bytes) -> dict[str, Json]:
    count = body[5]
    parts = [body[6 + 3 * index : 9 + 3 * index] for index in range(min(count, 4))]
    return {
        "coding": _NAMES[code],
        "precision": body[0],
        "sampling": [f"{part[1] >> 4}x{part[1] & 15}" for part in parts if len(part) == 3],
        "tables": [part[2] for part in parts if len(part) == 3],
    }


def _after_scan(window: Window, position: int) -> int:
    """Where the next marker after entropy-coded data lies, stuffed bytes and restarts passed over."""
    while block := window.at(position, _SCAN_BLOCK):
        at = block.find(b"\xff")
        while 0 <= at < len(block) - 1:
            code = block[at + 1]
            if code and code not in range(0xD0, 0xD8) and code != 0xFF:
                return position + at
            at = block.find(b"\xff", at + 1)
        position += len(block) if len(block) == 1 or block[-1] != 0xFF else len(block) - 1
    return window.size
