"""NAL units out of samples and decoder configurations (ISO/IEC 14496-15, 5.3.3.1 and 8.3.3.1)."""

from __future__ import annotations

from collections.abc import Iterator

UNITS_MOST = 64
"""Of one sample or configuration; an encoder that slices finely makes about 16."""


def of_avcc(record: bytes) -> tuple[int, list[bytes]]:
    """Length size and parameter sets of an avcC record; (0, []) where it is none."""
    if len(record) < 7 or record[0] != 1:
        return 0, []
    units: list[bytes] = []
    position, count = 6, record[5] & 31
    for _ in range(2):
        for _ in range(count):
            length = int.from_bytes(record[position : position + 2], "big")
            unit = record[position + 2 : position + 2 + length]
            if unit:
                units.append(unit)
            position += 2 + length
        count = record[position] if position < len(record) else 0
        position += 1
    return (record[4] & 3) + 1, units[:UNITS_MOST]


def of_hvcc(record: bytes) -> tuple[int, list[bytes]]:
    """Length size and parameter sets of an hvcC record; (0, []) where it is none."""
    if len(record) < 23 or record[0] != 1:
        return 0, []
    units: list[bytes] = []
    position = 23
    for _ in range(min(record[22], UNITS_MOST)):
        count = int.from_bytes(record[position + 1 : position + 3], "big")
        position += 3
        for _ in range(min(count, UNITS_MOST)):
            length = int.from_bytes(record[position : position + 2], "big")
            unit = record[position + 2 : position + 2 + length]
            if len(unit) > 1:
                units.append(unit)
            position += 2 + length
    return (record[21] & 3) + 1, units[:UNITS_MOST]


def of_sample(head: bytes, length_size: int) -> Iterator[bytes]:
    """The NAL units that begin within `head`, the first bytes of a sample; the last may be cut off."""
    position = 0
    for _ in range(UNITS_MOST):
        length = int.from_bytes(head[position : position + length_size], "big")
        position += length_size
        unit = head[position : position + length]
        if len(unit) < 2:
            return
        yield unit
        position += length
