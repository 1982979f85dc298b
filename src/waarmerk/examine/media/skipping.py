"""How little of a video has to be decoded, found in one pass over its packets. Runs in the child.

- `intra`: every picture stands by itself (Motion JPEG, ProRes, ...): only packets that are kept are decoded.
- `nonref`: H.264 and HEVC pictures that no other picture refers to are left out; what is decoded is what a full
  decode gives, bit for bit. Taken where enough remains: as many kept pictures, each within half an interval of
  the one that a full decode would keep.
- `default`: everything. Also where a rule does not hold for certain: pictures coded as two fields of which one is
  referred to, sub-layers of HEVC that higher ones build on, other codecs, damaged packets.

Leaving out B pictures as such (`bidir`) is never right: in a pyramid others refer to them, and drift.
Sources: ITU-T H.264 7.4.1 (nal_ref_idc), H.265 7.4.2.2 (table 7-1, sub-layer non-reference pictures).
"""

from __future__ import annotations

from array import array
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Protocol

import av.container
import av.error
import numpy as np

from waarmerk.examine.media.limits import Limits
from waarmerk.examine.media.sampling import dense_enough
from waarmerk.examine.media.wire import Skip


@dataclass(frozen=True)
class NalFormat:
    """How NAL units lie in a packet: `length_size` bytes of length before each, or (0) start codes between."""

    length_size: int

    def units(self, data: memoryview) -> Iterator[memoryview]:
        """The NAL units of one packet; ends silently where lengths point outside."""
        if self.length_size == 0:
            yield from _between_start_codes(data)
            return
        position, end = 0, len(data)
        while position + self.length_size < end:
            length = int.from_bytes(data[position : position + self.length_size], "big")
            position += self.length_size
            if length == 0 or position + length > end:
                return
            yield data[position : position + length]
            position += length


def nal_format(codec: str, extradata: bytes) -> NalFormat:
    """From the decoder configuration (avcC: ISO/IEC 14496-15, 5.3.3.1; hvcC: 8.3.3.1), else start codes."""
    if codec == "h264" and len(extradata) > 6 and extradata[0] == 1:
        return NalFormat((extradata[4] & 3) + 1)
    if codec == "hevc" and len(extradata) > 22 and extradata[0] == 1:
        return NalFormat((extradata[21] & 3) + 1)
    return NalFormat(0)


def choose(container: av.container.InputContainer, stream: Any, rate: float, limits: Limits) -> Skip:
    """The lightest skip that is safe and dense enough for `rate` kept pictures a second. Uses the container up."""
    context = stream.codec_context
    if context.codec.intra_only:
        return "intra"
    judge = _JUDGES.get(context.name)
    if judge is None:
        return "default"
    every, referred = _times(container, stream, judge(nal_format(context.name, context.extradata or b"")), limits)
    if not referred or len(referred) == len(every):
        return "default"
    full, thin = (_seconds(times, float(stream.time_base)) for times in (every, referred))
    return "nonref" if dense_enough(thin, full, rate) else "default"


def _seconds(times: array[int], base: float) -> Iterator[float]:
    """In order of presentation; numbers of eight bytes until the last moment, since there may be millions."""
    return (int(pts) * base for pts in np.sort(np.frombuffer(times, np.int64)))


def _times(
    container: av.container.InputContainer, stream: Any, judge: Judge, limits: Limits
) -> tuple[array[int], array[int]]:
    """Time stamps of all pictures and of those that must be decoded; the latter empty where that is unsure."""
    every, referred = array("q"), array("q")
    nothing: array[int] = array("q")
    try:
        for packet in container.demux(stream):
            if packet.size == 0:
                continue
            verdict = judge.unreferred(memoryview(packet))
            if packet.pts is None or verdict is None or len(every) >= limits.frames:
                return every, nothing
            every.append(packet.pts)
            if not verdict:
                referred.append(packet.pts)
    except av.error.FFmpegError:
        return every, nothing
    return every, referred if judge.sure() else nothing


class Judge(Protocol):
    """Tells of each packet in turn whether another picture refers to the one in it."""

    def unreferred(self, data: memoryview) -> bool | None:
        """True: nobody refers to it; None: not certain."""
        ...

    def sure(self) -> bool:
        """Whether all that was said holds, now that the last packet was seen."""
        ...


class H264Judge:
    """By nal_ref_idc, the same in every slice of the picture."""

    def __init__(self, form: NalFormat) -> None:
        self._form = form

    def unreferred(self, data: memoryview) -> bool | None:
        """See `Judge`."""
        found = {unit[0] & 0x60 == 0 for unit in self._form.units(data) if 1 <= unit[0] & 31 <= 5}
        return found.pop() if len(found) == 1 else None

    def sure(self) -> bool:
        """See `Judge`."""
        return True


class HevcJudge:
    """By NAL unit type; holds where every unreferred picture lies in the highest sub-layer."""

    def __init__(self, form: NalFormat) -> None:
        self._form = form
        self._highest = 0
        self._lowest_unreferred = 7

    def unreferred(self, data: memoryview) -> bool | None:
        """See `Judge`."""
        found = set()
        for unit in self._form.units(data):
            kind = unit[0] >> 1 & 63
            if kind >= 32 or len(unit) < 2 or (unit[0] & 1) << 5 | unit[1] >> 3:  # no slice, or not the base layer
                continue
            sub_layer = unit[1] & 7
            self._highest = max(self._highest, sub_layer)
            unreferred = kind < 16 and kind % 2 == 0
            if unreferred:
                self._lowest_unreferred = min(self._lowest_unreferred, sub_layer)
            found.add(unreferred)
        return found.pop() if len(found) == 1 else None

    def sure(self) -> bool:
        """See `Judge`."""
        return self._lowest_unreferred >= self._highest


_JUDGES: dict[str, type[H264Judge] | type[HevcJudge]] = {"h264": H264Judge, "hevc": HevcJudge}


def _between_start_codes(data: memoryview) -> Iterator[memoryview]:
    raw = bytes(data)
    start = raw.find(b"\0\0\1")
    while start >= 0:
        following = raw.find(b"\0\0\1", start + 3)
        unit = data[start + 3 : following if following >= 0 else len(raw)]
        if unit:
            yield unit
        start = following
