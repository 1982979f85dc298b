"""The pattern of pictures and the quantiser, from the headers of the first samples of a video track.

Only the first bytes of each of the first `SAMPLES_MOST` samples are looked at: about twenty seconds of film show an
encoder's habits. A header that breaks off is counted as unread and stops nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from itertools import islice, pairwise

from waarmerk.errors import InputError
from waarmerk.examine.media.structure import h264, hevc, nal
from waarmerk.examine.media.structure.bits import unescaped
from waarmerk.examine.media.structure.window import Window, printable
from waarmerk.values import Json

SAMPLES_MOST = 600
HEAD_BYTES = 2048
"""Parameter sets and an encoder's own words before the first slice take about this much."""
SLICE_BYTES = 96
"""A slice header with weights for every reference."""
PATTERN_MOST = 120

_SEI_H264, _SPS_H264, _PPS_H264 = 6, 7, 8
_SEI_HEVC, _PPS_HEVC = 39, 34
_UNREGISTERED = 5


def h264_facts(window: Window, configuration: bytes, places: Iterable[tuple[int, int]]) -> dict[str, Json]:
    """What avcC and the samples of an H.264 track tell."""
    length_size, units = nal.of_avcc(configuration)
    if not length_size:
        return {}
    seen = _H264()
    for unit in units:
        seen.unit(unit)
    for offset, size in islice(places, SAMPLES_MOST):
        seen.sample()
        for unit in nal.of_sample(window.at(offset, min(size, HEAD_BYTES)), length_size):
            seen.unit(unit)
    return {"codec": "h264", **seen.facts()}


def hevc_facts(window: Window, configuration: bytes, places: Iterable[tuple[int, int]]) -> dict[str, Json]:
    """What hvcC and the samples of an HEVC track tell."""
    length_size, units = nal.of_hvcc(configuration)
    if not length_size:
        return {}
    profile, level = hevc.profile_and_level(configuration)
    seen = _Hevc()
    for unit in units:
        seen.unit(unit)
    for offset, size in islice(places, SAMPLES_MOST):
        seen.sample()
        for unit in nal.of_sample(window.at(offset, min(size, HEAD_BYTES)), length_size):
            seen.unit(unit)
    return {"codec": "hevc", "profile": profile, "level": level, **seen.facts()}


class _Pattern:
    """Kinds of pictures in decoding order; one letter each, small where nobody refers to it."""

    def __init__(self) -> None:
        self.letters: list[str] = []
        self.words: list[str] = []
        self.unread = 0
        self._open = False

    def sample(self) -> None:
        """A new sample begins."""
        self._open = True

    def picture(self, letter: str) -> None:
        """The sample's picture is of this kind; further slices of it are not counted."""
        if self._open:
            self.letters.append(letter)
            self._open = False

    def encoder(self, payload: bytes) -> None:
        """An SEI payload of type 5 holds whatever the encoder says of itself, after 16 bytes of identifier."""
        text = printable(payload[16:])
        if len(text) >= 4 and text[0].isascii() and text[0].isalpha() and text not in self.words:
            self.words = [*self.words, text][:4]

    def facts(self) -> dict[str, Json]:
        """Counts, the pattern's beginning, and the lengths between key pictures."""
        pattern = "".join(self.letters)
        keys = [index for index, letter in enumerate(self.letters) if letter == "K"]
        gaps = Counter(b - a for a, b in pairwise(keys))
        return {
            "pictures_read": len(pattern),
            "unread": self.unread,
            "pattern": pattern[:PATTERN_MOST],
            "kinds": dict(sorted(Counter(self.letters).items())),
            "key_gaps": [[gap, count] for gap, count in gaps.most_common(8)],
            "encoder": self.words,
        }


