"""`waarmerk dsa fines`: the ceilings for a turnover, beside what was decided so far."""

from __future__ import annotations

from pathlib import Path

import typer

from waarmerk.cli.dsa_shared import LANG, OUTPUT, language_of, table, wants_json, write_json, write_page
from waarmerk.text.words import words


def fines(
    turnover: str = typer.Option(..., "--turnover", help="Worldwide turnover of the preceding year in EUR: 12.5e9."),
    income: str = typer.Option(None, "--income", help="Yearly income in EUR, where the law allows either as base."),
    sme: bool = typer.Option(False, "--sme", help="A small or medium-sized enterprise [AI Act 99(6)]."),
    days: int = typer.Option(365, "--days", help="Days of the year behind an average day."),
    html: Path = typer.Option(None, "--html", help="Write the page there."),
    lang: str = LANG,
    output: str = OUTPUT,
) -> None:
    """Ceilings of DSA 52, 74, 76 and AI Act 99. A ceiling is not a prediction."""
    from waarmerk.dsa.fines import euros
    from waarmerk.dsa.fines import fines as ceilings_of
    from waarmerk.dsa.fines_page import CEILING_HEAD, DECIDED_HEAD, ceiling_rows, decided_rows, fines_page, head, lead

    language, as_json = language_of(lang), wants_json(output)
    found = ceilings_of(
        euros(turnover, "--turnover"),
        income=euros(income, "--income") if income is not None else None,
        sme=sme,
        days=days,
        language=language,
    )
    if html is not None:
        write_page(html, fines_page(found, language))
    if as_json:
        write_json(found)
        return
    say = words("dsa", language)
    typer.echo("\n".join(lead(found, say)) + "\n")
    typer.echo(table([head(CEILING_HEAD, say), *ceiling_rows(found, say)]))
    typer.echo("\n" + say.say("fines.decided"))
    typer.echo(table([head(DECIDED_HEAD, say), *decided_rows(found, say)]))
