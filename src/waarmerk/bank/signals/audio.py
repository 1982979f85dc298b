"""Chromaprint: 32-bit codes of what a sound's pitches do, about eight a second, compatible with AcoustID's `fpcalc`.

Rules (Chromaprint, algorithm 2):
- a code every `STEP_S` seconds; two codes of the same moment differ in few of their 32 bits after compression;
- compared along a line in time by the share of bits that differ (bit error rate): about one half for unrelated
  sounds. A code alone says little, and that of silence or of a held tone nothing.

The codes are computed by the program `fpcalc` (Debian: libchromaprint-tools), which gets numbers on a pipe and never
the file: the jailed child decodes.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from dataclasses import dataclass
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from waarmerk.bank.signals.interface import AudioCodes
from waarmerk.errors import InputError

STEP_S: Final = 1365 / 11_025
"""Seconds between two codes: a third of the transform's 4096 samples."""
RATE: Final = 11_025
MISSING: Final = "the program fpcalc is not installed (apt install libchromaprint-tools)"
TOO_SHORT: Final = "its sound is too short or too damaged for a fingerprint"
ALIKE: Final = 0.15
"""Bit error rate up to which two codings of a sound are the same."""
_OFTEN: Final = 0.01
_OFTEN_LEAST: Final = 8
_WAIT_S: Final = 120.0
_CODES: Final = re.compile(r"[0-9a-f]{8}(?:[0-9a-f]{8})*")


class Audio:
    """The signal `audio`; a value is the whole sound's codes."""

    name = "audio"

    def parse(self, text: str) -> AudioCodes:
        """Eight hexadecimal digits a code; raises InputError where it is anything else."""
        if not _CODES.fullmatch(text):
            raise InputError(
                f"an audio fingerprint of {len(text)} characters is not eight hexadecimal digits a code",
                hint="it is printed by `waarmerk bank hash`",
            )
        return np.frombuffer(bytes.fromhex(text), ">u4").astype(np.uint32)

    def print(self, value: AudioCodes) -> str:
        """Eight lower-case hexadecimal digits a code."""
        return value.astype(">u4").tobytes().hex()

    def compare(self, a: AudioCodes, b: AudioCodes) -> tuple[bool, int]:
        """Whether two sounds that start together are the same; the bits of a hundred that differ."""
        length = min(len(a), len(b))
        rate = float(np.bitwise_count(a[:length] ^ b[:length]).mean()) / 32 if length else 1.0
        return rate <= ALIKE, round(100 * rate)


def landmarks(codes: AudioCodes) -> NDArray[np.int64]:
    """The places, int64 [m], whose codes are worth looking up: those that begin and do not come back all the time.

    A held tone, silence and a loop would else give every pair of their moments.
    """
    if not len(codes):
        return np.empty(0, np.int64)
    begins = np.flatnonzero(np.append(True, codes[1:] != codes[:-1]))
    _, kind, count = np.unique(codes[begins], return_inverse=True, return_counts=True)
    return begins[count[kind] <= max(_OFTEN_LEAST, _OFTEN * len(begins))]


@dataclass
class Listener:
    """`fpcalc` at work: write PCM (16 bits, mono, `RATE` a second) into `pipe`, close it, ask for the codes."""

    pipe: int
    _process: subprocess.Popen[bytes]

    @classmethod
    def start(cls) -> Self | None:
        """A listener; None where the program is not installed."""
        program = shutil.which("fpcalc")
        if program is None:
            return None
        heard, pipe = os.pipe2(os.O_CLOEXEC)
        try:
            process = subprocess.Popen(
                [program, *f"-format s16le -rate {RATE} -channels 1 -raw -json -length 0 -".split()],
                stdin=heard,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={"LC_ALL": "C"},
            )
        except OSError:
            os.close(pipe)
            return None
        finally:
            os.close(heard)
        return cls(pipe, process)

    def codes(self) -> AudioCodes | None:
        """The codes, after the pipe was closed; None where there was too little sound."""
        try:
            said, _ = self._process.communicate(timeout=_WAIT_S)
            return np.asarray(json.loads(said)["fingerprint"], np.uint32)
        except (ValueError, KeyError, OverflowError, subprocess.TimeoutExpired):
            return None
        finally:
            self.close()

    def close(self) -> None:
        """Ends the program."""
        self._process.kill()
        self._process.wait()
        if self._process.stdout is not None:
            self._process.stdout.close()
