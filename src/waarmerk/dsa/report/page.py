"""A check as one HTML page: questions to quote, bars, and the cells marked in the report's own layout.

Rules: self-contained, no script, printable; a mark is told by its outline too, not by colour alone; every marked
cell carries the number of its question.
"""

from __future__ import annotations

from importlib.resources import files

from jinja2 import Environment, StrictUndefined
from markupsafe import Markup

from waarmerk import __version__
from waarmerk.dsa.report.check import CHAPTER, Checked, Finding, figure, label_name
from waarmerk.dsa.report.marked import MarkedTable, marked_tables
from waarmerk.dsa.report.model import Report
from waarmerk.dsa.report.rules import CLASSES
from waarmerk.dsa.report.terminal import counts
from waarmerk.text.page import page
from waarmerk.text.plots.bars import Bar, bars
from waarmerk.text.words import Language, Words, words

_COLOURS = {"impossible": "for", "instructions": "fifth", "question": "mark"}
_MOST_BARS = 14


def check_page(report: Report, checked: Checked, *, language: Language, title: str | None = None) -> str:
    """The page of a check; `title` replaces the report's own (a comparison has one)."""
    said = words(CHAPTER, language)
    numbered = list(enumerate(checked.findings, start=1))
    tables = marked_tables(report, numbered)
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    template = environment.from_string(_resource("page.html"))
    heading = title or said.say("title", service=checked.service, period=checked.period)
    body = template.render(
        title=heading,
        summary=said.say("summary", **counts(checked))
        if checked.findings
        else said.say("nothing", service=checked.service, period=checked.period),
        said=said,
        checked=checked,
        by_part=_by_part(checked, said),
        groups=[
            {"kind": kind, "findings": [(n, f) for n, f in numbered if f.kind == kind]}
            for kind in CLASSES
            if any(f.kind == kind for f in checked.findings)
        ],
        contradictions=_contradictions(numbered, said),
        tables=tables,
        marked=_anchors(tables),
        number=lambda value: "–" if value is None else figure(said, value),
        version=__version__,
    )
    return page(heading, Markup(body), language=language, style=_resource("page.css"))  # noqa: S704 - autoescaped


def _resource(name: str) -> str:
    return (files("waarmerk.dsa.report") / name).read_text(encoding="utf-8")


def _anchors(tables: list[MarkedTable]) -> dict[int, int]:
    return {number: place for place, table in reversed(list(enumerate(tables, start=1))) for number in table.numbers}


def _by_part(checked: Checked, said: Words) -> Markup | None:
    parts = sorted({finding.part for finding in checked.findings})
    if not parts:
        return None
    rows = [
        Bar(
            said.say("part", number=part) if part else said.say("whole_report"),
            tuple(float(sum(f.part == part and f.kind == kind for f in checked.findings)) for kind in CLASSES),
        )
        for part in parts
    ]
    return bars(
        rows,
        series=[(said.say(f"class.{kind}"), _COLOURS[kind]) for kind in CLASSES],
        write=lambda value: figure(said, int(value)),
        title=said.say("by_part"),
        description=said.say("bars.parts"),
        stacked=True,
    )


def _contradictions(numbered: list[tuple[int, Finding]], said: Words) -> Markup | None:
    shown = [(n, f) for n, f in numbered if f.kind == "impossible" and f.expected is not None and f.found is not None]
    if not shown:
        return None
    rows = [
        Bar(f"{n}. {label_name(f.row)}", (float(f.expected or 0), float(f.found or 0))) for n, f in shown[:_MOST_BARS]
    ]
    return bars(
        rows,
        series=[(said.say("bars.expected"), "against"), (said.say("bars.found"), "for")],
        write=lambda value: figure(said, value),
        title=said.say("bars.title"),
        description=said.say("bars.description"),
        relative=True,
    )
