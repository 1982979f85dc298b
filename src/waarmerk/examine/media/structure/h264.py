"""Parameter sets and slice headers of H.264: what the encoder chose, as far as headers tell (ITU-T H.264, 7.3)."""

from __future__ import annotations

from dataclasses import dataclass

from waarmerk.errors import InputError
from waarmerk.examine.media.structure.bits import Bits, unescaped

SLICE_TYPES = ("P", "B", "I", "SP", "SI")
_HIGH_PROFILES = {100, 110, 122, 244, 44, 83, 86, 118, 128, 138, 139, 134, 135}
_REFERENCES_MOST = 32
_IDR = 5


@dataclass(frozen=True)
class Sps:
    """What a slice header needs of the sequence parameter set, and what tells encoders apart."""

    profile: int
    constraints: int
    level: int
    chroma: int
    separate_planes: bool
    frame_num_bits: int
    order_type: int
    order_bits: int
    delta_always_zero: bool
    reference_frames: int
    frames_only: bool
    direct_8x8: bool
    width_mbs: int
    height_units: int
    described: bool


@dataclass(frozen=True)
class Pps:
    """What a slice header needs of the picture parameter set, and what tells encoders apart."""

    number: int
    cabac: bool
    order_present: bool
    slice_groups: int
    references: tuple[int, int]
    weighted: bool
    weighted_bi: int
    init_qp: int
    chroma_qp_offset: int
    deblocking_control: bool
    redundant: bool


@dataclass(frozen=True)
class Slice:
    """`kind`: P, B, I, SP or SI; `qp`: the slice's quantiser, before any macroblock changes it."""

    kind: str
    first_macroblock: int
    qp: int
    idr: bool
    referred: bool


def sps(unit: bytes) -> Sps:
    """Parses a NAL unit of type 7; raises InputError where it breaks off."""
    bits = Bits(unescaped(unit[1:]))
    profile, constraints, level = bits.u(8), bits.u(8), bits.u(8)
    bits.ue()
    chroma, separate = 1, False
    if profile in _HIGH_PROFILES:
        chroma = bits.ue()
        separate = chroma == 3 and bits.flag()
        bits.ue()
        bits.ue()
        bits.flag()
        if bits.flag():
            for index in range(8 if chroma != 3 else 12):
                if bits.flag():
                    _skip_scaling_list(bits, 16 if index < 6 else 64)
    frame_num_bits = bits.ue() + 4
    order_type, order_bits, always_zero = bits.ue(), 0, False
    if order_type == 0:
        order_bits = bits.ue() + 4
    elif order_type == 1:
        always_zero = bits.flag()
        bits.se()
        bits.se()
        for _ in range(_bounded(bits.ue(), 255)):
            bits.se()
    references = bits.ue()
    bits.flag()
    width, height = bits.ue() + 1, bits.ue() + 1
    frames_only = bits.flag()
    if not frames_only:
        bits.flag()
    direct = bits.flag()
    if bits.flag():
        for _ in range(4):
            bits.ue()
    return Sps(
        profile=profile,
        constraints=constraints,
        level=level,
        chroma=chroma,
        separate_planes=separate,
        frame_num_bits=_bounded(frame_num_bits, 16),
        order_type=order_type,
        order_bits=_bounded(order_bits, 16),
        delta_always_zero=always_zero,
        reference_frames=references,
        frames_only=frames_only,
        direct_8x8=direct,
        width_mbs=width,
        height_units=height,
        described=bits.flag(),
    )


def pps(unit: bytes) -> Pps:
    """Parses a NAL unit of type 8; raises InputError where it breaks off or uses slice groups."""
    bits = Bits(unescaped(unit[1:]))
    number = bits.ue()
    bits.ue()
    cabac, order = bits.flag(), bits.flag()
    groups = bits.ue()
    if groups:
        raise InputError("slice groups are not read")
    references = (bits.ue() + 1, bits.ue() + 1)
    weighted, weighted_bi = bits.flag(), bits.u(2)
    init_qp = 26 + bits.se()
    bits.se()
    chroma_qp_offset, deblocking, _constrained = bits.se(), bits.flag(), bits.flag()
    return Pps(
        number=number,
        cabac=cabac,
        order_present=order,
        slice_groups=groups,
        references=references,
        weighted=weighted,
        weighted_bi=weighted_bi,
        init_qp=init_qp,
        chroma_qp_offset=chroma_qp_offset,
        deblocking_control=deblocking,
        redundant=bits.flag(),
    )


