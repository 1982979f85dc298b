"""How far `waarmerk check` is: a bar a file at work on stderr, out of the way while anything else is written."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from waarmerk.text.terminal import plain


class Bars:
    """A bar for each file at work on stderr, where that is a terminal; silent elsewhere."""

    def __init__(self, progress: Progress | None) -> None:
        self._progress = progress
        self._tasks: dict[str, TaskID] = {}

    def tell(self, path: str, share: float) -> None:
        """Moves the bar of one path."""
        if self._progress is None:
            return
        if path not in self._tasks:
            self._tasks[path] = self._progress.add_task(plain(Path(path).name), total=1.0)
            self._progress.start()
        self._progress.update(self._tasks[path], completed=share)

    @contextmanager
    def paused(self, path: str) -> Iterator[None]:
        """Takes the bars away while something else is written; the bar of `path` for good."""
        if self._progress is None:
            yield
            return
        if path in self._tasks:
            self._progress.remove_task(self._tasks.pop(path))
        self._progress.stop()
        yield
        if self._tasks:
            self._progress.start()


@contextmanager
def progress() -> Iterator[Bars]:
    """Bars that end with the work."""
    if not sys.stderr.isatty():
        yield Bars(None)
        return
    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TimeElapsedColumn())
    drawn = Progress(*columns, console=Console(stderr=True), transient=True)
    try:
        yield Bars(drawn)
    finally:
        drawn.stop()
