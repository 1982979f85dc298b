"""`waarmerk`: finds the command group that was asked for and imports that one alone.

Rules:
- A group's file is imported only when it is called, so that `waarmerk dsa` starts without a decoder.
- An extra that is not installed gives one sentence with the install line, never a traceback.
- Every error of the tree ends as one sentence on stderr and its exit code.
"""

from __future__ import annotations

import importlib
import os
import sys
from dataclasses import dataclass

import typer
from typer import _click as click
from typer.core import TyperGroup
from typer.main import get_command

from waarmerk import __version__
from waarmerk.errors import DependencyError, WaarmerkError
from waarmerk.text.terminal import plain


@dataclass(frozen=True)
class _Group:
    """Where a command (group) lives, its line in the help, and the extra it needs."""

    module: str
    help: str
    extra: str | None = None


GROUPS: dict[str, _Group] = {
    "audit": _Group("waarmerk.cli.audit", "Test obligations over a platform's record.", extra="audit"),
    "bank": _Group("waarmerk.cli.bank", "Keep banks of known fakes, and ask them.", extra="check"),
    "check": _Group("waarmerk.cli.check", "Examine videos and pictures.", extra="check"),
    "desk": _Group("waarmerk.cli.desk", "Who works at the desk, and the keys of machines.", extra="serve"),
    "dsa": _Group("waarmerk.cli.dsa", "Check what is published under the DSA."),
    "eval": _Group("waarmerk.cli.evaluate", "Evaluate the examination on a labelled list.", extra="check"),
    "log": _Group("waarmerk.cli.log", "Keep an append-only log that outsiders verify."),
    "models": _Group("waarmerk.cli.models", "Your own networks: add, list, calibrate.", extra="check"),
    "policy": _Group("waarmerk.cli.policy", "Check, test and replay a policy.", extra="serve"),
    "record": _Group("waarmerk.cli.record", "Keep the record: events, receipts, bundles, tables."),
    "serve": _Group("waarmerk.cli.serve", "The desk beside a platform; examine files in a browser.", extra="serve"),
    "train": _Group("waarmerk.cli.train", "Train and calibrate a network of your own.", extra="train"),
    "validate": _Group("waarmerk.cli.validate", "Hold the examination to your own criteria.", extra="check"),
    "verify": _Group("waarmerk.cli.verify", "Check a receipt or a bundle, offline."),
}


class _LazyGroup(TyperGroup):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(GROUPS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        group = GROUPS.get(cmd_name)
        if group is None:
            return None
        try:
            module = importlib.import_module(group.module)
        except ModuleNotFoundError as missing:
            if (missing.name or "").startswith("waarmerk"):
                raise
            raise DependencyError(
                f"`waarmerk {cmd_name}` needs the Python package {missing.name}",
                hint=f"pip install 'waarmerk[{group.extra or 'all'}]'",
            ) from missing
        command = get_command(module.app)
        command.name = cmd_name
        return command

    def invoke(self, ctx: click.Context) -> object:
        # Here, since typer ends on an interrupt by itself, without a word.
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            print("waarmerk: interrupted", file=sys.stderr)
            raise typer.Exit(130) from None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002
        with formatter.section("Commands"):
            formatter.write_dl([(name, group.help) for name, group in GROUPS.items()])


app = typer.Typer(
    cls=_LazyGroup,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode=None,
    help="Act against harmful deepfake video, and test whether a platform did what it promised.",
)


def _version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"waarmerk {__version__}")
        raise typer.Exit


@app.callback()
def _main(
    version: bool = typer.Option(False, "--version", help="Show the version.", callback=_version, is_eager=True),
) -> None:
    pass


def run(arguments: list[str] | None = None) -> None:
    """Entry point of the `waarmerk` script: errors become one sentence and an exit code."""
    try:
        app(args=arguments)
    except WaarmerkError as error:
        print(f"waarmerk: {plain(error.sentence())}", file=sys.stderr)
        sys.exit(error.exit_code)
    except BrokenPipeError:
        # The reader went away (`| head`): end quietly, and keep the interpreter from flushing into it.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
