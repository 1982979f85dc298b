"""Daily dumps as the database publishes them, with defects planted on purpose: for tests, benchmarks and the demo.

Rows are made of what is given (`Words`), so nothing of the law is spelled here; the same seed gives the same bytes.
A habit is what a platform does every day (and may do); a defect is what a lint must find, with how many rows it hit.
"""

from __future__ import annotations

import csv
import io
import json
import random
import zipfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

Row = dict[str, str]

_EXPLANATION = "Content of this kind is not allowed under our rules, which protect all who use the service. " * 5


@dataclass(frozen=True)
class Words:
    """The codes that rows are made of: columns in order, categories with their keywords, and the closed lists."""

    columns: Sequence[str]
    keywords: Mapping[str, Sequence[str]]
    codes: Mapping[str, Sequence[str]]
    territories: Sequence[str]

    def one(self, name: str, ending: str) -> str:
        """The code of a list that ends so."""
        return next(code for code in self.codes[name] if code.endswith(ending))


@dataclass(frozen=True)
class Habit:
    """A platform: how many statements a day, how often each flag is set, how many texts are not its usual sentence.

    A platform fills its statements from `templates` of its own (category, keyword, content, language), as real ones
    do; `categories` narrows them.
    """

    name: str
    statements: int
    automated: float = 0.7
    noticed: float = 0.2
    own_words: float = 0.3
    facts: str = "The decision was taken on our own initiative after a review of the content against our terms."
    categories: Sequence[str] = ()
    templates: int = 40


@dataclass(frozen=True)
class Defect:
    """Something wrong in a share of a platform's rows on some days; `change` edits a sound row in place."""

    platform: str
    share: float
    change: Callable[[Row], None]
    days: frozenset[str] = frozenset()


@dataclass
class Planted:
    """What was written: rows by day, and how many rows each defect hit."""

    rows: dict[str, int] = field(default_factory=dict)
    hits: list[int] = field(default_factory=list)


def write_day(
    folder: Path,
    day: date,
    words: Words,
    habits: Sequence[Habit],
    defects: Sequence[Defect] = (),
    *,
    seed: int = 1,
    archive: str = "zip",
    rows_per_file: int = 50_000,
    light: Sequence[str] = (),
) -> tuple[Path, Planted]:
    """One day's dump; `archive`: "csv" (one file a part), "zip" (of CSVs) or "zips" (a ZIP of ZIPs, as published).

    `light`: the columns to leave out. Returns the file (or folder of CSVs) and what was planted.
    """
    planted = Planted(hits=[0] * len(defects))
    variant = "light" if light else "full"
    stem = f"sor-global-{day.isoformat()}-{variant}"
    columns = [name for name in words.columns if name not in light]
    parts = _parts(rows(day, words, habits, defects, planted, seed=seed), columns, rows_per_file)
    named = ((f"{stem}-{0:05d}-{number:05d}.csv", text) for number, text in enumerate(parts))
    if archive == "csv":
        target = folder / stem
        target.mkdir(parents=True, exist_ok=True)
        for name, text in named:
            (target / name).write_text(text, encoding="utf-8", newline="")
        return target, planted
    target = folder / f"{stem}.zip"
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as outer:
        if archive == "zip":
            for name, text in named:
                outer.writestr(name, text)
        else:
            inner = io.BytesIO()
            with zipfile.ZipFile(inner, "w", zipfile.ZIP_DEFLATED) as part:
                for name, text in named:
                    part.writestr(name, text)
            outer.writestr(f"{stem}-00000.csv.zip", inner.getvalue())
    return target, planted


def rows(
    day: date,
    words: Words,
    habits: Sequence[Habit],
    defects: Sequence[Defect],
    planted: Planted,
    *,
    seed: int,
) -> Iterator[Row]:
    """The rows of one day, platforms mixed as in real dumps; `planted` is counted up on the way."""
    chance = random.Random(f"{seed} {day}")
    queue = [habit for habit in habits for _ in range(habit.statements)]
    chance.shuffle(queue)
    for habit in queue:
        row = sound_row(day, words, habit, chance)
        for number, defect in enumerate(defects):
            hits_today = not defect.days or day.isoformat() in defect.days
            if defect.platform == habit.name and hits_today and chance.random() < defect.share:
                defect.change(row)
                planted.hits[number] += 1
        planted.rows[day.isoformat()] = planted.rows.get(day.isoformat(), 0) + 1
        yield row


def sound_row(day: date, words: Words, habit: Habit, chance: random.Random) -> Row:
    """One statement with nothing to object to, in the form of the dumps (dates with 00:00:00, lists as JSON text)."""
    template = random.Random(f"{habit.name} {chance.randrange(habit.templates)}")
    category = template.choice(habit.categories or sorted(words.keywords))
    keyword = template.choice([*words.keywords[category], ""]) if words.keywords[category] else ""
    noticed, automated = chance.random() < habit.noticed, chance.random() < habit.automated
    applied = day - timedelta(days=chance.choice((0, 0, 0, 1, 3)))
    posted = applied - timedelta(days=int(chance.expovariate(1 / 90)))
    row = dict.fromkeys(words.columns, "")
    number = f"{chance.getrandbits(128):032x}"
    row |= {
        "uuid": f"{number[:8]}-{number[8:12]}-4{number[13:16]}-a{number[17:20]}-{number[20:]}",
        "decision_visibility": _list(template.choice(words.codes["decision_visibility"][:3])),
        "decision_ground": words.one("decision_ground", "INCOMPATIBLE_CONTENT"),
        "incompatible_content_ground": f"Community rules, section {template.randint(1, 9)}",
        "incompatible_content_explanation": _EXPLANATION,
        "category": category,
        "category_specification": _list(keyword) if keyword else "",
        "content_type": _list(template.choice([code for code in words.codes["content_type"] if "OTHER" not in code])),
        "content_language": template.choice(("", "EN", "NL", "DE")),
        "content_date": f"{posted} 00:00:00",
        "territorial_scope": json.dumps(list(words.territories), separators=(",", ":")),
        "application_date": f"{applied} 00:00:00",
        "decision_facts": habit.facts,
        "source_type": words.one("source_type", "ARTICLE_16" if noticed else "VOLUNTARY"),
        "automated_detection": "Yes" if automated else "No",
        "automated_decision": words.one("automated_decision", "FULLY" if automated else "NOT_AUTOMATED"),
        "platform_name": habit.name,
        "platform_uid": number[:12],
        "created_at": f"{day} {chance.randrange(24):02d}:{chance.randrange(60):02d}:{chance.randrange(60):02d}",
    }
    if chance.random() < habit.own_words:
        row["decision_facts"] = (
            f"{habit.facts} Item {number[:10]} was looked at on its own; {chance.randint(1, 9)} of 9."
        )
    return row


def _parts(given: Iterator[Row], columns: Sequence[str], rows_per_file: int) -> Iterator[str]:
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\n")
    writer.writerow(columns)
    written = 0
    for row in given:
        writer.writerow([row[name] for name in columns])
        written += 1
        if written == rows_per_file:
            yield buffer.getvalue()
            buffer.seek(0)
            buffer.truncate()
            writer.writerow(columns)
            written = 0
    if written:
        yield buffer.getvalue()


def _list(*codes: str) -> str:
    return json.dumps(list(codes), separators=(",", ":"))
