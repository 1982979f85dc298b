"""Does the audit find negligence, and does it leave the honest alone?

    python benchmarks/bench_habits.py [--honest 200] [--runs 20] [--only HABIT] [--processes 2] [--keep FILE]
        [--write]

Honest worlds (`simulation`, a fortnight each, one a seed): rows that come out negative, and rows in which anything
deviates. Then every habit of negligence alone, at 1, 5 and 20 % of the cases that it concerns, `--runs` seeds each:

- *found*: a row that answers for the habit shows a deviation (in honest worlds of the same seeds it shows none);
- *negative*: such a row's conclusion is negative, beyond its materiality;
- *named*: of the cases that the truth says were done wrong, the share that a deviation points at, at 20 %;
- *smallest rate*: from which one named case at least is found in 95 % of worlds of this size, by the model that each
  case falls to the habit, and each wrong one is named, independently: 1 - (1 - rate * named)^cases >= 0.95.

`--keep` writes each world's outcome into a file of JSON Lines as it comes, and passes over those that it has: a run
that was cut short goes on. `--write` puts the tables into docs/reference/habits.md.
"""

from __future__ import annotations

import argparse
import json
import re
import sys
import tempfile
import zipfile
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass, field
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from simulation.plaza.habits import ANSWERED_BY, HABITS
from simulation.run import simulate

from waarmerk.audit.load import Keys
from waarmerk.audit.paper import Setting
from waarmerk.audit.run import Options, Worked, audit
from waarmerk.dsa.dumps.flips import wilson
from waarmerk.record.log.keys import parse_verifier_key

PAGE = Path(__file__).resolve().parents[1] / "docs/reference/habits.md"
RATES = (0.01, 0.05, 0.20)
_ID = re.compile(rb'"([0-9a-f]{32})"')


@dataclass(frozen=True)
class Outcome:
    """One world audited: rows by conclusion and deviations, what answered for the habit."""

    rows: int
    negative: tuple[str, ...]
    deviating: tuple[str, ...]
    found: bool = False
    failed: bool = False
    cases: int = 0
    wrong: int = 0
    named: int = 0


@dataclass
class Tried:
    """All worlds of one habit at one rate."""

    outcomes: list[Outcome] = field(default_factory=list)

    @property
    def share_named(self) -> float | None:
        """Of the wrong cases, how many a deviation points at."""
        wrong = sum(outcome.wrong for outcome in self.outcomes)
        return sum(outcome.named for outcome in self.outcomes) / wrong if wrong else None


World = tuple[int, str | None, float]
"""Seed, habit (None: honest), rate."""


def tried(given: World) -> tuple[World, Outcome]:
    """Make one world, audit it, and hold the answer against the truth."""
    seed, habit, rate = given
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "world"
        truth = simulate(folder, seed=seed, habits={habit: rate} if habit else {})
        worked = audited(folder)
        results = {result.id: result for result in worked.audited.results}
        negative = tuple(sorted(f"{r.basis} {r.id}" for r in results.values() if r.conclusion == "negative"))
        deviating = tuple(sorted(f"{r.basis} {r.id}" for r in results.values() if r.deviations))
        if habit is None:
            return given, Outcome(len(results), negative, deviating)
        answers = [results[row] for row in ANSWERED_BY[habit] if row in results]
        wrong = [set(ids.values()) for ids in truth["habits"][habit]["wrong"]]
        pointed = pointed_at(folder, worked, ANSWERED_BY[habit])
        return (
            given,
            Outcome(
                rows=len(results),
                negative=negative,
                deviating=deviating,
                found=any(result.deviations for result in answers),
                failed=any(result.conclusion == "negative" for result in answers),
                cases=truth["habits"][habit]["cases"],
                wrong=len(wrong),
                named=sum(bool(ids & pointed) for ids in wrong),
            ),
        )


def audited(folder: Path) -> Worked:
    """The audit of a world, by the keys and with everything that the outsiders hold."""
    log, witness = (
        parse_verifier_key((folder / name).read_text().strip()) for name in ("log.key", "checkpoints/witness.key")
    )
    held = {name: folder / f"{name}.csv" for name in ("flagger", "orders", "dump", "probes")}
    evidence = {"receipts": folder / "receipts", "report": folder / "report", **held}
    options = Options(setting=Setting(tier="platform"), keys=Keys([log], [witness]), evidence=evidence)
    return audit(folder / "bundle.zip", options)[1][0]


def pointed_at(folder: Path, worked: Worked, rows: tuple[str, ...]) -> set[str]:
    """The ids that stand in the entries of these rows' deviations, or that outsiders hold of what has no entry."""
    cases = [case for row in rows if row in worked.tallies for case in worked.tallies[row].deviations]
    indexes = {index for case in cases for index in case.indexes}
    found = {value for case in cases for _, value in case.fields if isinstance(value, str)}
    with zipfile.ZipFile(folder / "bundle.zip") as bundle, bundle.open("events.jsonl") as lines:
        for index, line in enumerate(lines):
            if index in indexes:
                found.update(name.decode() for name in _ID.findall(line))
    return found


