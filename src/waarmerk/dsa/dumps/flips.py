"""Does a flag of a platform flip from one day to the next, in like content alike?

Rules:
- Two days in a row (as given) are compared within equal categories and summed with Mantel-Haenszel weights, so that
  a wave of one kind of content, which moves the plain share, moves nothing here.
- A flip needs all three: the share moves by at least `SHARE`, the Cochran-Mantel-Haenszel z is at least `Z`, and
  either day has at least `LEAST` statements in categories that both days have.
- One flip a flag and pair of days: the value that moved most ("Yes" before "No"). It is a question: a new system
  explains it as well.
Source: Mantel and Haenszel 1959; Greenland and Robins 1985 for the difference of shares.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise

from waarmerk.dsa.dumps.tally import Flags

SHARE = 0.30
Z = 6.0
LEAST = 100
_MIRROR = 0.1

FLAGS = {"automated_detection": 1, "automated_decision": 2, "source_type": 3}
"""Each flag with its place in `Flags`; the category, the stratum, stands last."""

Strata = dict[str, tuple[int, int]]
"""Category to (statements, of them with the value)."""


@dataclass(frozen=True)
class Flip:
    """A share that moved: `first` and `second` are standardised to equal categories; `mirror`: 1 - first."""

    platform: str
    flag: str
    value: str
    before: str
    after: str
    first: float
    second: float
    z: float
    statements: tuple[int, int]
    mirror: bool


@dataclass(frozen=True)
class Point:
    """One day of a series: statements, and how many of them have the value."""

    day: str
    statements: int
    count: int


def flips(days: Mapping[str, Mapping[Flags, int]]) -> list[Flip]:
    """Every flip between neighbouring days, by platform and day."""
    found: list[Flip] = []
    by_platform = _by_platform(days)
    for platform in sorted(by_platform):
        ordered = sorted(by_platform[platform])
        for before, after in pairwise(ordered):
            pair = by_platform[platform][before], by_platform[platform][after]
            for flag in FLAGS:
                moved = [
                    flip
                    for value in _values(pair, flag)
                    if (flip := _compare(platform, flag, value, before, after, pair))
                ]
                if moved:
                    found.append(max(moved, key=lambda flip: round(abs(flip.second - flip.first), 9)))
    return found


def series(days: Mapping[str, Mapping[Flags, int]], platform: str, flag: str, value: str) -> list[Point]:
    """The days of one platform with the plain share of one value."""
    points = []
    for day in sorted(days):
        total = count = 0
        for flags, number in days[day].items():
            if flags[0] == platform:
                total += number
                count += number if flags[FLAGS[flag]] == value else 0
        if total:
            points.append(Point(day, total, count))
    return points


def compare(first: Strata, second: Strata) -> tuple[float, float, float] | None:
    """(share on the first day, on the second, z) over shared strata; None where they share none."""
    weight = share_first = share_second = observed = variance = 0.0
    for stratum in first.keys() & second.keys():
        n1, x1 = first[stratum]
        n2, x2 = second[stratum]
        total, hits = n1 + n2, x1 + x2
        if not n1 or not n2:
            continue
        w = n1 * n2 / total
        weight += w
        share_first += w * x1 / n1
        share_second += w * x2 / n2
        observed += x2 - n2 * hits / total
        if total > 1:
            variance += n1 * n2 * hits * (total - hits) / (total * total * (total - 1))
    if not weight:
        return None
    z = observed / math.sqrt(variance) if variance else 0.0
    return share_first / weight, share_second / weight, z


def wilson(count: int, of: int, z: float = 1.959964) -> tuple[float, float]:
    """The 95 % Wilson interval of a share (Wilson 1927); (0, 1) of nothing."""
    if not of:
        return 0.0, 1.0
    share = count / of
    spread = z * math.sqrt(share * (1 - share) / of + z * z / (4 * of * of))
    middle, scale = share + z * z / (2 * of), 1 + z * z / of
    return max(0.0, (middle - spread) / scale), min(1.0, (middle + spread) / scale)


def _compare(
    platform: str, flag: str, value: str, before: str, after: str, pair: tuple[dict[Flags, int], dict[Flags, int]]
) -> Flip | None:
    first, second = (_strata(counts, FLAGS[flag], value) for counts in pair)
    shared = first.keys() & second.keys()
    sizes = sum(first[each][0] for each in shared), sum(second[each][0] for each in shared)
    if min(sizes) < LEAST:
        return None
    compared = compare(first, second)
    if compared is None or abs(compared[1] - compared[0]) < SHARE or abs(compared[2]) < Z:
        return None
    return Flip(
        platform, flag, value, before, after, *compared, sizes, mirror=abs(compared[0] + compared[1] - 1) <= _MIRROR
    )


def _strata(counts: Mapping[Flags, int], place: int, value: str) -> Strata:
    found: dict[str, list[int]] = defaultdict(lambda: [0, 0])
    for flags, number in counts.items():
        stratum = found[flags[-1]]
        stratum[0] += number
        stratum[1] += number if flags[place] == value else 0
    return {category: (total, hits) for category, (total, hits) in found.items()}


def _values(pair: tuple[dict[Flags, int], dict[Flags, int]], flag: str) -> Iterator[str]:
    yield from sorted({flags[FLAGS[flag]] for counts in pair for flags in counts}, reverse=True)


def _by_platform(days: Mapping[str, Mapping[Flags, int]]) -> dict[str, dict[str, dict[Flags, int]]]:
    found: dict[str, dict[str, dict[Flags, int]]] = defaultdict(lambda: defaultdict(dict))
    for day, counts in days.items():
        for flags, number in counts.items():
            found[flags[0]][day][flags] = number
    return found
