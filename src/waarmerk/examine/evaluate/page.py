"""One self-contained page about an evaluation: the figures, the curves, every table, every row that failed.

Rules: as every page of the house (`text.page`): escaped, no script, no request, printable.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import PurePath

from markupsafe import Markup

from waarmerk.examine.evaluate import plots
from waarmerk.examine.evaluate.rows import EvalRow
from waarmerk.examine.evaluate.tables import TextTable, Writer
from waarmerk.text.page import page as frame
from waarmerk.text.plots.svg import element
from waarmerk.text.terminal import plain
from waarmerk.text.words import Language

FAILED_SHOWN = 200


def page(row: EvalRow, language: Language) -> str:
    """The whole document."""
    writer = Writer(language)
    title = writer.say.say("title", name=plain(PurePath(row.list_.path).name))
    return frame(title, Markup("").join([element("h1", title), *body(row, writer)]), language=language)


def body(row: EvalRow, writer: Writer) -> Iterator[Markup]:
    """Everything below the title."""
    word = writer.say.say
    yield element("p", lead(row, writer), class_="lead")
    yield element("p", word("rule"), class_="quiet")
    tables = {table.key: table for table in writer.tables(row)}
    for key in ("main", "baselines"):
        yield from _section(tables.pop(key), writer)
    if plots.both_classes(row):
        yield element("h2", word("plots"))
        drawn = [plots.calibration(row, writer.say), plots.tippett(row, writer.say)]
        drawn += [plots.roc(row, writer.say), plots.det(row, writer.say), plots.fall(row, writer.say)]
        names = ("calibration", "tippett", "roc", "det", "fall")
        for name, plot in zip(names, drawn, strict=True):
            if plot is not None:
                yield element("h3", word(f"plot.{name}.title"))
                caption = element("figcaption", word(f"plot.{name}.description"))
                yield element("figure", [plot, caption])
    for table in tables.values():
        yield from _section(table, writer)
    yield from _failed(row, writer)
    yield element("h2", word("versions"))
    yield _table(("", ""), [(name, value) for name, value in row.versions.items()])


def lead(row: EvalRow, writer: Writer) -> str:
    """The evaluation in a sentence."""
    word, listed = writer.say.say, row.list_
    who = word("who.conclusion") if row.analyzer is None else word("who.analyzer", name=plain(row.analyzer))
    return word("lead", n=row.n, groups=listed.groups, real=listed.real, fake=listed.fake, who=who)


def section(title: str, table: TextTable) -> Iterator[Markup]:
    """A table under its title."""
    yield element("h2", title)
    yield _table(table.head, table.rows)


def _section(table: TextTable, writer: Writer) -> Iterator[Markup]:
    return section(writer.say.say(f"table.{table.key}"), table)


def _table(head: Iterable[str], rows: Iterable[Iterable[str]]) -> Markup:
    top = element("tr", [element("th", plain(cell)) for cell in head])
    lines = [element("tr", [element("td", plain(cell)) for cell in cells]) for cells in rows]
    return element("div", [element("table", [element("thead", [top]), element("tbody", lines)])], class_="scroll")


def _failed(row: EvalRow, writer: Writer) -> Iterator[Markup]:
    word = writer.say.say
    if row.list_.left_out:
        yield element("p", word("left-out", count=row.list_.left_out))
    lines = failed_lines(row, writer)
    if not lines:
        yield element("p", word("failed.none"))
        return
    yield element("p", failed_head(row, writer))
    shown = [element("li", line) for line in lines[:FAILED_SHOWN]]
    if len(lines) > FAILED_SHOWN:
        shown.append(element("li", word("failed.more", count=len(lines) - FAILED_SHOWN)))
    yield element("ul", shown)


def failed_head(row: EvalRow, writer: Writer) -> str:
    """How many rows of the list could not be examined."""
    count = sum(one.perturbation is None for one in row.failed)
    return writer.say.say("failed.some", count=count, rows=row.list_.rows)


def failed_lines(row: EvalRow, writer: Writer) -> list[str]:
    """Every row that could not be examined, as a sentence."""
    lines = []
    for one in row.failed:
        told = {"line": one.line, "path": plain(one.path), "reason": plain(one.reason)}
        if one.perturbation is None:
            lines.append(writer.say.say("failed.row", **told))
        else:
            name = writer.say.find(f"perturbation.{one.perturbation}") or one.perturbation
            lines.append(writer.say.say("failed.under", name=name, **told))
    return lines