def worlds(honest: int, runs: int, only: str | None) -> Iterator[World]:
    """Every world to make."""
    yield from ((seed, None, 0.0) for seed in range(honest))
    for seed in range(runs):
        for habit in HABITS:
            if only in (None, habit):
                yield from ((seed, habit, rate) for rate in RATES)


def kept(path: Path | None) -> dict[World, Outcome]:
    """The outcomes of an earlier run."""
    if path is None or not path.exists():
        return {}
    lines = map(json.loads, path.read_text(encoding="utf-8").splitlines())
    return {(seed, habit, rate): Outcome(**outcome) for seed, habit, rate, outcome in lines}


def honest_table(outcomes: list[Outcome]) -> list[str]:
    """What came out of honest worlds, by basis."""
    negative = Counter(row for outcome in outcomes for row in outcome.negative)
    deviating = Counter(row for outcome in outcomes for row in outcome.deviating)
    worlds_ = len(outcomes)
    lines = [
        "| basis | worlds | negative rows | worlds with one | rows in which something deviates |",
        "| --- |" + " --- |" * 4,
    ]
    for basis in ("law", "own", "proof"):
        bad = [name for name in negative if name.startswith(basis)]
        which = ", ".join(f"{n.split()[1]} {negative[n]}" for n in bad)
        some = ", ".join(f"{n.split()[1]} in {deviating[n]}" for n in sorted(deviating) if n.startswith(basis))
        hit = sum(any(row.startswith(basis) for row in outcome.negative) for outcome in outcomes)
        count = sum(negative[name] for name in bad)
        lines.append(f"| {basis} | {worlds_} | {count}{f' ({which})' if bad else ''} | {hit} | {some or 'none'} |")
    return lines


def habit_table(by: dict[tuple[str, float], Tried]) -> list[str]:
    """Detection by habit and rate, with 95 % intervals."""
    lines = [
        "| habit | answered by | cases a world | found at 1 % | at 5 % | at 20 % | negative at 1, 5, 20 % | named"
        " | smallest rate |",
        "| --- |" + " --- |" * 8,
    ]
    for habit in dict.fromkeys(habit for habit, _ in by):
        cells, failed = [], []
        for rate in RATES:
            outcomes = by[habit, rate].outcomes
            hits = sum(outcome.found for outcome in outcomes)
            low, high = wilson(hits, len(outcomes))
            cells.append(f"{hits} of {len(outcomes)} ({low:.0%} to {high:.0%})")
            failed.append(str(sum(outcome.failed for outcome in outcomes)))
        most = by[habit, RATES[-1]]
        cases = round(sum(outcome.cases for outcome in most.outcomes) / len(most.outcomes))
        named = most.share_named
        smallest = "none"
        if named and cases:
            rate = (1 - 0.05 ** (1 / cases)) / named
            smallest = f"{rate:.1%}" if rate <= 1 else "none"
        share = "-" if named is None else f"{named:.0%}"
        answers = " ".join(ANSWERED_BY[habit]) or "outsiders alone"
        lines.append(
            f"| {habit} | {answers} | {cases} | {' | '.join(cells)} | {', '.join(failed)} | {share} | {smallest} |"
        )
    return lines


def main() -> int:
    """Print both tables; 1 where an honest world fails in law."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--honest", type=int, default=200)
    parser.add_argument("--runs", type=int, default=20)
    parser.add_argument("--only", choices=tuple(HABITS))
    parser.add_argument("--processes", type=int, default=2)
    parser.add_argument("--keep", type=Path)
    parser.add_argument("--write", action="store_true")
    asked = parser.parse_args()
    known = kept(asked.keep)
    wanted = list(worlds(asked.honest, asked.runs, asked.only))
    with ProcessPoolExecutor(asked.processes) as pool:
        for given, outcome in pool.map(tried, [world for world in wanted if world not in known]):
            known[given] = outcome
            if asked.keep is not None:
                with asked.keep.open("a", encoding="utf-8") as stream:
                    stream.write(json.dumps([*given, asdict(outcome)]) + "\n")
    honest: list[Outcome] = []
    by: dict[tuple[str, float], Tried] = defaultdict(Tried)
    for given in wanted:
        _, habit, rate = given
        if habit is None:
            honest.append(known[given])
        else:
            by[habit, rate].outcomes.append(known[given])
    parts = {"honest": honest_table(honest) if honest else [], "habits": habit_table(by) if by else []}
    for name, lines in parts.items():
        print("\n".join(lines), end="\n\n")
        if asked.write and lines and (name == "honest" or asked.only is None):
            text = PAGE.read_text(encoding="utf-8")
            start, end = f"<!-- {name}: start -->", f"<!-- {name}: end -->"
            before, _, rest = text.partition(start)
            PAGE.write_text(
                f"{before}{start}\n" + "\n".join(lines) + f"\n{end}{rest.partition(end)[2]}", encoding="utf-8"
            )
    return int(any(row.startswith("law") for outcome in honest for row in outcome.negative))


if __name__ == "__main__":
    sys.exit(main())
