"""What is counted while rows stream by: per platform, rule and day, in memory that does not grow with the rows."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field

from waarmerk.dsa.rules import Breach, Rule

EXAMPLES = 3
_COMMON = 32
_SHOWN = 240

Flags = tuple[str, str, str, str, str]
"""Platform, automated_detection, automated_decision, source_type, category."""


@dataclass(frozen=True)
class Example:
    """Where a rule was first broken: identifier, file, first line of the row, and what was found."""

    uuid: str
    file: str
    line: int
    breach: Breach


@dataclass
class Broken:
    """One rule on one platform: how many statements, the first of them."""

    rule: Rule
    count: int = 0
    examples: list[Example] = field(default_factory=list)


@dataclass
class BadRows:
    """Rows of one file that are not as its heading says: how many, and the first ones with the reason."""

    count: int = 0
    examples: list[tuple[int, str, dict[str, str]]] = field(default_factory=list)

    def add(self, line: int, reason: str, **values: str) -> None:
        """Count one; `reason` is a key of the catalogue."""
        self.count += 1
        if len(self.examples) < EXAMPLES:
            self.examples.append((line, reason, values))


@dataclass
class CommonTexts:
    """The commonest text of a platform with a lower bound of its count (Misra and Gries 1982), in constant memory."""

    counts: dict[int, int] = field(default_factory=dict)
    shown: dict[int, str] = field(default_factory=dict)

    def add(self, text: str, key: int) -> None:
        """Count one text under its hash."""
        counts = self.counts
        if key in counts:
            counts[key] += 1
        elif len(counts) < _COMMON:
            counts[key] = 1
            self.shown[key] = text[:_SHOWN]
        else:
            for known in list(counts):
                counts[known] -= 1
                if not counts[known]:
                    del counts[known], self.shown[known]

    def commonest(self) -> tuple[str, int]:
        """The text and at least how often it stands; ("", 0) where none is common."""
        if not self.counts:
            return "", 0
        key = max(self.counts, key=lambda each: self.counts[each])
        return self.shown[key], self.counts[key]


@dataclass
class Tally:
    """Everything counted: `days[day][flags]` statements, `broken[platform, rule]`, bad rows by file;
    `reread`: rows with a quote behind a backslash."""

    days: dict[str, dict[Flags, int]] = field(default_factory=dict)
    broken: dict[tuple[str, str], Broken] = field(default_factory=dict)
    bad: dict[str, BadRows] = field(default_factory=lambda: defaultdict(BadRows))
    texts: dict[str, CommonTexts] = field(default_factory=lambda: defaultdict(CommonTexts))
    repeats: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    reread: int = 0

    def add(self, platform: str, rule: Rule, breach: Breach, uuid: str, file: str, line: int) -> None:
        """Count one statement that breaks a rule, and keep it while examples are wanted."""
        broken = self.broken.get((platform, rule.id))
        if broken is None:
            broken = self.broken[platform, rule.id] = Broken(rule)
        broken.count += 1
        if len(broken.examples) < EXAMPLES:
            broken.examples.append(Example(uuid, file, line, breach))

    def platforms(self) -> dict[str, int]:
        """Statements by platform, the largest first."""
        found: dict[str, int] = defaultdict(int)
        for counts in self.days.values():
            for flags, count in counts.items():
                found[flags[0]] += count
        return dict(sorted(found.items(), key=lambda item: (-item[1], item[0])))
