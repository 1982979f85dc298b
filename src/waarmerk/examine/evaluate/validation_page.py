"""A validation in words: the criteria as a table, for the terminal and for a page around the evaluation's."""

from __future__ import annotations

from collections.abc import Iterable

from markupsafe import Markup

from waarmerk.examine.evaluate.page import body, section
from waarmerk.examine.evaluate.rows import EvalRow
from waarmerk.examine.evaluate.tables import DASH, TextTable, Writer
from waarmerk.examine.evaluate.validation import CriterionRow, ValidationRow
from waarmerk.text.page import page as frame
from waarmerk.text.plots.svg import element
from waarmerk.text.terminal import plain
from waarmerk.text.words import Language


def outcome(validation: ValidationRow, writer: Writer) -> str:
    """The statement of the outcome in a sentence."""
    failed, count = sum(not one.met for one in validation.criteria), len(validation.criteria)
    key = "validation.met" if validation.met else "validation.not-met"
    return writer.say.say(key, count=count, failed=failed)


def criteria(validation: ValidationRow, writer: Writer) -> TextTable:
    """The criteria with what was found."""
    word = writer.say.say
    head = tuple(word(f"validation.head.{name}") for name in ("criterion", "asked", "found", "met"))
    return TextTable("criteria", head, tuple(_row(one, writer) for one in validation.criteria))


def _row(one: CriterionRow, writer: Writer) -> tuple[str, ...]:
    word = writer.say.say
    if one.at_least is not None:
        asked = word("validation.at-least", value=writer.number(one.at_least))
    else:
        asked = word("validation.at-most", value=writer.number(one.at_most))
    if one.on == "interval":
        asked += f" ({word('validation.on-interval')})"
    name = f"{one.figure}: {one.why}" if one.why else one.figure
    return name, asked, writer.figure(one.found, one.interval), word("validation.yes" if one.met else "validation.no")


def page(validation: ValidationRow, row: EvalRow, language: Language) -> str:
    """The whole document: outcome, criteria, scope, limits, then the evaluation."""
    writer = Writer(language)
    word = writer.say.say
    title = word("validation.title", title=plain(validation.title))
    parts = [
        element("h1", title),
        element("p", outcome(validation, writer), class_="lead"),
        element("p", plain(f"{validation.institute}, {validation.date}"), class_="quiet"),
        *section(word("validation.criteria"), criteria(validation, writer)),
        element("h2", word("validation.scope")),
        element("p", plain(validation.scope.material)),
        element("p", plain(validation.scope.use)),
        element("h2", word("validation.limits")),
        _items(validation.limits.stated, validation, writer),
        *body(row, writer),
    ]
    return frame(title, Markup("").join(parts), language=language)


def _items(stated: Iterable[str], validation: ValidationRow, writer: Writer) -> Markup:
    limits, word = validation.limits, writer.say.say
    lines = [plain(text) for text in stated]
    for key, between in (("face", limits.face_px), ("bits", limits.bits_per_pixel), ("ratio", limits.log10_lr)):
        low, high = (DASH, DASH) if between is None else (writer.number(end) for end in between)
        lines.append(word(f"validation.limit.{key}", low=low, high=high))
    lines.append(word("validation.limit.groups", count=limits.groups))
    return element("ul", [element("li", line) for line in lines])
