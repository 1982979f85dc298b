"""How often a whole `check` is wrong: false alarms and detections by label, on files that the network never saw.

    python benchmarks/bench_alarms.py DATA

`DATA` is a folder with `clips/index.csv` as `docs/explanation/training.md` has it. Whole files only (no rectangle, no
times), of the sides "calibrate" and "test"; what was trained on is left out. A label counts once a file.

- False alarms in 10,000 genuine uploads at the shipped threshold: the share of real files labelled "manipulated",
  with the exact (Clopper-Pearson) 95 % interval.
- AUC of the concluded ratio over files, an abstention counting as 0, with an interval bootstrapped over groups.

Writes `docs/reference/alarms.md`.
"""

from __future__ import annotations

import random
import sys
import time
from collections import Counter
from dataclasses import dataclass
from math import comb
from pathlib import Path

from waarmerk.errors import WaarmerkError
from waarmerk.examine.walk import Examiner, Options
from waarmerk.training.sides import rows

PAGE = Path(__file__).resolve().parents[1] / "docs/reference/alarms.md"
LABELS = ("manipulated", "inconclusive", "nothing-found")


@dataclass(frozen=True)
class Answer:
    """What `check` said of one file."""

    fake: bool
    group: str
    label: str
    log10_lr: float


def exact_interval(hits: int, count: int, level: float = 0.95) -> tuple[float, float]:
    """Clopper-Pearson interval of a share, by bisection on the binomial distribution."""
    tail = (1 - level) / 2

    def at_least(share: float) -> float:
        return sum(comb(count, k) * share**k * (1 - share) ** (count - k) for k in range(hits, count + 1))

    def solved(target: float, of: int) -> float:
        low, high = 0.0, 1.0
        for _ in range(60):
            middle = (low + high) / 2
            grown = (
                at_least(middle)
                if of == 0
                else at_least(middle) - comb(count, hits) * middle**hits * (1 - middle) ** (count - hits)
            )
            low, high = (middle, high) if grown < target else (low, middle)
        return low

    return (0.0 if hits == 0 else solved(tail, 0)), (1.0 if hits == count else solved(1 - tail, 1))


def auc(answers: list[Answer]) -> float:
    """P(fake > real) + half the ties; nan where a class is empty."""
    fakes = [a.log10_lr for a in answers if a.fake]
    reals = [a.log10_lr for a in answers if not a.fake]
    if not fakes or not reals:
        return float("nan")
    return sum((f > r) + 0.5 * (f == r) for f in fakes for r in reals) / (len(fakes) * len(reals))


def auc_interval(answers: list[Answer], draws: int = 1000) -> tuple[float, float]:
    """95 % interval over bootstrap draws of whole groups."""
    groups: dict[str, list[Answer]] = {}
    for answer in answers:
        groups.setdefault(answer.group, []).append(answer)
    chance, names = random.Random(7), sorted(groups)
    values = sorted(
        value
        for _ in range(draws)
        if (value := auc([a for name in chance.choices(names, k=len(names)) for a in groups[name]])) == value
    )
    return values[int(0.025 * len(values))], values[int(0.975 * len(values))]


def main() -> None:
    """Examines every file of the held-out sides and writes the page."""
    if len(sys.argv) != 2:
        print("needs a folder of labelled clips: python benchmarks/bench_alarms.py DATA")
        return
    data = Path(sys.argv[1])
    examiner = Examiner(Options(), clock=time.monotonic)
    answers: list[Answer] = []
    for row in rows(data, "clips"):
        if row.side not in ("calibrate", "test") or row.rectangle or row.start_s is not None or row.end_s is not None:
            continue
        try:
            told = examiner.examine(row.path).conclusion
        except WaarmerkError as error:
            print(error.sentence(), file=sys.stderr)
            continue
        answers.append(Answer(row.fake, row.group, told.label or "inconclusive", told.log10_lr or 0.0))
    count = {fake: Counter(a.label for a in answers if a.fake == fake) for fake in (False, True)}
    total = {fake: sum(count[fake].values()) for fake in (False, True)}
    low, high = (10_000 * share for share in exact_interval(count[False]["manipulated"], total[False]))
    auc_low, auc_high = auc_interval(answers)
    lines = [
        "# How often a check is wrong",
        "",
        "`python benchmarks/bench_alarms.py DATA`: whole files from sources that the network was not trained on.",
        "",
        "| label | genuine files | manipulated files |",
        "| --- | --- | --- |",
        *(f"| {label} | {count[False][label]} | {count[True][label]} |" for label in LABELS),
        f"| together | {total[False]} | {total[True]} |",
        "",
        f"False alarms in 10,000 genuine uploads at the shipped threshold: "
        f"{1e4 * count[False]['manipulated'] / total[False]:.0f} (95 % interval {low:.0f} to {high:.0f}: "
        f"{total[False]} genuine files cannot say more).",
        "",
        f"Manipulated files labelled so: {count[True]['manipulated']} of {total[True]}.",
        "",
        f"AUC of the concluded ratio over these files: {auc(answers):.2f} ({auc_low:.2f} to {auc_high:.2f}).",
        "",
        "The shipped calibration is bounded by the few recordings that it stands on, far below the threshold of the",
        'label "manipulated": the detector of faces alone cannot give that label, right or wrong. It orders files',
        "for people to look at.",
    ]
    PAGE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(lines))


if __name__ == "__main__":
    main()
