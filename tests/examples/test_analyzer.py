"""The example of one's own analyzer: what it finds, and that `waarmerk check` runs it once it is registered."""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from examples.analyzer.standstill import StandstillAnalyzer

from tests.support.clips import encode, moving, portrait_clip, still
from waarmerk.examine.analyzers.interface import AnalyzerOptions
from waarmerk.examine.analyzers.registry import Registry
from waarmerk.examine.walk import Options, examine
from waarmerk.values import Abstention, Finding

SOURCE = Path(__file__).parents[2] / "examples/analyzer/standstill.py"


def found(path: Path, **settings: float) -> Finding:
    options = Options(analyzers=AnalyzerOptions(extra={"standstill": settings}))
    registry = Registry((StandstillAnalyzer(),))
    (finding,) = examine(path, options, clock=time.monotonic, registry=registry).findings
    return finding


@pytest.fixture(scope="module")
def frozen(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Moves for a second, stands for two, moves again."""
    first, last = moving(24), moving(24)
    pictures = [*first, *([first[-1]] * 48), *(np.roll(picture, 40, axis=1) for picture in last)]
    return encode(tmp_path_factory.mktemp("standstill") / "frozen.mp4", pictures, "mpeg4")


def test_a_standstill_is_found_with_its_times(frozen: Path) -> None:
    (stretch,) = found(frozen).facts["stretches"]
    assert stretch["start_s"] == pytest.approx(1.0, abs=0.3)
    assert stretch["end_s"] == pytest.approx(3.0, abs=0.3)


def test_a_moving_picture_has_none(tmp_path: Path) -> None:
    assert found(portrait_clip(tmp_path / "clip.mp4")).facts["stretches"] == []


def test_its_own_option_reaches_it(frozen: Path) -> None:
    assert len(found(frozen, same=255).facts["stretches"]) == 1
    assert found(frozen, same=-1).facts["stretches"] == []


def test_a_single_picture_is_outside_its_scope(tmp_path: Path) -> None:
    answer = found(still(tmp_path / "portrait.png")).answer
    assert isinstance(answer, Abstention)
    assert answer.reason == "one-picture"


def test_check_runs_it_once_a_package_registers_it(frozen: Path, tmp_path: Path) -> None:
    (tmp_path / "standstill.py").write_bytes(SOURCE.read_bytes())
    package = tmp_path / "standstill-1.dist-info"
    package.mkdir()
    (package / "METADATA").write_text("Metadata-Version: 2.1\nName: standstill\nVersion: 1\n", encoding="utf-8")
    (package / "entry_points.txt").write_text(
        "[waarmerk.analyzers]\nstandstill = standstill:StandstillAnalyzer\n", encoding="utf-8"
    )
    result = subprocess.run(
        [str(Path(sys.executable).with_name("waarmerk")), "check", "--format", "json", str(frozen)],
        env={**os.environ, "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        check=True,
    )
    findings = {finding["analyzer"]: finding for finding in json.loads(result.stdout)["findings"]}
    assert len(findings["standstill"]["facts"]["stretches"]) == 1
