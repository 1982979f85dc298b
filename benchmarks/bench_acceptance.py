"""Is the desk's own audit able to find negligence at a real desk, and does it leave an honest one alone?

    python benchmarks/bench_acceptance.py [--honest 3] [--runs 3] [--only WAY] [--keep FILE] [--write]

Worlds of `examples/platform`: the simulated world drives the real desk over HTTP, one a seed; then `audit run` and
`audit reconcile` over what it left. Honest ones first, three days each: failures in law. Then every way in which a
habit of negligence is lived at a desk (`simulation/remote/ways.py`), alone, in the smallest world that shows it:

- *done wrong*: of the cases that it concerns, in all worlds together;
- *found*: in how many worlds a row is negative or a finding is made that answers for it, and by which;
- *beside it*: rows negative in law that do not answer for it, for what is left undone has consequences.

`--keep` writes each world's outcome into a file of JSON Lines as it comes, and passes over those that it has: a run
that was cut short goes on. `--write` puts the tables into docs/reference/acceptance.md.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from examples.platform.audited import audited
from examples.platform.week import Week, live
from simulation.plaza.habits import HABITS
from simulation.remote.ways import WAYS

PAGE = Path(__file__).resolve().parents[1] / "docs/reference/acceptance.md"
HONEST = "honest"
_WHO = {
    "people": "those who decide",
    "platform": "the platform's own system",
    "operator": "whoever runs the desk",
}


@dataclass(frozen=True)
class Outcome:
    """One world. `named`: what answered for the way; `failures`: all that failed in law; `entries` of its log."""

    cases: int
    wrong: int
    refused: int
    named: tuple[str, ...]
    failures: tuple[str, ...]
    negative: tuple[str, ...]
    entries: int
    seconds: float


World = tuple[str, int]
"""A way, or honest; the seed."""


def tried(given: World) -> Outcome:
    """Lives one world and audits it."""
    name, seed = given
    way = WAYS.get(name)
    began = time.process_time()
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        if way is None:
            week = Week(folder, seed=seed, days=3, notices_per_day=40)
        else:
            rates = {name: way.share}
            week = Week(folder, seed, way.days, rates, notices_per_day=way.notices, probes_per_day=way.probes)
        lived = live(week)
        spent = time.process_time() - began
        found = audited(folder)
    return Outcome(
        cases=sum(lived.cases.values()),
        wrong=sum(map(len, lived.wrong.values())),
        refused=lived.refused,
        named=tuple(sorted(found.named(way))) if way else (),
        failures=tuple(sorted(set(found.failures))),
        negative=tuple(sorted(f"{r.basis} {r.id}" for r in found.results.values() if r.conclusion == "negative")),
        entries=found.held.last + 1,
        seconds=round(spent, 1),
    )


def kept(path: Path | None) -> dict[World, Outcome]:
    """The outcomes of an earlier run."""
    if path is None or not path.exists():
        return {}
    lines = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return {
        (name, seed): Outcome(
            **{key: tuple(value) if isinstance(value, list) else value for key, value in of.items()}
        )
        for name, seed, of in lines
    }


def honest_table(outcomes: list[Outcome]) -> list[str]:
    """What failed in honest worlds."""
    failed = Counter(name for outcome in outcomes for name in outcome.failures)
    beside = Counter(name for outcome in outcomes for name in outcome.negative)
    return [
        "| worlds | entries each | failures in law | negative rows of any basis | CPU seconds each |",
        "| --- |" + " --- |" * 4,
        f"| {len(outcomes)} | {_span([o.entries for o in outcomes])} | {_listed(failed) or 0} "
        f"| {_listed(beside) or 0} | {_span([round(o.seconds) for o in outcomes])} |",
    ]


def ways_table(by: dict[str, list[Outcome]]) -> list[str]:
    """Every way with what found it, under its habit."""
    lines = [
        "| habit | at a real desk | by | done wrong | found by `audit run` | by `audit reconcile` | beside it |",
        "| --- |" + " --- |" * 6,
    ]
    for habit in HABITS:
        for name, outcomes in by.items():
            way = WAYS[name]
            if way.habit != habit:
                continue
            found = Counter(each for outcome in outcomes for each in outcome.named)
            rows = {each: count for each, count in found.items() if each in way.rows}
            held = {each: count for each, count in found.items() if each in way.held}
            beside = Counter(
                each.partition(" ")[2]
                for outcome in outcomes
                for each in outcome.negative
                if each.startswith("law ") and each.partition(" ")[2] not in way.rows
            )
            size = len(outcomes)
            if way.why:
                answered = (
                    f"{way.why} ({sum(o.refused for o in outcomes)} tries)" if "refuses" in way.why else way.why,
                    "",
                )
            else:
                answered = (
                    _shares(rows, size),
                    _shares(held, size) + (" (a question)" if way.question and held else ""),
                )
            wrong, cases = (sum(getattr(o, which) for o in outcomes) for which in ("wrong", "cases"))
            done = f"{wrong} of {cases}" if cases else "throughout"
            lines.append(
                f"| {habit} | `{name}`: {way.what} | {_WHO[way.who]} | {done} | {answered[0] or '-'} "
                f"| {answered[1] or '-'} | {_shares(beside, size) or '-'} |"
            )
    return lines


def _shares(found: dict[str, int], size: int) -> str:
    return ", ".join(f"{name} {count}/{size}" for name, count in sorted(found.items()))


def _listed(found: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in sorted(found.items()))


def _span(values: list[int]) -> str:
    return f"{min(values):,} to {max(values):,}"


def worlds(honest: int, runs: int, only: str | None) -> Iterator[World]:
    """Every world to live; every way once before any a second time."""
    if only is None:
        yield from ((HONEST, seed) for seed in range(1, honest + 1))
    for seed in range(7, 7 + runs):
        yield from ((name, seed) for name in WAYS if only in (None, name))


def main() -> int:
    """Prints both tables; 1 where an honest world fails in law or a way that has an answer was found in none."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--honest", type=int, default=3)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument("--only", choices=tuple(WAYS))
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    known = kept(asked.keep)
    wanted = list(worlds(asked.honest, asked.runs, asked.only))
    for given in wanted:
        if given in known:
            continue
        known[given] = tried(given)
        if asked.keep is not None:
            with asked.keep.open("a", encoding="utf-8") as stream:
                stream.write(json.dumps([*given, asdict(known[given])]) + "\n")
    honest = [known[given] for given in wanted if given[0] == HONEST]
    by: dict[str, list[Outcome]] = {}
    for name, seed in wanted:
        if name != HONEST:
            by.setdefault(name, []).append(known[name, seed])
    parts = {"honest": honest_table(honest) if honest else [], "ways": ways_table(by)}
    for part, lines in parts.items():
        print("\n".join(lines), end="\n\n")
        if asked.write and lines and asked.only is None:
            text = PAGE.read_text(encoding="utf-8")
            start, end = f"<!-- {part}: start -->", f"<!-- {part}: end -->"
            before, _, rest = text.partition(start)
            PAGE.write_text(
                f"{before}{start}\n" + "\n".join(lines) + f"\n{end}{rest.partition(end)[2]}", encoding="utf-8"
            )
    unfound = [name for name, outcomes in by.items() if not WAYS[name].why and not any(o.named for o in outcomes)]
    return int(any(outcome.failures for outcome in honest) or bool(unfound))


if __name__ == "__main__":
    sys.exit(main())
