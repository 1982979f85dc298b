"""Ceilings and decided cases as rows of text, for the terminal and for a page."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from markupsafe import Markup

from waarmerk import __version__
from waarmerk.dsa.fines import Ceiling, Decided, Fines
from waarmerk.text.page import page
from waarmerk.text.words import Language, Words, words

CEILING_HEAD = ("article", "ceiling", "from", "what")
DECIDED_HEAD = ("date", "who", "article", "amount", "note")


def head(names: Iterable[str], say: Words) -> tuple[str, ...]:
    """The headings of a table in the catalogue's words."""
    return tuple(say.say(f"fines.{name}") for name in names)


def ceiling_rows(found: Fines, say: Words) -> list[tuple[str, ...]]:
    """One row a ceiling: article, at most, base and rule, what for and by whom."""
    return [
        (
            f"{each.law} {each.article}",
            _money(each.at_most, each.per, say),
            _base(each, say),
            f"{each.what} ({each.who})" + (f"; {each.note}" if each.note else ""),
        )
        for each in found.ceilings
    ]


def decided_rows(found: Fines, say: Words) -> list[tuple[str, ...]]:
    """One row a case: date, who, article, amount, and what it was about with its source."""
    return [
        (
            each.date,
            each.who,
            f"{each.law} {each.article}",
            _euros(each.amount, 0, say) if each.amount is not None else "-",
            _about(each, say),
        )
        for each in found.decided
    ]


def lead(found: Fines, say: Words) -> list[str]:
    """What stands above the tables."""
    base = say.say("fines.base", turnover=_euros(found.turnover, 0, say))
    return [f"{say.say('fines.lead')} {say.say('fines.not_summed')}", base]


def fines_page(found: Fines, language: Language) -> str:
    """The HTML document."""
    say = words("dsa", language)
    title = say.say("fines.title")
    parts = [Markup("<h1>{}</h1>").format(title)]
    first, *rest = lead(found, say)
    parts.append(Markup('<p class="box"><strong>{}</strong></p>').format(first))
    parts.extend(Markup("<p>{}</p>").format(line) for line in rest)
    parts.append(_table(head(CEILING_HEAD, say), ceiling_rows(found, say), 1))
    parts.append(Markup("<h2>{}</h2>").format(say.say("fines.decided")))
    parts.append(_table(head(DECIDED_HEAD, say), decided_rows(found, say), 3))
    parts.append(
        Markup('<footer class="quiet"><p>{}; {}. Waarmerk {}</p></footer>').format(
            found.source, found.version, __version__
        )
    )
    return page(title, Markup("\n").join(parts), language=language)


def _table(names: tuple[str, ...], rows: list[tuple[str, ...]], numbers: int) -> Markup:
    def cells(row: tuple[str, ...], tag: str) -> Markup:
        return Markup("").join(
            Markup('<{} class="{}">{}</{}>').format(tag, "number" if place == numbers else "", cell, tag)
            for place, cell in enumerate(row)
        )

    body = Markup("\n").join(Markup("<tr>{}</tr>").format(cells(row, "td")) for row in rows)
    return Markup('<div class="scroll"><table><thead><tr>{}</tr></thead><tbody>{}</tbody></table></div>').format(
        cells(names, "th"), body
    )


def _base(each: Ceiling, say: Words) -> str:
    share = f"{_euros(each.share * 100, 0, say)} %"
    base = f"{share}, {each.base}"
    if each.base_used == "income":
        base += f" [{say.say('fines.income')}]"
    if each.amount is not None:
        base = say.say(f"fines.{each.rule}", share=base, amount=_euros(each.amount, 0, say))
    return base


def _about(each: Decided, say: Words) -> str:
    text = "; ".join(part for part in (each.what, each.note, each.source) if part)
    return text if each.verified else f"{text} [{say.say('fines.unverified')}]"


def _money(amount: Decimal, per: str, say: Words) -> str:
    return say.say("fines.per_day", amount=_euros(amount, 2, say)) if per == "day" else _euros(amount, 2, say)


def _euros(amount: Decimal, decimals: int, say: Words) -> str:
    """An amount with the marks of the language, exact however large."""
    text = f"{amount:,.{decimals}f}"
    return text if say.language == "en" else text.translate(str.maketrans(",.", ".,"))
