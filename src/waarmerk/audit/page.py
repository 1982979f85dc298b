"""An audit as one HTML page, in the order of a real audit: scope, method, materiality, working papers, conclusion.

Rules:
- In plain words first, for those who read no further; under every figure stands the command that gives it.
- Self-contained, no script, printable; every string passes the template's escaping.
- The same audit and command give the same bytes.
"""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from importlib.resources import files
from itertools import pairwise
from operator import attrgetter

from jinja2 import Environment, StrictUndefined, Template
from markupsafe import Markup

from waarmerk import __version__
from waarmerk.audit.page_view import View, view_of
from waarmerk.audit.page_words import PageWords
from waarmerk.audit.reconciled import EVIDENCE
from waarmerk.audit.results import Audit
from waarmerk.audit.run import Worked
from waarmerk.dsa.fines import Decided, fines
from waarmerk.text.page import page
from waarmerk.text.terminal import plain
from waarmerk.text.words import Language


@dataclass(frozen=True)
class Made:
    """How the page was made. `command`: the audit's words without its outputs; `html`: the file of the page.

    `bundle`: its path; `digest`: its SHA-256 in hex, empty where it is none of one file; `turnover` in EUR.
    """

    command: Sequence[str]
    bundle: str
    html: str
    digest: str = ""
    turnover: Decimal | None = None


def audit_page(audit: Audit, worked: Sequence[Worked], made: Made, language: Language) -> str:
    """The whole document."""
    words = PageWords(language)
    views = [
        view_of(one, words, f"s{place}-" if len(worked) > 1 else "", made.turnover)
        for place, one in enumerate(worked, start=1)
    ]
    title = _title(views, words)
    command = [*made.command, *([] if language == "en" else ["--lang", language])]
    body = _template().render(
        views=views,
        say=words.say,
        audit=words.audit.say,
        article=words.article,
        span=words.span,
        number=words.number,
        percent=words.percent,
        day=words.day,
        base=shlex.join(command),
        again=shlex.join([*command, "--html", made.html]),
        reconciles=shlex.join(_reconciles(made)),
        opens=shlex.join(["waarmerk", "record", "open", made.bundle, "--sqlite", "record.db"]),
        digest=made.digest,
        table=audit.table,
        version=__version__,
        decided=_decided(language),
        turnover=f"{(made.turnover or Decimal(0)).normalize():f}",
    )
    return page(title, Markup(body), language=language, style=_resource("page.css"))  # noqa: S704 - autoescaped


def _reconciles(made: Made) -> list[str]:
    """The command that lists every finding: `audit reconcile` with the words of this audit that it knows."""
    words = list(made.command)
    given = pairwise(words)
    known = {"--key", "--service", *(f"--{name}" for name in EVIDENCE)}
    taken = [word for option, value in given if option in known for word in (option, value)]
    return ["waarmerk", "audit", "reconcile", made.bundle, *taken]


def _title(views: Sequence[View], words: PageWords) -> str:
    if len(views) == 1:
        return words.say("title", service=plain(views[0].audited.service))
    return words.say("title.many", count=len(views))


def _decided(language: Language) -> list[Decided]:
    """Cases under the DSA, the newest first."""
    cases: Iterable[Decided] = fines(Decimal(0), language=language).decided
    return sorted((case for case in cases if case.law == "DSA"), key=attrgetter("date"), reverse=True)


def _template() -> Template:
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters["plain"] = plain
    return environment.from_string(_resource("page.html"))


def _resource(name: str) -> str:
    return (files("waarmerk.audit") / name).read_text(encoding="utf-8")
