"""Known items: the bank of confirmed fakes, and what it is used for.

Rules:
- An entry is in the state of its last change before the moment in question; only `confirmed` ones bind anybody.
- Art. 8 forbids a general duty to monitor: acting on known items is a promise. Using what was withdrawn is not
  [GDPR 7, 17]. The benchmarks of K2 and K3 are the time in which a change of the bank reaches every worker.
- Harm is views: those counted last less those at the examination that knew.
"""

from __future__ import annotations

from collections.abc import Iterator

from waarmerk.audit.loaded import Record
from waarmerk.audit.obligations.art16 import earliest
from waarmerk.audit.obligations.interface import Case, deviates, kept, obligation, pending, untestable
from waarmerk.audit.rows import Row


@obligation("K1")
def acted_on(record: Record) -> Iterator[Case]:
    """An item that matched a confirmed entry, and no decision on it within the benchmark."""
    decisions = record.by("decision.made", "subject_id")
    limit = record.within("K1")
    seen: set[str] = set()
    for examined in record.of("item.examined"):
        entry = next(
            (one for match in examined.matches if (one := _confirmed(record, match.entry, examined.at))), None
        )
        if entry is None or examined.item in seen:
            continue
        seen.add(examined.item)
        decision = earliest([row for row in decisions.get(examined.item, ()) if row.mode == "live"])
        if decision is not None and decision.at - examined.at <= limit.at(examined.at):
            yield kept(examined, decision, began=examined.at, ended=max(decision.at, examined.at))
        elif decision is None and record.end - examined.at <= limit.at(examined.at):
            yield pending(examined, began=examined.at)
        else:
            yield deviates(
                *(examined, entry, *([decision] if decision else [])),
                expected="known_acted",
                came="late" if decision else "nothing",
                began=examined.at,
                ended=decision.at if decision else None,
                harm=_views_since(record, examined),
            )


@obligation("K2")
def found_at_upload(record: Record) -> Iterator[Case]:
    """An item found again only later, though its entry was confirmed before it was posted."""
    limit = record.within("K2")
    for examined in record.of("item.examined"):
        if examined.why != "retroactive":
            continue
        for match in examined.matches:
            entry = _confirmed(record, match.entry, examined.posted_at - limit.at(examined.posted_at))
            if entry is not None:
                yield deviates(examined, entry, expected="at_upload", came="retroactive", entry=match.entry)
            else:
                yield kept(examined)


@obligation("K3")
def withdrawn_unused(record: Record) -> Iterator[Case]:
    """A match with an entry after it was withdrawn."""
    limit = record.within("K3")
    for examined in record.of("item.examined"):
        for match in examined.matches:
            last = _state(record, match.entry, examined.at - limit.at(examined.at))
            now = _state(record, match.entry, examined.at)
            if last is not None and last.to == "withdrawn" and now is last:
                yield deviates(examined, last, expected="withdrawn", came="used", entry=match.entry)
            else:
                yield kept(examined)


@obligation("K4")
def confirmed_by_enough(record: Record) -> Iterator[Case]:
    """An entry confirmed by fewer people than the rule behind it asks."""
    for change in record.of("bank.changed"):
        if change.to == "confirmed":
            needed = _confirmers_needed(record, change)
            if len(set(change.confirmers)) < needed:
                came = len(set(change.confirmers))
                yield deviates(change, expected="confirmers", came="confirmers", needed=needed, confirmed=came)
            else:
                yield kept(change)


@obligation("K5")
def origin_named(record: Record) -> Iterator[Case]:
    """An entry that came into the bank without an origin."""
    for change in record.of("bank.changed"):
        if change.to in ("seeded", "confirmed"):
            if change.origin.strip():
                yield kept(change)
            elif change.native:
                yield deviates(change, expected="origin", came="nothing")
            else:
                yield untestable(change, "field_missing", field="origin")


def _state(record: Record, entry: str, moment: int) -> Row | None:
    """The last change of an entry up to a time (milliseconds)."""
    changes = [row for row in record.by("bank.changed", "entry").get(entry, ()) if row.at <= moment]
    return max(changes, key=lambda row: (row.at, row.index), default=None)


def _confirmed(record: Record, entry: str, moment: int) -> Row | None:
    state = _state(record, entry, moment)
    return state if state is not None and state.to == "confirmed" else None


def _views_since(record: Record, examined: Row) -> int | None:
    """Views after an examination, None where they were not counted."""
    counted = [
        *record.by("effect.applied", "subject").get(examined.item, ()),
        *record.by("exposure.read", "item").get(examined.item, ()),
    ]
    views = [row.views_total for row in counted if row.views_total is not None and row.at >= examined.at]
    return max(0, max(views) - examined.views_total) if views and examined.views_total is not None else None


def _confirmers_needed(record: Record, change: Row) -> int:
    """Two where the rule of the decision behind the entry asks two, else one."""
    decision = None if change.because is None else record.one("decision.made", "decision", change.because)
    if decision is None:
        return 1
    policy = record.one("policy.adopted", "policy", decision.policy)
    rules = policy.rules if policy is not None else ()
    return 2 if any(rule.rule == decision.rule and rule.needs_two for rule in rules) else 1
