"""Reading single bits and Exp-Golomb codes of H.264 and HEVC headers (ITU-T H.264, 7.2 and 9.1)."""

from __future__ import annotations

from waarmerk.errors import InputError

_GOLOMB_MOST = 32


class Bits:
    """A payload bit by bit; raises InputError at its end."""

    def __init__(self, payload: bytes) -> None:
        self._value = int.from_bytes(payload, "big")
        self._left = 8 * len(payload)

    def u(self, count: int) -> int:
        """An unsigned number of `count` bits."""
        if count > self._left:
            raise InputError("a picture header ends too early")
        self._left -= count
        return self._value >> self._left & ((1 << count) - 1)

    def flag(self) -> bool:
        """One bit."""
        return self.u(1) == 1

    def ue(self) -> int:
        """An unsigned Exp-Golomb code."""
        zeros = 0
        while not self.flag():
            zeros += 1
            if zeros > _GOLOMB_MOST:
                raise InputError("a picture header holds a code that is too long")
        return (1 << zeros) - 1 + self.u(zeros)

    def se(self) -> int:
        """A signed Exp-Golomb code."""
        code = self.ue()
        return (code + 1) // 2 if code % 2 else -(code // 2)


def unescaped(unit: bytes) -> bytes:
    """A NAL unit's payload without emulation prevention bytes (7.4.1)."""
    return unit.replace(b"\0\0\3", b"\0\0")
