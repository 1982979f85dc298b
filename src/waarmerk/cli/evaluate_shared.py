"""What the commands that examine a labelled list share: who examines, where answers are kept, progress on stderr."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from waarmerk.errors import UsageError
from waarmerk.examine.analyzers.interface import AnalyzerOptions
from waarmerk.examine.analyzers.own import own_folders
from waarmerk.examine.evaluate.run import Evaluator, Setup, Tell
from waarmerk.examine.faces.finder import DEFAULT
from waarmerk.examine.walk import Options
from waarmerk.settings import Settings, cache_folder, models_folder


def evaluator_of(
    settings: Settings,
    environment: Mapping[str, str],
    tell: Tell,
    *,
    only: str | None = None,
    model: Path | None = None,
    finder: str | None = None,
    jobs: int | None = None,
    cache: Path | None = None,
    keep: bool = True,
) -> Evaluator:
    """The evaluator that options and settings name together; UsageError for what does not exist."""
    folder = model or settings.model
    if folder is not None and not folder.exists():
        raise UsageError("--model names what does not exist", where=str(folder), hint="check the name")
    options = Options(
        finder=finder or settings.finder or DEFAULT,
        analyzers=AnalyzerOptions(model=folder),
    )
    kept_in = (cache or cache_folder(environment)) if keep else None
    networks = own_folders(models_folder(settings, environment))
    return Evaluator(Setup(options, only, networks, jobs or settings.jobs, kept_in), tell)


def wide_console() -> Console:
    """Standard output: as wide as the terminal, or as the widest table where it is none."""
    return Console(highlight=False, width=None if sys.stdout.isatty() else 130)


@contextmanager
def stages() -> Iterator[Tell]:
    """A bar for each stage on stderr, where that is a terminal; elsewhere a line at the end of each stage."""
    if not sys.stderr.isatty():
        yield _line
        return
    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
    )
    tasks: dict[str, TaskID] = {}
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:

        def tell(stage: str, done: int, total: int) -> None:
            if stage not in tasks:
                tasks[stage] = progress.add_task(stage, total=total)
            progress.update(tasks[stage], completed=done)

        yield tell


def _line(stage: str, done: int, total: int) -> None:
    # A log wants a sign of life, not a line a row: each tenth.
    if total and done and (done == total or done % max(1, total // 10) == 0):
        print(f"waarmerk: {stage}: {done} of {total}", file=sys.stderr)
