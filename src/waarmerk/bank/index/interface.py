"""What an index promises to those who search in it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from waarmerk.bank.signals.pdq import DISTANCE

Codes = NDArray[np.uint64]
"""Hashes of 256 bits, uint64 [n, 4], the lowest 64 bits first."""
Labels = NDArray[np.uint32]
"""What the caller calls a hash by, uint32 [n]; several hashes may share a label."""

HIGHEST_LABEL = 2**32 - 2


@dataclass(frozen=True)
class Hits:
    """Pairs of a query and a known hash within the distance, by query, then distance, then label. Equal length.

    `query`: int64, the query's place among those that were asked; `label`: uint32; `distance`: uint16, Hamming bits.
    """

    query: NDArray[np.int64]
    label: Labels
    distance: NDArray[np.uint16]

    def __len__(self) -> int:
        return len(self.query)


class Index(Protocol):
    """Hashes by label. Searching goes on, in any number of threads, while another one adds and removes."""

    def add(self, labels: Labels, codes: Codes) -> None:
        """Adds hashes; they are found from the moment this returns. No label is above `HIGHEST_LABEL`."""

    def remove(self, labels: Labels) -> int:
        """Takes out every hash of these labels; gives how many that were. They are not found any more."""

    def search(self, codes: Codes, radius: int = DISTANCE) -> Hits:
        """Every known hash within `radius` bits of each of `codes`, none missing."""

    def __len__(self) -> int: ...
