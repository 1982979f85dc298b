"""Ceilings of fines under DSA 52, 74, 76 and AI Act 99, beside decided cases. A ceiling is not a prediction.

Rules:
- Decimal throughout; ceilings are cut to the cent, never rounded up.
- DSA: a share of the turnover. AI Act: the higher of share and amount, for a small or medium-sized enterprise the
  lower of the two [99(6)].
- Where the law says "annual income or worldwide turnover" and both are given, either reading has its row.
- Periodic penalties are per day; the average day is the year over `days` (the law does not say 365 or 366).
- Rows stand for different acts, so they are never added up. Shares, amounts and cases are data (`data/fines.json`).
"""

from __future__ import annotations

from decimal import ROUND_DOWN, Decimal, InvalidOperation
from functools import cache
from importlib.resources import files
from typing import Literal

import msgspec

from waarmerk.errors import UsageError
from waarmerk.text.words import Language

SCHEMA = "waarmerk.fines/1"
_CENT = Decimal("0.01")
_MOST = Decimal("1e15")
_YEAR_DAYS = (360, 366)


class Rule(msgspec.Struct, frozen=True, kw_only=True):
    """One ceiling as the law states it; `share` of the base, `amount` in EUR, `income`: the base may be income."""

    id: str
    law: str
    article: str
    who: dict[str, str]
    what: dict[str, str]
    share: Decimal
    per: Literal["year", "day"]
    base: dict[str, str]
    amount: Decimal | None = None
    income: bool = False
    note: dict[str, str] = {}


class Case(msgspec.Struct, frozen=True, kw_only=True):
    """A decision taken; `verified` False where the press alone says so; no amount where no fine was set."""

    date: str
    who: str
    law: str
    article: str
    amount: Decimal | None
    what: dict[str, str]
    source: str
    verified: bool
    note: dict[str, str] = {}


class Ceiling(msgspec.Struct, frozen=True, kw_only=True):
    """A ceiling for one enterprise: EUR `at_most`, per year or day, and which of share and amount set it."""

    id: str
    law: str
    article: str
    who: str
    what: str
    at_most: Decimal
    per: Literal["year", "day"]
    share: Decimal
    amount: Decimal | None
    base: str
    base_used: Literal["turnover", "income"]
    rule: Literal["share", "higher", "lower"]
    set_by: Literal["share", "amount"]
    note: str


class Decided(msgspec.Struct, frozen=True, kw_only=True):
    """A case in one language."""

    date: str
    who: str
    law: str
    article: str
    amount: Decimal | None
    what: str
    source: str
    verified: bool
    note: str


class Fines(msgspec.Struct, frozen=True, kw_only=True):
    """The whole answer."""

    schema: str = SCHEMA
    turnover: Decimal
    income: Decimal | None
    sme: bool
    days: int
    ceilings: list[Ceiling]
    decided: list[Decided]
    source: str
    version: str


class _Data(msgspec.Struct, frozen=True):
    source: str
    version: str
    ceilings: list[Rule]
    decided: list[Case]


@cache
def _data() -> _Data:
    return msgspec.json.decode((files("waarmerk.dsa") / "data" / "fines.json").read_bytes(), type=_Data)


def fines(
    turnover: Decimal, *, income: Decimal | None = None, sme: bool = False, days: int = 365, language: Language = "en"
) -> Fines:
    """Every ceiling for an enterprise of this yearly `turnover` (EUR); UsageError for an odd number of `days`."""
    if not _YEAR_DAYS[0] <= days <= _YEAR_DAYS[1]:
        raise UsageError(f"a year has {_YEAR_DAYS[0]} to {_YEAR_DAYS[1]} days, not {days}")
    ceilings = []
    for rule in _data().ceilings:
        ceilings.append(_ceiling(rule, turnover, "turnover", sme, days, language))
        if rule.income and income is not None:
            ceilings.append(_ceiling(rule, income, "income", sme, days, language))
    decided = [
        Decided(
            date=case.date,
            who=case.who,
            law=case.law,
            article=case.article,
            amount=case.amount,
            what=case.what[language],
            source=case.source,
            verified=case.verified,
            note=case.note.get(language, ""),
        )
        for case in _data().decided
    ]
    return Fines(
        turnover=turnover,
        income=income,
        sme=sme,
        days=days,
        ceilings=ceilings,
        decided=decided,
        source=_data().source,
        version=_data().version,
    )


def euros(text: str, option: str) -> Decimal:
    """An amount in EUR as people write it (`12.5e9`, `12_500_000_000`); UsageError for what is none."""
    try:
        amount = Decimal(text.replace("_", "").strip())
    except InvalidOperation as error:
        raise UsageError(
            f"{option} is no amount: {text[:40]}", hint="write EUR with a point, as 12.5e9 or 12500000000"
        ) from error
    if not amount.is_finite() or not 0 <= amount <= _MOST:
        raise UsageError(f"{option} must lie between 0 and {_MOST:f} EUR, not {text[:40]}")
    return amount.quantize(_CENT, rounding=ROUND_DOWN)


def _ceiling(
    rule: Rule, base: Decimal, used: Literal["turnover", "income"], sme: bool, days: int, language: Language
) -> Ceiling:
    of_base = rule.share * base / (days if rule.per == "day" else 1)
    at_most = of_base
    how: Literal["share", "higher", "lower"] = "share"
    set_by: Literal["share", "amount"] = "share"
    if rule.amount is not None:
        how = "lower" if sme else "higher"
        at_most = min(of_base, rule.amount) if sme else max(of_base, rule.amount)
        set_by = "share" if at_most == of_base else "amount"
    return Ceiling(
        id=rule.id,
        law=rule.law,
        article=rule.article,
        who=rule.who[language],
        what=rule.what[language],
        at_most=at_most.quantize(_CENT, rounding=ROUND_DOWN),
        per=rule.per,
        share=rule.share,
        amount=rule.amount,
        base=rule.base[language],
        base_used=used,
        rule=how,
        set_by=set_by,
        note=rule.note.get(language, ""),
    )
