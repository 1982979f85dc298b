"""`waarmerk train`: what is asked wrongly is one sentence; what stands is run by tests/training."""

from pathlib import Path

import pytest

from waarmerk.cli import train
from waarmerk.cli.main import run
from waarmerk.errors import DependencyError, UsageError


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> tuple[object, str]:
    with pytest.raises(SystemExit) as ended:
        run(["train", *arguments])
    return ended.value.code, capsys.readouterr().err


def test_an_unknown_side_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, error = told(capsys, "evaluate", str(tmp_path), str(tmp_path), "--side", "left")
    assert (code, error.count("\n")) == (2, 1)
    assert "there is no side left" in error
    assert "calibrate" in error


def test_a_folder_without_crops_is_one_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    code, error = told(capsys, "evaluate", str(tmp_path), str(tmp_path))
    assert (code, error.count("\n")) == (1, 1)
    assert "there are no crops here" in error


def test_a_package_that_training_needs_is_named_with_the_line_that_installs_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(DependencyError, match="torch") as raised:
        train._pytorch()
    assert "waarmerk[train]" in raised.value.sentence()


@pytest.mark.parametrize("text", ["160", "0.5:x", "a:160", ""])
def test_stages_that_are_none_are_named(text: str) -> None:
    with pytest.raises(UsageError, match="these are no stages"):
        train._stages(text)


def test_stages_are_shares_and_sides() -> None:
    assert train._stages("0.6:160,0.4:208") == [(0.6, 160), (0.4, 208)]
