"""`waarmerk audit`: test obligations over a platform's record. Options in; `waarmerk.audit` decides."""

from __future__ import annotations

from pathlib import Path

import typer

from waarmerk.cli.audit_sample import sample_command
from waarmerk.cli.dsa_shared import LANG, OUTPUT, language_of, wants_json, write_json
from waarmerk.errors import ANSWER_IS_NO, InputError, UsageError

app = typer.Typer(
    no_args_is_help=True,
    rich_markup_mode=None,
    pretty_exceptions_enable=False,
    help="Test whether a platform kept its obligations, from outside.",
)
_TIERS = ("hosting", "platform", "vlop")
_BASES = ("law", "own", "proof")
RECEIPTS = typer.Option(None, "--receipts", help="A folder of receipts and acknowledgements.csv.")
FLAGGER = typer.Option(None, "--flagger", help="A trusted flagger's own list, CSV.")
ORDERS = typer.Option(None, "--orders", help="An authority's own list, CSV.")
DUMP = typer.Option(None, "--dump", help="Daily dumps of the Commission's database.")
PROBES = typer.Option(None, "--probes", help="What an auditor tried and saw, CSV.")
REPORT = typer.Option(None, "--report", help="The published transparency report.")


app.command("sample")(sample_command)


@app.callback()
def _audit() -> None:
    pass


@app.command("run")
def run_command(
    bundle: Path = typer.Argument(..., help="A bundle, from `waarmerk record export`."),
    tier: str = typer.Option(..., "--tier", help="hosting, platform or vlop: what the law takes the service for."),
    key: list[str] = typer.Option([], "--key", help="A verifier key of the log; without it, the bundle's own."),
    witness_key: list[str] = typer.Option([], "--witness-key", help="A witness's verifier key; again for more."),
    service: str = typer.Option(None, "--service", help="Audit one service of the bundle alone."),
    turnover: str = typer.Option(None, "--turnover", help="Worldwide yearly turnover in EUR: 12.5e9; for ceilings."),
    benchmark: list[str] = typer.Option([], "--benchmark", help="A benchmark of your own: N4=48h, C2=14d."),
    materiality: list[str] = typer.Option([], "--materiality", help="A materiality of your own, a share: N4=0.05."),
    obligation: list[Path] = typer.Option(
        [], "--obligation", help="A Python file of your own obligations; it is run."
    ),
    fail_on: list[str] = typer.Option([], "--fail-on", help="law, own or proof: exit 3 where one is negative."),
    only: list[str] = typer.Option([], "--only", help="An obligation by its id, that one alone; again for more."),
    receipts: Path = RECEIPTS,
    flagger: Path = FLAGGER,
    orders: Path = ORDERS,
    dump: Path = DUMP,
    probes: Path = PROBES,
    report: Path = REPORT,
    csv: Path = typer.Option(None, "--csv", help="Write all deviations there.", dir_okay=False),
    html: Path = typer.Option(None, "--html", help="Write a report to read and print there.", dir_okay=False),
    output: str = OUTPUT,
    lang: str = LANG,
) -> None:
    """Test every obligation that the record can answer. Exit 0: done; 3: --fail-on; 4: the log does not verify."""
    language, as_json = language_of(lang), wants_json(output)
    for name, given, known in (("--tier", (tier,), _TIERS), ("--fail-on", fail_on, _BASES)):
        for one in given:
            if one not in known:
                raise UsageError(f"{name} knows {', '.join(known)}, not {one}")
    from waarmerk.audit.load import Keys
    from waarmerk.audit.obligations.own import load_obligations
    from waarmerk.audit.options import hours_of, share_of
    from waarmerk.audit.paper import Setting
    from waarmerk.audit.run import Options, audit
    from waarmerk.cli.log_common import parse_keys
    from waarmerk.dsa.fines import euros

    for path in obligation:
        load_obligations(path)
    options = Options(
        setting=Setting(
            tier=tier,  # type: ignore[arg-type]  # checked above
            turnover=None if turnover is None else euros(turnover, "--turnover"),
            materiality=dict(share_of(text) for text in materiality),
        ),
        keys=Keys(parse_keys(key), parse_keys(witness_key)),
        service=service,
        benchmarks=dict(hours_of(text) for text in benchmark),
        language=language,
        only=frozenset(only),
        evidence=_evidence(receipts, flagger, orders, dump, probes, report),
    )
    answer, worked = audit(bundle, options)
    if csv is not None:
        from waarmerk.audit.table import write_deviations

        try:
            with csv.open("w", encoding="utf-8", newline="") as stream:
                write_deviations(stream, worked, language)
        except OSError as error:
            raise InputError(f"the table cannot be written: {error.strerror}", where=str(csv)) from error
    if html is not None:
        from waarmerk.audit.page import audit_page
        from waarmerk.cli.audit_made import made_by
        from waarmerk.cli.dsa_shared import write_page

        typed: dict[str, list[str]] = {
            **{"--service": [service] if service else [], "--turnover": [turnover] if turnover else []},
            **{"--key": key, "--witness-key": witness_key, "--benchmark": benchmark, "--materiality": materiality},
            **{"--obligation": [str(path) for path in obligation], "--only": only},
            **{f"--{name}": [str(path)] for name, path in options.evidence.items()},
        }
        made = made_by(bundle, tier, typed, html, options.setting.turnover)
        write_page(html, audit_page(answer, worked, made, language))
    if as_json:
        write_json(answer)
    else:
        from waarmerk.audit.terminal import lines

        typer.echo("\n".join(lines(answer, language)))
    if any(answer.failed(basis) for basis in fail_on):
        raise typer.Exit(ANSWER_IS_NO)


@app.command("reconcile")
def reconcile_command(
    bundle: Path = typer.Argument(..., help="A bundle, from `waarmerk record export`."),
    receipts: Path = RECEIPTS,
    flagger: Path = FLAGGER,
    orders: Path = ORDERS,
    dump: Path = DUMP,
    probes: Path = PROBES,
    report: Path = REPORT,
    key: list[str] = typer.Option([], "--key", help="A verifier key of the log; without it, the bundle's own."),
    service: str = typer.Option(None, "--service", help="The service, where the bundle has several."),
    fail_on: list[str] = typer.Option([], "--fail-on", help="law, own or proof: exit 3 where one is contradicted."),
    output: str = OUTPUT,
    lang: str = LANG,
) -> None:
    """Hold what outsiders have against the log: what was left out of it. Exit codes as `audit run`."""
    language, as_json = language_of(lang), wants_json(output)
    for one in fail_on:
        if one not in _BASES:
            raise UsageError(f"--fail-on knows {', '.join(_BASES)}, not {one}")
    from waarmerk.audit.load import Keys
    from waarmerk.audit.reconciled import reconcile
    from waarmerk.audit.terminal import reconciled_lines
    from waarmerk.cli.log_common import parse_keys

    evidence = _evidence(receipts, flagger, orders, dump, probes, report)
    answer = reconcile(bundle, Keys(parse_keys(key), ()), evidence, service=service, language=language)
    if as_json:
        write_json(answer)
    else:
        typer.echo("\n".join(reconciled_lines(answer, language)))
    if any(answer.failed(basis) for basis in fail_on):
        raise typer.Exit(ANSWER_IS_NO)


def _evidence(*paths: Path | None) -> dict[str, Path]:
    """What outsiders hold, by name, in the order of the options."""
    from waarmerk.audit.reconciled import EVIDENCE

    return {name: path for name, path in zip(EVIDENCE, paths, strict=True) if path is not None}
