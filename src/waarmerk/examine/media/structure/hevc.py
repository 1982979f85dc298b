"""What HEVC headers tell cheaply: profile, level, kinds of slices, the initial quantiser (ITU-T H.265, 7.3)."""

from __future__ import annotations

from dataclasses import dataclass

from waarmerk.examine.media.structure.bits import Bits, unescaped

SLICE_TYPES = ("B", "P", "I")
_IRAP = range(16, 24)
_PARAMETER_SETS = 16


@dataclass(frozen=True)
class Pps:
    """What a slice header needs of the picture parameter set, and what tells encoders apart."""

    number: int
    extra_bits: int
    sign_hiding: bool
    references: tuple[int, int]
    init_qp: int


def kind(unit: bytes) -> int:
    """The NAL unit type."""
    return unit[0] >> 1 & 63


def profile_and_level(configuration: bytes) -> tuple[int, int]:
    """general_profile_idc and general_level_idc of an hvcC record (ISO/IEC 14496-15, 8.3.3.1); 23 bytes at least."""
    return configuration[1] & 31, configuration[12]


def pps(unit: bytes) -> Pps:
    """Parses a NAL unit of type 34; raises InputError where it breaks off."""
    bits = Bits(unescaped(unit[2:]))
    number = bits.ue()
    bits.ue()
    bits.u(2)
    extra, hiding = bits.u(3), bits.flag()
    bits.flag()
    return Pps(number, extra, hiding, (bits.ue() + 1, bits.ue() + 1), 26 + bits.se())


def slice_type(unit: bytes, pictures: dict[int, Pps]) -> str | None:
    """B, P or I of a picture's first slice segment; None for a further one. Raises InputError where it breaks off."""
    bits = Bits(unescaped(unit[2:]))
    if not bits.flag():
        return None
    if kind(unit) in _IRAP:
        bits.flag()
    picture = pictures.get(bits.ue())
    bits.u(picture.extra_bits if picture else 0)
    return SLICE_TYPES[min(bits.ue(), 2)]
