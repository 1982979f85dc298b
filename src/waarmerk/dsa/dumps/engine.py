"""Apply the rules to rows at the speed of reading: what the same values gave before is remembered.

Rules:
- Rules are put in five groups by what they read (codes; dates; short texts; explanations; facts); a group's answer
  depends on its columns alone, so it is kept under the hash of their values. Real rows repeat.
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

_REMEMBERED = 50_000
_LONG_TEXT = 2000
_FACTS = "decision_facts"


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
        listed = [name in fields and fields[name].type == "array" for name in names]
        long_texts = [place for name, place in zip(names, index, strict=True) if _is_long(name)]
        plain = [rule for rule in rules if not rule.marks]
        marked = [rule for rule in rules if rule.marks]
        marks = tuple(dict.fromkeys(mark for rule in marked for mark in rule.marks))
        remembered: dict[int, Hit] = {}
        columns = itemgetter(*index)

        def find(row: Row) -> Hit:
            values: dict[str, Value] = {
                name: self._list(row[place]) if is_list else row[place]
                for name, place, is_list in zip(names, index, listed, strict=True)
            }
            due = plain
            if marks:
                text = "\n".join([row[place] for place in long_texts])
                seen = {mark for mark in marks if mark in text}
                if seen:
                    due = [*plain, *(rule for rule in marked if seen.intersection(rule.marks))]
            found: list[tuple[Rule, Breach]] = []
            for rule in due:
                check = rule.check
                if check is not None:
                    for breach in check(**{name: values[name] for name in rule.reads}):
                        found.append((rule, breach))
                        break
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
    if len(specs) < len(rule.reads):
        # A column of the dumps alone (an identifier) may differ in every row: it spoils no other rule's memory.
        return rule.id
    if any(map(_is_long, rule.reads)):
        return "facts" if _FACTS in rule.reads else "long"
    if all(spec.type == "date" for spec in specs):
        return "dates"
    return "codes" if all(spec.enum for spec in specs) else "short"


def _is_long(name: str) -> bool:
    spec = vocabulary.fields().get(name)
    return spec is not None and (spec.max or 0) >= _LONG_TEXT
