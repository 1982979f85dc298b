"""A check: every rule over a report, hits of one habit made one finding, findings as published JSON.

Rules:
- One rule, one table, one habit (a pair of columns, a column) is one finding; its cells are listed when there are
  several, and its sentence is then about the habit.
- A sentence asks. Contextual information beside the cells in question is quoted, it often explains.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

import msgspec

from waarmerk.dsa import vocabulary
from waarmerk.dsa.report.model import Report, Row
from waarmerk.dsa.report.read import read_report
from waarmerk.dsa.report.rules import CLASSES, Hit, Rule, all_rules
from waarmerk.dsa.report.rules.numbers import figures
from waarmerk.dsa.report.template import CATEGORY_PARTS, OTHER, TOTAL, parts
from waarmerk.errors import InputError
from waarmerk.text.words import Language, Words, words

SCHEMA = "waarmerk.report-check/1"
CHAPTER = "report_check"
_LONGEST_CONTEXT = 4000


class CellRef(msgspec.Struct, frozen=True):
    """One cell of a finding: the template's label and header, 1-based line, the two numbers (null: none)."""

    row: str
    line: int
    column: str
    expected: float | int | None
    found: float | int | None
    scope: str = ""


class Finding(msgspec.Struct, frozen=True, rename={"kind": "class"}):
    """What one rule asks; `cells` is empty where one cell says it; `where` is the file or sheet."""

    rule: str
    kind: str
    part: int
    row: str
    line: int
    column: str
    expected: float | int | None
    found: float | int | None
    cells: tuple[CellRef, ...]
    sentence: str
    context: str
    scope: str = ""
    where: str = ""
    reference: str = ""


class Note(msgspec.Struct, frozen=True):
    """How the report was read where its form is unusual and lawful."""

    code: str
    part: int
    where: str
    count: int
    sentence: str


class Checked(msgspec.Struct, frozen=True, rename={"format": "schema"}):
    """The whole answer, as `--format json` writes it."""

    format: str
    service: str
    period: str
    parts: tuple[int, ...]
    findings: tuple[Finding, ...]
    notes: tuple[Note, ...]


def check_path(
    path: Path, *, language: Language = "en", rules: Sequence[Rule] | None = None
) -> tuple[Report, Checked]:
    """Read a report and check it; InputError when there is none, or only the unfilled template."""
    report = read_report(path)
    if not any(cell.given or cell.form not in ("blank", "placeholder") for *_, cell in figures(report)):
        raise InputError(
            "holds the template and no figure at all",
            where=str(path),
            hint="give the report as the service published it",
        )
    return report, check(report, language=language, rules=rules)


def check(report: Report, *, language: Language = "en", rules: Sequence[Rule] | None = None) -> Checked:
    """Every finding of a report, by class, part and line."""
    said = words(CHAPTER, language)
    findings = [
        finding for one in (all_rules() if rules is None else rules) for finding in findings_of(report, one, said)
    ]
    order: dict[str, int] = {kind: place for place, kind in enumerate(CLASSES)}
    findings.sort(key=lambda f: (order.get(f.kind, 9), f.part, f.line, f.rule))
    return Checked(
        SCHEMA, report.service, report.period, tuple(report.numbers), tuple(findings), tuple(_notes(report, said))
    )


def label_name(label: str) -> str:
    """The official words of a category's or keyword's code; any other label as it is."""
    category = vocabulary.categories().get(label)
    return category.label if category else vocabulary.enum("category_specification").get(label, label)


def row_name(row: Row | None) -> str:
    """A row as a reader names it: the official label of its category, the indicator, with its scope."""
    if row is None:
        return ""
    name = label_name(row.key or row.label) if row.key.isupper() else row.label
    if row.key == OTHER and row.description:
        name = f"{name}: {row.description}"
    scope = _scope_name(row)
    return f"{name} ({scope})" if scope else name


def _scope_name(row: Row) -> str:
    if not row.scope or row.scope == TOTAL:
        return ""
    for number in (7, 8):
        if row.key in parts()[number].indicators.values():
            return parts()[number].scope_labels.get(row.scope, row.scope)
    return "" if row.scope == "total" else row.scope


def findings_of(report: Report, rule: Rule, said: Words) -> Iterable[Finding]:
    """What one rule finds, hits of one habit made one finding."""
    groups: dict[tuple[str, str, str], list[Hit]] = {}
    for hit in rule.function(report):
        name = hit.table.name if hit.table else ""
        groups.setdefault((name, hit.habit, hit.variant), []).append(hit)
    for (name, _, _), same in groups.items():
        first = same[0]
        refs = tuple(_ref(hit) for hit in same)
        yield Finding(
            rule=rule.id,
            kind=rule.kind,
            part=first.table.part if first.table and not first.part else first.part,
            row=refs[0].row,
            line=refs[0].line,
            column=refs[0].column,
            expected=refs[0].expected,
            found=refs[0].found,
            cells=refs if len(refs) > 1 else (),
            sentence=_sentence(report, rule, same, said),
            context=_context(same),
            scope=refs[0].scope,
            where=name or str(first.fields.get("where", "")),
            reference=rule.reference,
        )


