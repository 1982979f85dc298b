"""WebM and Matroska: the EBML elements at the top, in order, and what names the maker (RFC 8794, RFC 9559)."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from waarmerk.examine.media.structure.outline import Described, without_repeats
from waarmerk.examine.media.structure.window import Window, printable
from waarmerk.values import Json

ELEMENTS_MOST = 20_000
_NAMES = {
    0x1A45DFA3: "EBML",
    0x4282: "DocType",
    0x4287: "DocTypeVersion",
    0x4285: "DocTypeReadVersion",
    0x18538067: "Segment",
    0x114D9B74: "SeekHead",
    0x1549A966: "Info",
    0x2AD7B1: "TimestampScale",
    0x4D80: "MuxingApp",
    0x5741: "WritingApp",
    0x4489: "Duration",
    0x4461: "DateUTC",
    0x73A4: "SegmentUID",
    0x7BA9: "Title",
    0x1654AE6B: "Tracks",
    0xAE: "TrackEntry",
    0xD7: "TrackNumber",
    0x73C5: "TrackUID",
    0x83: "TrackType",
    0x86: "CodecID",
    0x63A2: "CodecPrivate",
    0x9C: "FlagLacing",
    0x22B59C: "Language",
    0x22B59D: "LanguageBCP47",
    0x23E383: "DefaultDuration",
    0xE0: "Video",
    0xE1: "Audio",
    0x1F43B675: "Cluster",
    0x1C53BB6B: "Cues",
    0x1254C367: "Tags",
    0x1941A469: "Attachments",
    0x1043A770: "Chapters",
    0xEC: "Void",
    0xBF: "CRC-32",
    0x56AA: "CodecDelay",
    0x56BB: "SeekPreRoll",
    0x258688: "CodecName",
    0x536E: "Name",
}
_PARENTS = {"EBML", "Segment", "Info", "Tracks", "TrackEntry"}
_TEXTS = {"DocType", "MuxingApp", "WritingApp", "CodecID", "Language", "LanguageBCP47", "Name", "CodecName"}
_NUMBERS = {"TimestampScale", "DocTypeVersion", "DocTypeReadVersion", "TrackType", "DefaultDuration"}


@dataclass(frozen=True)
class Element:
    """One element: name or hexadecimal number, where its data lies, where it ends (None: unknown size)."""

    name: str
    body: int
    end: int | None


def describe(window: Window) -> Described:
    """Everything that the top elements of one file tell."""
    reading = _Reading(window)
    groups = reading.level(0, window.size, "")
    traits: dict[str, Json] = dict(sorted(reading.values.items()))
    facts: dict[str, Json] = {"clusters": reading.clusters}
    return Described("matroska", [line for group in groups for line in group], traits, facts, reading.damage)


class _Reading:
    def __init__(self, window: Window) -> None:
        self._window = window
        self._budget = ELEMENTS_MOST
        self.values: dict[str, list[Json]] = {}
        self.damage: list[str] = []
        self.clusters = 0

    def level(self, start: int, end: int, path: str) -> list[tuple[str, ...]]:
        groups: list[tuple[str, ...]] = []
        for element in self._elements(start, end):
            here = f"{path}/{element.name}" if path else element.name
            lines = [here]
            if element.name in _PARENTS:
                stop = end if element.end is None else min(element.end, end)
                lines += [line for group in self.level(element.body, stop, here) for line in group]
            elif element.end is not None:
                self._value(element, here)
            self.clusters += element.name == "Cluster"
            groups.append(tuple(lines))
        return groups if path.endswith("Tracks") else without_repeats(groups)

    def _elements(self, start: int, end: int) -> Iterator[Element]:
        position = start
        while position < end:
            self._budget -= 1
            if self._budget < 0:
                self.damage.append(f"more than {ELEMENTS_MOST} elements: the rest was not read")
                return
            element = self._element(position)
            if element is None or (element.end is not None and element.end > end):
                self.damage.append(f"no whole element at byte {position}")
                return
            yield element
            if element.end is None:  # a live Cluster or Segment: its children follow as if beside it
                if element.name in _PARENTS:
                    return
                position = element.body
            else:
                position = element.end

    def _element(self, position: int) -> Element | None:
        head = self._window.at(position, 12)
        length = _width(head[:1], 4)
        if not length or len(head) <= length:
            return None
        number = int.from_bytes(head[:length], "big")
        width = _width(head[length : length + 1], 8)
        if not width or len(head) < length + width:
            return None
        size = int.from_bytes(head[length : length + width], "big") & ((1 << 7 * width) - 1)
        body = position + length + width
        unknown = size == (1 << 7 * width) - 1
        return Element(_NAMES.get(number, f"{number:X}"), body, None if unknown else body + size)

    def _value(self, element: Element, path: str) -> None:
        if element.end is None or element.name not in _TEXTS | _NUMBERS:
            return
        values = self.values.setdefault(path, [])
        if len(values) >= 8:
            return
        data = self._window.at(element.body, min(element.end - element.body, 400))
        values.append(printable(data) if element.name in _TEXTS else int.from_bytes(data[:8], "big"))


def _width(first: bytes, most: int) -> int:
    """Bytes of a variable-size integer that begins so; 0 where none of at most `most` bytes does."""
    width = 9 - first[0].bit_length() if first and first[0] else 0
    return width if width <= most else 0
