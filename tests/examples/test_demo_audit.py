"""The demo of the audit: the habit is named before the truth is opened, and the page lies there to be opened."""

from pathlib import Path

import pytest
from examples.demo.audit import main


def test_the_demo_names_the_habit_and_then_opens_the_truth(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr("examples.demo.audit.webbrowser.open", lambda _: pytest.fail("a test opens no browser"))
    monkeypatch.setattr("examples.demo.audit.sys.platform", "linux")
    assert main(tmp_path) == 0
    said = capsys.readouterr().out
    named, held, opened = (
        said.index(words) for words in ("- S3 negative", "the database has none", "The truth, opened now")
    )
    assert named < held < opened < said.index("no statement reaches the uploader")
    assert "in the other" in said
    assert (tmp_path / "audit.html").read_text(encoding="utf-8").startswith("<!doctype html>")
