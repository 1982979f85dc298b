"""DSA Art. 9 and 10: orders of authorities to act, or to inform.

Rules:
- The authority hears what became of its order, the person concerned hears of it; a person whose address is unknown
  cannot [9(5)].
- An order works where it holds. A platform that also removes by its own terms, everywhere, does so on its own
  account.
"""

from __future__ import annotations

from collections.abc import Iterator

from waarmerk.audit.loaded import Record
from waarmerk.audit.obligations.art16 import earliest, messages
from waarmerk.audit.obligations.interface import Case, deviates, given, kept, obligation
from waarmerk.audit.rows import Row
from waarmerk.dsa.codes import code

_TERMS = code("decision_ground", "INCOMPATIBLE_CONTENT")


@obligation("O1")
def effect_told(record: Record) -> Iterator[Case]:
    """An order to act whose authority was not told what became of it."""
    yield from _told(record, "O1", "act")


@obligation("O2")
def user_told(record: Record) -> Iterator[Case]:
    """An order that was carried out, and the person concerned was not told of it."""
    for decision, order, applied in _carried_out(record):
        if decision.uploader_contact:
            told = earliest(messages(record, order.order, "order_user"))
            yield given(record, "O2", order, told, expected="order_user", since=applied.at)


@obligation("O3")
def where_it_holds(record: Record) -> Iterator[Case]:
    """An order carried out beyond the territory that it names."""
    for decision, order, applied in _carried_out(record):
        beyond = set(applied.territory) - set(order.territory)
        if beyond and order.territory and decision.ground != _TERMS:
            yield deviates(order, decision, applied, expected="territory", came="beyond", beyond=beyond)
        else:
            yield kept(order, applied)


@obligation("O4")
def informed(record: Record) -> Iterator[Case]:
    """An order to inform that was not answered."""
    yield from _told(record, "O4", "inform")


def _told(record: Record, name: str, type_: str) -> Iterator[Case]:
    for order in record.of("order.received"):
        if order.type == type_:
            told = earliest(messages(record, order.order, "order_effect"))
            yield given(record, name, order, told, expected="order_effect")


def _carried_out(record: Record) -> Iterator[tuple[Row, Row, Row]]:
    """Live restrictions because of an order, each with the order and its first effect."""
    for decision in record.of("decision.made"):
        if decision.because.type != "order" or decision.outcome != "restrict" or decision.mode != "live":
            continue
        effects = record.by("effect.applied", "decision").get(decision.decision, ())
        applied = earliest([row for row in effects if row.effect == "applied"])
        for name in decision.because.ids if applied is not None else ():
            order = record.one("order.received", "order", name)
            if order is not None and applied is not None:
                yield decision, order, applied
