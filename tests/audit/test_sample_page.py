"""The page on drawing a sample: its commands do, as they stand there, what it says."""

import csv
import os
import re
import subprocess
import sys
from pathlib import Path

from tests.audit.worlds import ROOT

PAGE = ROOT / "docs/how-to/draw-a-sample.md"
SIMULATE = f"'{sys.executable}' '{ROOT}/simulation/__main__.py'"


def test_the_commands_of_the_page_run_and_draw_what_it_says(tmp_path: Path) -> None:
    blocks = re.findall(r"```\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    told = [
        subprocess.run(
            ["sh", "-ec", block.replace("simulation/waarmerk-simulate", SIMULATE)],
            check=True,
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env={**os.environ, "PATH": path},
        ).stdout
        for block in blocks
    ]
    decisions, opened, uploads = told
    assert "40 drawn of" in decisions and "a witness had cosigned the checkpoint before" in decisions
    assert len(list(csv.DictReader((tmp_path / "sample.csv").open()))) == 40
    assert (tmp_path / "record.db").is_file(), opened
    assert "400 drawn of" in uploads and "at most 0.75 %" in uploads and "cannot be shown" in uploads
