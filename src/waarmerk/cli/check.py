"""`waarmerk check`: examine videos and pictures, from the command's options to its exit code.

Rules: what was examined goes to stdout, everything else to stderr; under `--format json` stdout carries JSON Lines
and nothing else. What cannot be written is told before the work starts.
"""

from __future__ import annotations

import os
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, get_args

import typer
from rich.console import Console

from waarmerk import settings as settings_
from waarmerk.cli.check_progress import progress
from waarmerk.errors import ANSWER_IS_NO, UsageError, WaarmerkError, combined_exit_code
from waarmerk.examine.again import repeat
from waarmerk.examine.analyzers.interface import AnalyzerOptions
from waarmerk.examine.analyzers.own import own_folders
from waarmerk.examine.batch import Outcome, examine_all
from waarmerk.examine.faces.finder import BUILT_IN, DEFAULT
from waarmerk.examine.inputs import Input, inputs
from waarmerk.examine.report.output import RowFile, WholeFile
from waarmerk.examine.report.rows import CheckErrorRow, CheckRow, check_row, error_row, line
from waarmerk.examine.report.sentences import Sentences
from waarmerk.examine.report.terminal import show, show_again, show_error
from waarmerk.examine.walk import Options
from waarmerk.settings import Settings
from waarmerk.text.terminal import plain
from waarmerk.text.words import Language
from waarmerk.values import Examination, Label, Purpose

if TYPE_CHECKING:
    from waarmerk.cli.check_record import ExaminationRecorder

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)

LABELS: tuple[Label, ...] = get_args(Label)
Format = Literal["text", "json"]


@app.command()
def check(
    paths: Annotated[
        list[str], typer.Argument(metavar="PATH", help="Files, folders, or - for a list on standard input.")
    ],
    format_: Annotated[Format, typer.Option("--format", help="What to write to standard output.")] = "text",
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a page about all inputs.")] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="FILE.jsonl", help="Write rows there; go on after those it holds.")
    ] = None,
    lang: Annotated[Language | None, typer.Option(help="Language of the report (default: en).")] = None,
    purpose: Annotated[
        Purpose | None, typer.Option(help="forensic: no label, no base rate, no posterior (default: triage).")
    ] = None,
    base_rate: Annotated[
        float | None, typer.Option(metavar="SHARE", help="Share of fakes assumed beforehand (default: 0.001).")
    ] = None,
    known: Annotated[
        list[Path] | None,
        typer.Option(metavar="FILE", help="A known item: its file, or its frame hashes in vPDQ's format."),
    ] = None,
    bank: Annotated[
        list[str] | None,
        typer.Option(metavar="STORE[:NAME]", help="A bank of known items to ask; see `waarmerk bank`."),
    ] = None,
    trust_anchors: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Trusted certificate authorities, PEM.")
    ] = None,
    reference: Annotated[
        list[Path] | None, typer.Option(metavar="FILE", help="A file of the same device or app, to compare with.")
    ] = None,
    finder: Annotated[
        str | None,
        typer.Option(metavar="NAME", help=f"Face finder: {', '.join(BUILT_IN)}, yunet:FILE (default: {DEFAULT})."),
    ] = None,
    model: Annotated[Path | None, typer.Option(metavar="DIR", help="Manipulation network of your own.")] = None,
    fail_on: Annotated[
        list[str] | None,
        typer.Option(metavar="LABEL", help=f"Exit code 3 where this is the label: {', '.join(LABELS)}."),
    ] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Files examined at once (default: all cores).")
    ] = None,
    again: Annotated[
        Path | None, typer.Option(metavar="REPORT.json", help="Repeat the examination that this report records.")
    ] = None,
    record: Annotated[
        Path | None, typer.Option(metavar="LOG", help="Write an event for each input into this log; see --about.")
    ] = None,
    about: Annotated[
        Path | None, typer.Option(metavar="FILE.json", help="For --record: service, posted_at, uploader (pid), why.")
    ] = None,
) -> None:
    """Examine videos and pictures: manipulated faces, provenance, known items, structure of the file.

    Exit code 0: every input was examined; 1: some input could not be; 2: wrong use; 3: a label of --fail-on was
    found, or --again came out otherwise.
    """
    settings = settings_.load(os.environ)
    options = _options(settings, purpose, base_rate, finder, known, bank, trust_anchors, reference, model)
    say = Sentences(lang or settings.lang)
    if (about is not None and record is None) or (again is not None and record is not None):
        raise UsageError("--about belongs to --record, and --record to an examination, not to --again")
    if again is not None:
        raise typer.Exit(_again(again, paths, options, say, as_json=format_ == "json"))
    with ExitStack() as stack:
        report = _Report(say, format_, _labels(fail_on or []))
        if record is not None:
            from waarmerk.cli.check_record import ExaminationRecorder

            report.recorder = ExaminationRecorder(record, about)
        if html is not None:
            report.page = stack.enter_context(WholeFile(html))
        if out is not None:
            report.rows = stack.enter_context(RowFile(out))
        named = (one for one in inputs(paths, sys.stdin.buffer) if not report.holds(one))
        with progress() as bars:
            outcomes = examine_all(
                named, options, jobs=jobs or settings.jobs, tell=bars.tell, answered=report.answered
            )
            for outcome in outcomes:
                with bars.paused(outcome.input.path):
                    report.add(outcome)
        report.finish()
        raise typer.Exit(report.exit_code())