def _ref(hit: Hit) -> CellRef:
    row, table = hit.row, hit.table
    header = table.header(hit.column) if table and hit.column else ""
    at = hit.fields.get("at")
    line = row.line if row else at if isinstance(at, int) else 0
    return CellRef(row.label if row else "", line, header, hit.expected, hit.found, _scope(row))


def _scope(row: Row | None) -> str:
    if row is None:
        return ""
    for number in (7, 8):
        if row.key in parts()[number].indicators.values():
            return parts()[number].scope_labels.get(row.scope, row.scope)
    return row.scope


def _sentence(report: Report, rule: Rule, hits: list[Hit], said: Words) -> str:
    first = hits[0]
    fields: dict[str, object] = {
        "service": report.service,
        "row": row_name(first.row),
        "column": _column_name(first),
        "expected": "—" if first.expected is None else figure(said, first.expected),
        "found": "—" if first.found is None else figure(said, first.found),
        "line": first.row.line if first.row else 0,
        "count": len(hits),
        "others": len(hits) - 1,
        "text": first.cell.text.strip()[:60] if first.cell else "",
    }
    for key, value in first.fields.items():
        number = isinstance(value, (int, float)) and key not in ("other_line", "number", "at")
        fields[key] = figure(said, value) if number else _named(value)  # type: ignore[arg-type]
    own = rule.sentences.get(said.language) or rule.sentences.get("en")
    if own:
        return own.format(**fields)
    base = f"{rule.id}.{first.variant}" if first.variant else rule.id
    if len(hits) > 1:
        many = said.find(f"{base}.many")
        if many is not None:
            return many.format(**fields)
        # The sentence of the first cell comes last, so that the whole still asks.
        return said.say("more", **{**fields, "sentence": said.say(base, **fields)})
    return said.say(base, **fields)


def _column_name(hit: Hit) -> str:
    if not hit.table or not hit.column:
        return ""
    # "Value" says nothing; in parts 7 to 10 the row names the figure.
    return hit.table.header(hit.column)


def _named(value: object) -> object:
    """A category's code as its label; anything else as it is."""
    return label_name(value) if isinstance(value, str) else value


def figure(said: Words, value: float | int) -> str:
    """A number as the language writes it, with the decimals it has (at most 4)."""
    if isinstance(value, int) or float(value).is_integer():
        return said.number(value)
    shown = f"{value:.4f}".rstrip("0")
    return said.number(value, len(shown.partition(".")[2]))


def _context(hits: list[Hit]) -> str:
    found: dict[str, None] = {}
    for hit in hits:
        if hit.row is None or not hit.column or hit.table is None:
            continue
        if hit.table.part not in CATEGORY_PARTS:
            found[hit.row.text("context")] = None
            continue
        key = f"context_{hit.column}"
        # A row may explain itself beside another figure; the TOTAL explains columns, each its own.
        anywhere = not hit.row.text(key) and hit.row.key != TOTAL
        own = _all_context(hit.row) if anywhere else [hit.row.text(key)]
        # What explains a whole column often stands in its TOTAL row.
        total = hit.table.total(hit.row.scope)
        for text in (*own, *(row.text(key) for row in hit.beside), total.text(key) if total else ""):
            found[text] = None
    found.pop("", None)
    return " / ".join(found)[:_LONGEST_CONTEXT]


def _all_context(row: Row) -> list[str]:
    return [cell.text.strip() for key, cell in row.cells.items() if key.startswith("context_")]


def _notes(report: Report, said: Words) -> Iterable[Note]:
    grouped: dict[tuple[str, int, str], list[dict[str, object]]] = {}
    for met in report.deviations:
        if not met.asks:
            grouped.setdefault((met.code, met.part, met.where), []).append({"line": met.line, **met.fields})
    everywhere: dict[str, list[tuple[int, str]]] = {}
    for code, part, where in grouped:
        everywhere.setdefault(code, []).append((part, where))
    for (code, part, where), several in grouped.items():
        same = everywhere[code]
        if len(same) > 1 and said.find(f"note.{code}.many") is not None:
            if (part, where) == same[0]:
                names = ", ".join(name for _, name in same)
                yield Note(code, 0, "", len(same), said.say(f"note.{code}.many", all=names))
            continue
        fields = {"where": where, "part": part, "lines": len(several), **several[0]}
        yield Note(code, part, where, len(several), said.say(f"note.{code}", **fields))
