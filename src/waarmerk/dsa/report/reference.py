"""The page of rules in the docs, written from the code: `python -m waarmerk.dsa.report.reference`."""

from __future__ import annotations

from waarmerk.dsa.report.rules import CLASSES, all_rules, published_ids
from waarmerk.text.words import words

_NOT_CHECKED = (
    ("I.1", "a reason for what is left out", "reasons stand in free text; parts that are missing are asked about"),
    ("I.1", "whether a blank row does not apply", "only the provider knows; blanks beside figures are asked about"),
    ("I.4", "that the report is easy to find and was published as CSV", "only the file is seen here"),
    ("I.5", "five years' retention, every version public, date and reason of each", "`report compare` needs both"),
    ("I.6", "CEFR level B2 of moderators", "needs the moderators"),
    ("I.7", "the category that best covers the ground; most specific first", "needs the decisions; see `dsa lint`"),
    ("I.7", "KEYWORD_OTHER as no catch-all", "descriptions are checked for being there and being different"),
    ("II.1.2", "items of an order as the authority listed them; start of the clock", "needs the orders"),
    ("II.1.3", "notices counted one by one, exact locations as items", "needs the notices"),
    ("II.1.4", "own initiative: no order or notice before", "needs the decisions; `report compare --dumps` asks"),
    ("II.1.6", "predominant language; accuracy per system", "several rows per system are accepted"),
    ("II.1.7", "moderators counted once in the total, full-time equivalents", "units may differ, so only questions"),
    ("II.1.8", "recipients counted under Article 24(2)", "states may add up to more or less than the Union"),
    ("II.2", "what the free texts must describe", "length and presence are checked, not content"),
)


def reference() -> str:
    """The Markdown of docs/reference/report-rules.md."""
    said = words("report_check", "en")
    known = set(published_ids())
    rules = sorted((one for one in all_rules() if one.id in known), key=lambda one: (one.id, one.parts, one.about))
    lines = [
        "# Rules of `waarmerk dsa report check`",
        "",
        "Written from the code by `python -m waarmerk.dsa.report.reference > docs/reference/report-rules.md`.",
        "",
        f"{len(known)} rules in {len(rules)} tests. The `rule` of a finding is one of these ids and no other.",
        "",
    ]
    for kind in CLASSES:
        lines += [f"## {said.say(f'class.{kind}')} (`{kind}`)", "", said.say(f"class.{kind}.meaning"), ""]
        lines += ["| rule | parts | looks for | where |", "| --- | --- | --- | --- |"]
        lines += [
            f"| `{one.id}` | {_parts(one.parts)} | {one.about} | {one.reference} |"
            for one in rules
            if one.kind == kind
        ]
        lines.append("")
    lines += ["## Asked by `waarmerk dsa report compare`", "", "| rule | asks when |", "| --- | --- |"]
    lines += [
        "| `compare.changed_without_reason` | a figure of the same period changed and no reason is given |",
        "| `compare.identical_figures` | four fifths of a table's figures of 10 and more (at least 8) are the same |",
        "| `compare.jump` | a figure grew or shrank fivefold, and neither report says a word beside it |",
        "| `compare.part_gone` | a part stood in the earlier report only |",
        "| `compare.dumps` | own-initiative measures and statements of reasons differ by more than a tenth |",
        "",
        "## What of Annex II a file cannot show",
        "",
        "| Annex II | asks | here |",
        "| --- | --- | --- |",
    ]
    lines += [f"| {where} | {asks} | {here} |" for where, asks, here in _NOT_CHECKED]
    return "\n".join(lines) + "\n"


def _parts(parts: tuple[int, ...]) -> str:
    if len(parts) > 2 and parts == tuple(range(parts[0], parts[-1] + 1)):
        return f"{parts[0]} to {parts[-1]}"
    return ", ".join(str(part) for part in parts)


if __name__ == "__main__":
    print(reference(), end="")
