"""Simulated platforms for the audit's tests: made by the repository's script, as anybody makes them."""

from __future__ import annotations

import subprocess
import sys
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

ROOT = Path(__file__).parents[2]


@cache
def _made(habits: tuple[str, ...], seed: int, days: int, notices: int) -> Path:
    folder = Path(mkdtemp(prefix="waarmerk-world-"))
    asked = [part for habit in habits for part in ("--habit", habit)]
    subprocess.run(
        [
            *(sys.executable, str(ROOT / "simulation/__main__.py"), "--seed", str(seed), "--days", str(days)),
            *("--notices-per-day", str(notices), *asked, "--out", str(folder / "world")),
        ],
        check=True,
        capture_output=True,
    )
    return folder / "world"


def world(tmp_path: Path, *habits: str, seed: int = 7, days: int = 7, notices: int = 40) -> Path:
    """The bundle of a simulated platform with habits; made once a session."""
    return _made(habits, seed, days, notices) / "bundle.zip"
