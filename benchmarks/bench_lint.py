"""The bars of `waarmerk dsa lint`: rows a CPU second against bare `csv.reader`, memory, start-up.

Writes generated days of two platforms with 30 and 90 % texts of their own (rows are shorter than real ones, which
favours the bare reader), reads them bare and through every rule, and writes the table that the docs show.
Run: `python benchmarks/bench_lint.py`.
"""

from __future__ import annotations

import csv
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from simulation.dumps import Habit, write_day
from tests.dsa.words import WORDS

ROWS = 60_000
FEW, MANY = 5, 20
SHARE_BAR = 0.25
MEMORY_BAR = 1.25
START_BAR_S = 0.4
PAGE = Path(__file__).resolve().parents[1] / "docs/reference/dump-lint.md"
HEAD = """# Speed of `waarmerk dsa lint`

Written by `python benchmarks/bench_lint.py`: every rule, duplicates and series included, over generated rows.

"""
LINT = """
import re, sys, time
from pathlib import Path
from waarmerk.dsa.dumps.lint import Linter
from waarmerk.dsa.rules import house_rules
linter = Linter(list(house_rules().values()))
start = time.process_time()
linter.run([Path(each) for each in sys.argv[1:]])
speed = linter.rows / (time.process_time() - start)
# Not ru_maxrss: a child inherits its parent's peak across exec.
print(speed, int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text()).group(1)) / 1024)
"""
START = "from waarmerk.cli.main import run; run(['dsa', 'lint', '--help'])"


def bare(path: Path) -> float:
    """Rows a CPU second of `csv.reader` alone."""
    rows, start = 0, time.process_time()
    with path.open(encoding="utf-8", newline="") as stream:
        for _ in csv.reader(stream):
            rows += 1
    return rows / (time.process_time() - start)


def ours(*paths: Path) -> tuple[float, float]:
    """Rows a CPU second and peak MiB of a lint in a process of its own."""
    command = [sys.executable, "-c", LINT, *map(str, paths)]
    speed, memory = subprocess.run(command, capture_output=True, text=True, check=True).stdout.split()
    return float(speed), float(memory)


def main() -> int:
    """Print the bars with their ratios; 1 when one is missed."""
    with tempfile.TemporaryDirectory() as folder:
        files = []
        for number, own_words in enumerate((0.3, 0.9)):
            habits = [Habit("One", ROWS // 2, own_words=own_words), Habit("Two", ROWS // 2, own_words=own_words)]
            path, _ = write_day(
                Path(folder), date(2026, 3, 1 + number), WORDS, habits, archive="csv", rows_per_file=ROWS
            )
            files += sorted(path.iterdir())
        usual, worst = files
        reader = max(bare(usual) for _ in range(3))
        speed, _ = max(ours(usual) for _ in range(3))
        wordy_reader = max(bare(worst) for _ in range(3))
        wordy, _ = max(ours(worst) for _ in range(3))
        # The same file under other names: rows and identifiers many times over, answers already known.
        small = ours(*[usual] * FEW)[1]
        large = ours(*[usual] * MANY)[1]
    starts = []
    for _ in range(5):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", START], capture_output=True, check=True)
        starts.append(time.perf_counter() - start)
    lines = [
        "| bar | limit | measured | ratio |",
        "| --- | --- | --- | --- |",
        f"| rows a CPU second against `csv.reader` ({reader:,.0f}), 30 % own words | {SHARE_BAR} | {speed:,.0f} "
        f"| {speed / reader:.2f} |",
        f"| the same with 90 % own words (`csv.reader` {wordy_reader:,.0f}) | - | {wordy:,.0f} "
        f"| {wordy / wordy_reader:.2f} |",
        f"| peak memory, {MANY * ROWS:,} rows against {FEW * ROWS:,} ({small:.0f} MiB) | {MEMORY_BAR} "
        f"| {large:.0f} MiB | {large / small:.2f} |",
        f"| start-up, wall, best of 5 | {START_BAR_S} s | {min(starts):.2f} s | {min(starts) / START_BAR_S:.2f} |",
    ]
    print("\n".join(lines))
    PAGE.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    return int(speed < SHARE_BAR * reader or large > MEMORY_BAR * small or min(starts) > START_BAR_S)


if __name__ == "__main__":
    raise SystemExit(main())
