"""RIFF (AVI, WebP) and PNG: the order of chunks and the words of the maker."""

from __future__ import annotations

from waarmerk.examine.media.structure.outline import Described, without_repeats
from waarmerk.examine.media.structure.window import Window, four, printable
from waarmerk.values import Json

CHUNKS_MOST = 20_000
DEPTH_MOST = 6
_MOVIE_DATA = {"movi"}
_WORDS = {"ISFT", "strn", "IARL", "ICRD"}
_PNG_WORDS = {"tEXt", "iTXt", "zTXt"}


def describe_riff(window: Window) -> Described:
    """The chunks of a RIFF file; the movie data of an AVI is one line."""
    reading = _Riff(window)
    form = four(window.at(8, 4)).strip()
    lines = [
        line
        for group in reading.level(12, min(window.size, _length(window, 4, "little") + 8), 0, "")
        for line in group
    ]
    return Described(f"riff {form}", lines, dict(reading.words), {}, reading.damage)


def describe_png(window: Window) -> Described:
    """The chunks of a PNG in order; image data is one line."""
    groups: list[tuple[str, ...]] = []
    words: dict[str, Json] = {}
    damage: list[str] = []
    position = 8
    while position + 12 <= window.size:
        size, kind = _length(window, position, "big"), four(window.at(position + 4, 4))
        if position + 12 + size > window.size or len(groups) >= CHUNKS_MOST:
            damage.append(f"{kind}: reaches past the end of the file")
            break
        groups.append((kind,))
        if kind in _PNG_WORDS and len(words) < 20:
            key, _, text = window.at(position + 8, min(size, 1000)).partition(b"\0")
            words[printable(key)] = printable(text)
        if kind == "IEND":
            break
        position += 12 + size
    header = window.at(24, 5)
    words["depth, colour, compression, filter, interlace"] = list(header)
    facts: dict[str, Json] = {"bytes_after_end": max(window.size - position - 12, 0)}
    return Described("png", [line for group in without_repeats(groups) for line in group], words, facts, damage)


class _Riff:
    def __init__(self, window: Window) -> None:
        self._window = window
        self._budget = CHUNKS_MOST
        self.words: dict[str, Json] = {}
        self.damage: list[str] = []

    def level(self, start: int, end: int, depth: int, path: str) -> list[tuple[str, ...]]:
        groups: list[tuple[str, ...]] = []
        position = start
        while position + 8 <= end and self._budget > 0:
            self._budget -= 1
            kind, size = four(self._window.at(position, 4)), _length(self._window, position + 4, "little")
            if position + 8 + size > end:
                self.damage.append(f"{kind}: reaches past its parent")
                break
            if kind == "LIST":
                kind = f"LIST {four(self._window.at(position + 8, 4))}"
            here = f"{path}/{kind}" if path else kind
            lines = [here]
            if kind.startswith("LIST ") and kind[5:] not in _MOVIE_DATA and depth < DEPTH_MOST:
                inner = self.level(position + 12, position + 8 + size, depth + 1, here)
                lines += [line for group in inner for line in group]
            elif kind in _WORDS:
                self.words[here] = printable(self._window.at(position + 8, min(size, 1000)))
            groups.append(tuple(lines))
            position += 8 + size + size % 2
        return without_repeats(groups)


def _length(window: Window, position: int, order: str) -> int:
    return int.from_bytes(window.at(position, 4), "little" if order == "little" else "big")
