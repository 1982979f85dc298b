"""An evaluation on the terminal: the sentence, the tables, the rows that failed."""

from __future__ import annotations

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from waarmerk.examine.evaluate.page import failed_head, failed_lines, lead
from waarmerk.examine.evaluate.rows import EvalRow
from waarmerk.examine.evaluate.tables import TextTable, Writer
from waarmerk.text.terminal import plain

FAILED_SHOWN = 20


def show(row: EvalRow, writer: Writer, console: Console) -> None:
    """Writes it all to the console."""
    console.print(Text(lead(row, writer)))
    for table in writer.tables(row):
        show_table(table, writer.say.say(f"table.{table.key}"), console)
    console.print(Text(writer.say.say("rule")))


def show_table(table: TextTable, title: str, console: Console) -> None:
    """One table with its title above."""
    drawn = Table(title=title, title_justify="left", title_style="bold", box=box.SIMPLE_HEAD, pad_edge=False)
    for number, head in enumerate(table.head):
        drawn.add_column(plain(head), overflow="fold", no_wrap=number > 0 and len(table.head) < 5)
    for cells in table.rows:
        drawn.add_row(*(Text(plain(cell)) for cell in cells))
    console.print(drawn)


def show_failed(row: EvalRow, writer: Writer, errors: Console) -> None:
    """The rows that could not be examined, to standard error; nothing where there are none."""
    lines = failed_lines(row, writer)
    if not lines:
        return
    errors.print(Text(f"waarmerk: {failed_head(row, writer)}"), soft_wrap=True)
    for line in lines[:FAILED_SHOWN]:
        errors.print(Text(f"  {line}"), soft_wrap=True)
    if len(lines) > FAILED_SHOWN:
        errors.print(Text(f"  {writer.say.say('failed.more', count=len(lines) - FAILED_SHOWN)}"), soft_wrap=True)
