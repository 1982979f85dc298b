"""`waarmerk-simulate`: write a simulated platform's bundle, what outsiders hold, and the truth into a folder.

waarmerk-simulate --seed 7 --days 14 --habit notices-left:0.05 --out FOLDER
waarmerk-simulate --habit list
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from simulation.plaza.habits import HABITS
from simulation.run import simulate

_TIERS = ("hosting", "platform", "vlop")


def main(given: list[str] | None = None) -> int:
    """0 written; 1 the folder cannot be written; 2 wrong use."""
    parser = argparse.ArgumentParser(prog="waarmerk-simulate", description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--seed", type=int, default=1, help="the same seed gives the same bytes (1)")
    parser.add_argument("--days", type=int, default=14, help="how long; the report is about the first half (14)")
    parser.add_argument(
        "--habit", action="append", default=[], metavar="NAME:RATE", help="`list` says which; may be given again"
    )
    parser.add_argument("--uploads-per-day", type=float, default=2000)
    parser.add_argument("--notices-per-day", type=float, default=60)
    parser.add_argument("--tier", choices=_TIERS, default="platform")
    parser.add_argument("--out", type=Path, default=Path("simulated"), help="a new or empty folder (simulated)")
    asked = parser.parse_args(given)
    if "list" in asked.habit:
        width = max(map(len, HABITS))
        print("\n".join(f"{name:<{width}}  {what}" for name, what in HABITS.items()))
        return 0
    try:
        habits = dict(_habit(text) for text in asked.habit)
        truth = simulate(
            asked.out,
            seed=asked.seed,
            days=asked.days,
            habits=habits,
            uploads_per_day=asked.uploads_per_day,
            notices_per_day=asked.notices_per_day,
            tier=asked.tier,
        )
    except ValueError as error:
        print(f"waarmerk-simulate: {error}", file=sys.stderr)
        return 2
    except OSError as error:
        print(f"waarmerk-simulate: {asked.out} cannot be written: {error.strerror}", file=sys.stderr)
        return 1
    print(f"{truth['entries']} entries of {truth['from']} to {truth['to']} in {asked.out}/bundle.zip")
    for name, habit in truth["habits"].items():
        print(f"{name}: {len(habit['wrong'])} of {habit['cases']} cases; which: truth.json")
    return 0


def _habit(text: str) -> tuple[str, float]:
    name, colon, rate = text.partition(":")
    try:
        return name, float(rate) if colon else 1.0
    except ValueError:
        raise ValueError(f"a habit reads NAME:RATE, such as notices-left:0.05, unlike {text!r}") from None


if __name__ == "__main__":
    sys.exit(main())
