"""Chance from one seed: a stream of its own for every purpose, so that no draw moves another's."""

from __future__ import annotations

import math
import random
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


class Chance(random.Random):
    """A stream of draws."""

    def hit(self, share: float) -> bool:
        """Whether something of this probability happens."""
        return self.random() < share

    def name(self) -> str:
        """128 random bits, 32 hexadecimal digits."""
        return f"{self.getrandbits(128):032x}"

    def one_of(self, weighted: Sequence[tuple[T, float]]) -> T:
        """One of several, by weight."""
        left = self.random() * sum(weight for _, weight in weighted)
        for value, weight in weighted:
            left -= weight
            if left < 0:
                return value
        return weighted[-1][0]

    def waiting(self, mean: float) -> int:
        """A waiting time without memory, in the unit of its mean."""
        return int(self.expovariate(1 / mean))

    def number(self, mean: float) -> int:
        """How many of many rare things happen (Poisson; above 50 the normal that it comes to)."""
        if mean > 50:
            return max(0, round(self.gauss(mean, math.sqrt(mean))))
        limit, product, count = math.exp(-mean), self.random(), 0
        while product > limit:
            product *= self.random()
            count += 1
        return count


def stream(seed: int, purpose: str) -> Chance:
    """The stream of a purpose."""
    return Chance(f"{seed} {purpose}")
