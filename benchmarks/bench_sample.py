"""What `waarmerk audit sample` costs: time and memory of 400 decisions drawn from 100,000 and 1,000,000 events.

    python benchmarks/bench_sample.py [EVENTS ...]

The record is that of `bench_audit.py`; the command runs in a process of its own.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from bench_audit import BARS, CODE, Repeated, bundle_of, fortnight

BEACON = "00112233445566778899aabbccddeeff"


def main(arguments: list[str]) -> None:
    print("| events | wall clock | CPU | memory at its highest |\n| --- | --- | --- | --- |")
    with tempfile.TemporaryDirectory(dir=os.environ.get("WAARMERK_BENCH_DIR")) as name:
        lines = fortnight(Path(name))
        for count in [int(one) for one in arguments] or list(BARS):
            path, key = bundle_of(Repeated(lines, count), Path(name))
            head = Path(name) / f"log-{count}/public/checkpoint"
            asked = [
                "--purpose",
                "decisions",
                "--n",
                "400",
                "--seed-from",
                str(head),
                "--beacon",
                BEACON,
                "--key",
                key,
            ]
            start = time.perf_counter()
            said = subprocess.run(
                [sys.executable, "-c", CODE, "audit", "sample", str(path), *asked, "--format", "json"],
                check=True,
                capture_output=True,
                text=True,
            )
            wall = time.perf_counter() - start
            cpu, kib = map(float, said.stderr.split())
            print(f"| {count:,} | {wall:.1f} s | {cpu:.1f} s | {kib / 1024:.0f} MiB |")


if __name__ == "__main__":
    main(sys.argv[1:])
