"""`waarmerk validate`: a list examined and held against the criteria of a plan, ending in a validation file."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Literal

import msgspec
import typer
from rich.console import Console
from rich.text import Text

from waarmerk import settings as settings_
from waarmerk.cli.evaluate_shared import evaluator_of, stages, wide_console
from waarmerk.errors import ANSWER_IS_NO, InputError, combined_exit_code
from waarmerk.examine.evaluate.evaluation import evaluate
from waarmerk.examine.evaluate.lists import read_list
from waarmerk.examine.evaluate.tables import Writer
from waarmerk.examine.evaluate.terminal import show_failed, show_table
from waarmerk.examine.evaluate.validation import checked_plan, list_path, perturbations_of, validate
from waarmerk.examine.evaluate.validation_page import criteria, outcome, page
from waarmerk.examine.report.output import WholeFile
from waarmerk.text.plain_yaml import load as yaml_values
from waarmerk.text.words import Language

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False, rich_markup_mode=None)


@app.command("validate")
def validate_plan(
    plan_file: Annotated[Path, typer.Argument(metavar="PLAN.yaml", help="Scope, list, criteria: see the how-to.")],
    out: Annotated[
        Path | None, typer.Option(metavar="FILE.json", help="The validation file (default: beside the plan).")
    ] = None,
    html: Annotated[Path | None, typer.Option(metavar="FILE", help="The same as a page with curves.")] = None,
    format_: Annotated[
        Literal["text", "json"], typer.Option("--format", help="What to write to standard output.")
    ] = "text",
    jobs: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Files examined at once (default: all cores).")
    ] = None,
    cache: Annotated[Path | None, typer.Option(metavar="DIR", help="Where answers are kept.")] = None,
    lang: Annotated[Language | None, typer.Option(help="Language of the report (default: en).")] = None,
) -> None:
    """Validate the examination on your own list against criteria that you state beforehand.

    Exit code 0: every criterion is met; 1: some row could not be examined; 2: wrong use; 3: a criterion is not met.
    """
    settings = settings_.load(os.environ)
    language = lang or settings.lang
    writer = Writer(language)
    plan_bytes = _bytes(plan_file, "the plan")
    plan = checked_plan(yaml_values(plan_bytes, str(plan_file)), str(plan_file))
    listed = list_path(plan, plan_file)
    list_bytes = _bytes(listed, "the list of the plan")
    target = out or plan_file.with_name(f"{plan_file.stem}.validation.json")
    with ExitStack() as stack:
        written = stack.enter_context(WholeFile(target))
        drawn = None if html is None else stack.enter_context(WholeFile(html))
        tell = stack.enter_context(stages())
        evaluator = evaluator_of(settings, os.environ, tell, only=plan.analyzer, jobs=jobs, cache=cache)
        row = evaluate(
            read_list(listed, plan.where),
            evaluator,
            where=plan.where,
            perturbations=perturbations_of(plan, str(plan_file)),
        )
        date = datetime.now(UTC).isoformat(timespec="seconds")
        validation = validate(plan, plan_bytes, list_bytes, row, date)
        document = msgspec.json.format(msgspec.json.encode(validation), indent=1) + b"\n"
        written.finish(document.decode())
        if drawn is not None:
            drawn.finish(page(validation, row, language))
    if format_ == "json":
        sys.stdout.buffer.write(document)
        sys.stdout.buffer.flush()
    else:
        console = wide_console()
        show_table(criteria(validation, writer), writer.say.say("validation.criteria"), console)
        console.print(Text(outcome(validation, writer)))
        console.print(Text(str(target)))
    show_failed(row, writer, Console(stderr=True, highlight=False))
    codes = {1} if row.failed else set()
    raise typer.Exit(combined_exit_code(codes | (set() if validation.met else {ANSWER_IS_NO})))


def _bytes(path: Path, what: str) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise InputError(f"{what} cannot be read: {error.strerror}", where=str(path)) from error
