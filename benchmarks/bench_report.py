"""The bar of `waarmerk dsa report check`: 25 reports of the official size, 27 Member States each, under 60 seconds.

Reads and checks 25 simulated reports (folders of CSV files) one after another, as the command does, and writes the
table that the docs show. Run: `python benchmarks/bench_report.py`.
"""

from __future__ import annotations

import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent))

from simulation.report_defects import DEFECTS
from simulation.reports import honest, write_folder

from waarmerk.dsa.report.check import check_path

REPORTS = 25
COMMAND = "from waarmerk.cli.main import run; run(['dsa', 'report', 'check', '--help'])"
BAR_S = 60.0
START_BAR_S = 0.4
PAGE = Path(__file__).resolve().parents[1] / "docs/reference/report-check.md"
HEAD = """# Speed of `waarmerk dsa report check`

Written by `python benchmarks/bench_report.py`: simulated reports of the official size, 27 Member States each.

"""


def main() -> int:
    """Print both bars with their ratio; 1 when one is missed."""
    with tempfile.TemporaryDirectory() as folder:
        paths = []
        for seed in range(REPORTS):
            report = honest(seed)
            DEFECTS["category_off_by_ten"](report)
            paths.append(write_folder(report, Path(folder) / str(seed)))
        size = sum(file.stat().st_size for path in paths for file in path.iterdir())
        wall, cpu = time.perf_counter(), time.process_time()
        found = sum(len(check_path(path)[1].findings) for path in paths)
        wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    starts, before = [], resource.getrusage(resource.RUSAGE_CHILDREN)
    for _ in range(15):
        start = time.perf_counter()
        subprocess.run([sys.executable, "-c", COMMAND], capture_output=True, check=True)
        starts.append(time.perf_counter() - start)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    start_cpu = (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) / len(starts)
    lines = [
        "| bar | limit | measured | share of the limit |",
        "| --- | --- | --- | --- |",
        f"| {REPORTS} reports ({size / 1e6:.0f} MB), wall | {BAR_S:.0f} s | {wall:.1f} s | {wall / BAR_S:.2f} |",
        f"| the same, CPU | {BAR_S:.0f} s | {cpu:.1f} s | {cpu / BAR_S:.2f} |",
        f"| start-up, best of 15 | {START_BAR_S} s | {min(starts):.2f} s | {min(starts) / START_BAR_S:.2f} |",
        f"| start-up, CPU (mean) | {START_BAR_S} s | {start_cpu:.2f} s | {start_cpu / START_BAR_S:.2f} |",
    ]
    print("\n".join(lines), f"({found} findings)", sep="\n")
    PAGE.write_text(HEAD + "\n".join(lines) + "\n", encoding="utf-8")
    return int(wall > BAR_S or min(starts) > START_BAR_S)


if __name__ == "__main__":
    sys.exit(main())
