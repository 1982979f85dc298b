"""The demo of the audit: the habit is named before the truth is opened."""

from pathlib import Path

import pytest
from examples.demo.audit import main


def test_the_demo_names_the_habit_and_then_opens_the_truth(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(tmp_path) == 0
    said = capsys.readouterr().out
    named, opened = said.index("- N8 negative"), said.index("The truth, opened now")
    assert named < opened < said.index("a notice is put aside and never decided")
    assert "in the other" in said and (tmp_path / "deviations.csv").stat().st_size > 1000