class _H264(_Pattern):
    def __init__(self) -> None:
        super().__init__()
        self._sequence: h264.Sps | None = None
        self._pictures: dict[int, h264.Pps] = {}
        self._quantisers: dict[str, list[int]] = {}

    def unit(self, unit: bytes) -> None:
        kind = unit[0] & 31
        try:
            if kind == _SPS_H264:
                self._sequence = h264.sps(unit)
            elif kind == _PPS_H264:
                picture = h264.pps(unit)
                if len(self._pictures) < 256:
                    self._pictures[picture.number] = picture
            elif kind == _SEI_H264:
                for payload in unregistered(unescaped(unit[1:])):
                    self.encoder(payload)
            elif kind in {1, 5} and self._sequence:
                found = h264.slice_header(unit[:SLICE_BYTES], self._sequence, self._pictures)
                letter = "K" if found.idr else found.kind[-1] if found.referred else found.kind[-1].lower()
                self.picture(letter)
                self._quantisers.setdefault(found.kind, []).append(found.qp)
        except InputError:
            self.unread += 1

    def facts(self) -> dict[str, Json]:
        sequence, picture = self._sequence, next(iter(self._pictures.values()), None)
        facts = super().facts()
        if sequence:
            facts["level"] = sequence.level
            facts["sequence"] = {
                "profile": sequence.profile,
                "constraints": sequence.constraints,
                "reference_frames": sequence.reference_frames,
                "order_type": sequence.order_type,
                "frame_num_bits": sequence.frame_num_bits,
                "frames_only": sequence.frames_only,
                "direct_8x8": sequence.direct_8x8,
                "described": sequence.described,
            }
        if picture:
            facts["picture"] = {
                "cabac": picture.cabac,
                "references": list(picture.references),
                "weighted": picture.weighted,
                "weighted_bi": picture.weighted_bi,
                "init_qp": picture.init_qp,
                "chroma_qp_offset": picture.chroma_qp_offset,
                "deblocking_control": picture.deblocking_control,
            }
        facts["quantiser"] = {kind: _spread(values) for kind, values in sorted(self._quantisers.items())}
        return facts


class _Hevc(_Pattern):
    def __init__(self) -> None:
        super().__init__()
        self._pictures: dict[int, hevc.Pps] = {}

    def unit(self, unit: bytes) -> None:
        kind = hevc.kind(unit)
        try:
            if kind == _PPS_HEVC:
                picture = hevc.pps(unit)
                if len(self._pictures) < 256:
                    self._pictures[picture.number] = picture
            elif kind == _SEI_HEVC:
                for payload in unregistered(unescaped(unit[2:])):
                    self.encoder(payload)
            elif kind < 32:
                letter = hevc.slice_type(unit[:SLICE_BYTES], self._pictures)
                if letter is not None:
                    unreferred = kind < 16 and kind % 2 == 0
                    self.picture("K" if 16 <= kind < 24 else letter.lower() if unreferred else letter)
        except InputError:
            self.unread += 1

    def facts(self) -> dict[str, Json]:
        picture = next(iter(self._pictures.values()), None)
        facts = super().facts()
        if picture:
            facts["picture"] = {
                "references": list(picture.references),
                "init_qp": picture.init_qp,
                "sign_hiding": picture.sign_hiding,
            }
        return facts


def unregistered(body: bytes) -> list[bytes]:
    """The payloads of type 5 of an SEI message (ITU-T H.264, 7.3.2.3.1); the last may be cut off."""
    found: list[bytes] = []
    position = 0
    while position + 2 <= len(body) and len(found) < 4:
        numbers = []
        for _ in range(2):
            value = 0
            while position < len(body) and body[position] == 0xFF:
                value, position = value + 255, position + 1
            if position >= len(body):
                return found
            numbers.append(value + body[position])
            position += 1
        kind, length = numbers
        if kind == _UNREGISTERED and length > 16:
            found.append(body[position : position + length])
        position += length
    return found


def _spread(values: list[int]) -> dict[str, Json]:
    ordered = sorted(values)
    return {
        "slices": len(values),
        "least": ordered[0],
        "median": ordered[len(values) // 2],
        "most": ordered[-1],
        "mean": round(sum(values) / len(values), 2),
    }
