"""Apply the rules to rows at the speed of reading: what the same values gave before is remembered.

Rules:
- Rules are put in four groups by what they read (codes; dates; short texts; long texts); a group's answer depends on
  its columns alone, so it is kept under the hash of their values. Real rows repeat: almost every answer is known.
- Memory: at most `_REMEMBERED` answers a group, then it starts anew; 64-bit hashes, so that a wrong answer by
  collision is rarer than one in 10^8 files.
- A rule whose columns this heading lacks is not applied, and is told.
- A rule with `since` holds for rows made on that day or later.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter

from waarmerk.dsa import vocabulary
from waarmerk.dsa.dumps.columns import Heading
from waarmerk.dsa.rules import Breach, Rule, Value

Hit = tuple[tuple[Rule, Breach], ...]
Row = Sequence[str]
Group = tuple[Callable[[Row], object], dict[int, Hit], Callable[[Row], Hit]]

_REMEMBERED = 200_000
_LONG_TEXT = 2000


class Engine:
    """The rules made ready for one heading; `groups(day)` are those that hold on a day."""

    def __init__(self, heading: Heading, rules: Iterable[Rule]) -> None:
        self._index = heading.index
        wanted = [rule for rule in rules if rule.check is not None and rule.scope != "statement"]
        self._rules = [rule for rule in wanted if all(name in heading.index for name in rule.reads)]
        self.not_checked = tuple(rule.id for rule in wanted if rule not in self._rules)
        self._by_rules: dict[tuple[str, ...], list[Group]] = {}
        self._lists: dict[str, tuple[str, ...]] = {}

    def groups(self, day: str) -> list[Group]:
        """(columns of a row, remembered answers, how to find an answer) for each group of rules."""
        holding = [rule for rule in self._rules if rule.since <= day]
        key = tuple(rule.id for rule in holding)
        if key not in self._by_rules:
            parted: dict[str, list[Rule]] = {}
            for rule in holding:
                parted.setdefault(_group_of(rule), []).append(rule)
            self._by_rules[key] = [self._group(rules) for rules in parted.values()]
        return self._by_rules[key]

    def _group(self, rules: list[Rule]) -> Group:
        names = list(dict.fromkeys(name for rule in rules for name in rule.reads))
        index = [self._index[name] for name in names]
        fields = vocabulary.fields()
        listed = [fields[name].type == "array" for name in names]
        remembered: dict[int, Hit] = {}
        columns = itemgetter(*index)

        def find(row: Row) -> Hit:
            values: dict[str, Value] = {
                name: self._list(row[place]) if is_list else row[place]
                for name, place, is_list in zip(names, index, listed, strict=True)
            }
            found: list[tuple[Rule, Breach]] = []
            for rule in rules:
                if rule.check is not None:
                    breach = next(iter(rule.check(**{name: values[name] for name in rule.reads})), None)
                    if breach is not None:
                        found.append((rule, breach))
            if len(remembered) >= _REMEMBERED:
                remembered.clear()
            hit = tuple(found)
            remembered[hash(columns(row))] = hit
            return hit

        return columns, remembered, find

    def _list(self, text: str) -> tuple[str, ...]:
        known = self._lists.get(text)
        if known is None:
            if len(self._lists) >= _REMEMBERED:
                self._lists.clear()
            known = self._lists[text] = _parse_list(text)
        return known


def _parse_list(text: str) -> tuple[str, ...]:
    """JSON text of a list of texts; anything else counts as one (unknown) code, so that a rule names it."""
    if not text or text == "[]":
        return ()
    try:
        given = json.loads(text)
    except (ValueError, RecursionError):
        return (text,)
    return tuple(map(str, given)) if isinstance(given, list) else (text,)


def _group_of(rule: Rule) -> str:
    fields = vocabulary.fields()
    specs = [fields[name] for name in rule.reads if name in fields]
    if len(specs) < len(rule.reads) or any((spec.max or 0) >= _LONG_TEXT for spec in specs):
        return "long"
    if all(spec.type == "date" for spec in specs):
        return "dates"
    return "codes" if all(spec.enum for spec in specs) else "short"
