"""`waarmerk eval`: how well the examination does on a labelled list, from the options to the exit code.

Rules: figures go to stdout, everything else to stderr; under `--format json` stdout carries one JSON object and
nothing else. What cannot be written is told before the work starts.
"""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console

from waarmerk import settings as settings_
from waarmerk.cli.evaluate_shared import evaluator_of, stages, wide_console
from waarmerk.examine.evaluate.changes import PERTURBATIONS
from waarmerk.examine.evaluate.evaluation import evaluate
from waarmerk.examine.evaluate.lists import read_list
from waarmerk.examine.evaluate.page import page
from waarmerk.examine.evaluate.rows import document
from waarmerk.examine.evaluate.tables import Writer
from waarmerk.examine.evaluate.terminal import show, show_failed
from waarmerk.examine.report.output import WholeFile
from waarmerk.text.words import Language

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


@app.command("eval")
def evaluate_list(
    list_file: Annotated[Path, typer.Argument(metavar="LIST.csv", help="path, label, and more: see the how-to.")],
    where: Annotated[
        list[str] | None, typer.Option(metavar="COLUMN=VALUE", help="Only rows with this value; repeat to narrow.")
    ] = None,
    analyzer: Annotated[
        str | None, typer.Option(metavar="NAME", help="One analyzer's answers in place of the conclusion.")
    ] = None,
    format_: Annotated[
        Literal["text", "json"], typer.Option("--format", help="What to write to standard output.")
    ] = "text",
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="Write a page with curves.")] = None,
    perturb: Annotated[
        bool, typer.Option("--perturb", help="Again under compression, size, blur, noise, captions and more.")
    ] = False,
    model: Annotated[Path | None, typer.Option(metavar="DIR", help="Manipulation network of your own.")] = None,
    finder: Annotated[str | None, typer.Option(metavar="NAME", help="Face finder.")] = None,
    jobs: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Files examined at once (default: all cores).")
    ] = None,
    cache: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where answers are kept (default: the user's cache).")
    ] = None,
    no_cache: Annotated[bool, typer.Option("--no-cache", help="Examine everything anew, keep nothing.")] = False,
    lang: Annotated[Language | None, typer.Option(help="Language of the report (default: en).")] = None,
) -> None:
    """Evaluate the examination on a labelled list: AUC, pairs, Cllr, calibration, with intervals and baselines.

    Exit code 0: every row was examined; 1: some row could not be, or the list; 2: wrong use.
    """
    settings = settings_.load(os.environ)
    language = lang or settings.lang
    writer = Writer(language)
    with ExitStack() as stack:
        out = None if html is None else stack.enter_context(WholeFile(html))
        listed = read_list(list_file, where or ())
        tell = stack.enter_context(stages())
        evaluator = evaluator_of(
            settings, os.environ, tell, only=analyzer, model=model, finder=finder, jobs=jobs, cache=cache,
            keep=not no_cache,
        )  # fmt: skip
        row = evaluate(listed, evaluator, where=where or (), perturbations=PERTURBATIONS if perturb else ())
        if out is not None:
            out.finish(page(row, language))
    if format_ == "json":
        sys.stdout.buffer.write(document(row))
        sys.stdout.buffer.flush()
    else:
        show(row, writer, wide_console())
    show_failed(row, writer, Console(stderr=True, highlight=False))
    raise typer.Exit(1 if row.failed else 0)