def slice_header(unit: bytes, sequence: Sps, pictures: dict[int, Pps]) -> Slice:
    """Parses the header of a slice (NAL types 1 and 5); raises InputError where it breaks off."""
    bits = Bits(unescaped(unit[1:]))
    referred, idr = unit[0] & 0x60 != 0, unit[0] & 31 == _IDR
    first = bits.ue()
    kind = SLICE_TYPES[bits.ue() % 5]
    picture = pictures.get(bits.ue())
    if picture is None:
        raise InputError("a slice names a parameter set that is not there")
    if sequence.separate_planes:
        bits.u(2)
    bits.u(sequence.frame_num_bits)
    field = not sequence.frames_only and bits.flag()
    if field:
        bits.flag()
    if idr:
        bits.ue()
    if sequence.order_type == 0:
        bits.u(sequence.order_bits)
        if picture.order_present and not field:
            bits.se()
    elif sequence.order_type == 1 and not sequence.delta_always_zero:
        bits.se()
        if picture.order_present and not field:
            bits.se()
    if picture.redundant:
        bits.ue()
    references = _references(bits, kind, picture)
    _skip_list_changes(bits, kind)
    if (picture.weighted and kind in {"P", "SP"}) or (picture.weighted_bi == 1 and kind == "B"):
        _skip_weights(bits, kind, sequence, references)
    if referred:
        _skip_marking(bits, idr)
    if picture.cabac and kind not in {"I", "SI"}:
        bits.ue()
    return Slice(kind=kind, first_macroblock=first, qp=picture.init_qp + bits.se(), idr=idr, referred=referred)


def _references(bits: Bits, kind: str, picture: Pps) -> tuple[int, int]:
    first, second = picture.references
    if kind == "B":
        bits.flag()
    if kind in {"P", "SP", "B"} and bits.flag():
        first = bits.ue() + 1
        if kind == "B":
            second = bits.ue() + 1
    return _bounded(first, _REFERENCES_MOST), _bounded(second, _REFERENCES_MOST)


def _skip_list_changes(bits: Bits, kind: str) -> None:
    for _ in range({"P": 1, "SP": 1, "B": 2}.get(kind, 0)):
        if not bits.flag():
            continue
        for _ in range(_REFERENCES_MOST + 2):
            if bits.ue() == 3:
                break
            bits.ue()


def _skip_weights(bits: Bits, kind: str, sequence: Sps, references: tuple[int, int]) -> None:
    bits.ue()
    coloured = sequence.chroma != 0 and not sequence.separate_planes
    if coloured:
        bits.ue()
    for count in references[: 2 if kind == "B" else 1]:
        for _ in range(count):
            if bits.flag():
                bits.se()
                bits.se()
            if coloured and bits.flag():
                for _ in range(4):
                    bits.se()


def _skip_marking(bits: Bits, idr: bool) -> None:
    if idr:
        bits.u(2)
        return
    if not bits.flag():
        return
    for _ in range(2 * _REFERENCES_MOST + 2):
        operation = bits.ue()
        if operation == 0:
            return
        if operation in {1, 3}:
            bits.ue()
        if operation in {2, 3, 4, 6}:
            bits.ue()


def _skip_scaling_list(bits: Bits, size: int) -> None:
    last = following = 8
    for _ in range(size):
        if following:
            following = (last + bits.se()) % 256
        last = following or last


def _bounded(value: int, most: int) -> int:
    if value > most:
        raise InputError("a picture header holds a count that is out of range")
    return value