def _options(
    settings: Settings,
    purpose: Purpose | None,
    base_rate: float | None,
    finder: str | None,
    known: list[Path] | None,
    bank: list[str] | None,
    trust_anchors: Path | None,
    reference: list[Path] | None,
    model: Path | None,
) -> Options:
    """What the command and the settings say together; UsageError for a file that is not there."""
    analyzers = AnalyzerOptions(
        known=tuple(known or settings.known),
        banks=tuple(bank or settings.bank),
        trust_anchors=trust_anchors or settings.trust_anchors,
        references=tuple(reference or ()),
        model=model or settings.model,
        networks=own_folders(settings_.models_folder(settings, os.environ)),
    )
    for option, path in (
        *(("--known", path) for path in analyzers.known),
        *(("--reference", path) for path in analyzers.references),
        ("--trust-anchors", analyzers.trust_anchors),
        ("--model", analyzers.model),
    ):
        if path is not None and not path.exists():
            raise UsageError(f"{option} names what does not exist", where=str(path), hint="check the name")
    return Options(
        purpose=purpose or settings.purpose,
        base_rate=settings.base_rate if base_rate is None else base_rate,
        finder=finder or settings.finder or DEFAULT,
        analyzers=analyzers,
    )


def _labels(named: list[str]) -> frozenset[str]:
    for name in named:
        if name not in LABELS:
            raise UsageError(f"--fail-on {name}: there is no such label", hint=f"labels: {', '.join(LABELS)}")
    return frozenset(named)


class _Report:
    """Hands each outcome to every output that was asked for."""

    def __init__(self, say: Sentences, format_: Format, fail_on: frozenset[str]) -> None:
        self._say = say
        self._json = format_ == "json"
        self._fail_on = fail_on
        self._console = Console(highlight=False)
        self._errors = Console(stderr=True, highlight=False)
        self._codes: set[int] = set()
        self._told: list[tuple[str, Examination | WaarmerkError]] = []
        self._no_medium: dict[str, int] = {}
        self._held = 0
        self.answered: set[str] = set()
        self.page: WholeFile | None = None
        self.rows: RowFile | None = None
        self.recorder: ExaminationRecorder | None = None

    def holds(self, one: Input) -> bool:
        """Whether the file of rows answers this input already."""
        row = None if self.rows is None else self.rows.held.get(one.path)
        if row is None:
            return False
        self._held += 1
        if one.folder is not None:
            self.answered.add(one.folder)
        self._count(row)
        return True

    def add(self, outcome: Outcome) -> None:
        """One outcome, to standard output, the file of rows and the page."""
        path, result = outcome.input.path, outcome.result
        if outcome.skipped:
            folder = outcome.input.folder or path
            self._no_medium[folder] = self._no_medium.get(folder, 0) + 1
            return
        row = check_row(result) if isinstance(result, Examination) else error_row(path, result)
        self._count(row)
        # Recorded first: a row in the file would keep the next call from recording what this one could not.
        if self._recorded(path, result) and self.rows is not None:
            self.rows.append(row)
        if self._json:
            sys.stdout.buffer.write(line(row))
            sys.stdout.buffer.flush()
        elif isinstance(result, Examination):
            show(result, self._say, self._console)
        if isinstance(result, WaarmerkError):
            show_error(path, result, self._errors)
        if self.page is not None:
            self._told.append((path, result))

    def _recorded(self, path: str, result: Examination | WaarmerkError) -> bool:
        """Whether nothing is left to record of this outcome."""
        if self.recorder is None or not isinstance(result, Examination):
            return True
        try:
            receipt = self.recorder.add(result)
        except WaarmerkError as error:
            self._codes.add(error.exit_code)
            self._note(f"{path}: {self._say.words.say('text.not-recorded', why=error.sentence())}")
            return False
        self._note(f"{path}: {self._say.words.say('text.recorded', receipt=receipt)}")
        return True

    def finish(self) -> None:
        """The page, and what is told at the end."""
        word = self._say.words.say
        for folder, count in self._no_medium.items():
            self._note(
                word("text.no-medium.one" if count == 1 else "text.no-medium.many", folder=folder, count=count)
            )
        if self._held:
            self._note(word("text.held.one" if self._held == 1 else "text.held.many", count=self._held))
        if self.page is not None:
            from waarmerk.examine.report.html import page

            self.page.finish(page(self._told, self._say))

    def exit_code(self) -> int:
        """The one exit code for all outcomes."""
        return combined_exit_code(self._codes)

    def _count(self, row: CheckRow | CheckErrorRow) -> None:
        if isinstance(row, CheckErrorRow):
            self._codes.add(1)
        elif row.conclusion.label in self._fail_on:
            self._codes.add(ANSWER_IS_NO)

    def _note(self, sentence: str) -> None:
        self._errors.print(f"waarmerk: {plain(sentence)}", markup=False, soft_wrap=True)


def _again(report: Path, paths: list[str], options: Options, say: Sentences, *, as_json: bool) -> int:
    if len(paths) != 1 or paths[0] == "-":
        raise UsageError("--again repeats one examination", hint="waarmerk check --again REPORT.json FILE")
    row = repeat(report, paths[0], options, clock=time.monotonic)
    if as_json:
        sys.stdout.buffer.write(line(row))
    else:
        show_again(row, say, Console(highlight=False))
    return 0 if row.repeated else ANSWER_IS_NO
