"""The picture of the report in the README: `make pictures` (needs Chromium from apt and Pillow).

Opens the page that `make demo` wrote, as a reader would, and keeps its upper part.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "demo" / "report.html"
PICTURE = ROOT / "docs" / "pictures" / "report.png"
WIDTH, HEIGHT = 1000, 1500


def main() -> None:
    """Writes docs/pictures/report.png."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None or not PAGE.is_file():
        sys.exit("needs Chromium (apt-get install chromium) and the page that `make demo` writes")
    with tempfile.TemporaryDirectory() as folder:
        shot = Path(folder) / "shot.png"
        subprocess.run(
            [
                chromium,
                "--headless",
                "--no-sandbox",
                "--disable-gpu",
                "--disable-background-networking",
                "--hide-scrollbars",
                f"--user-data-dir={folder}/profile",
                f"--window-size={WIDTH},{HEIGHT}",
                f"--screenshot={shot}",
                PAGE.as_uri(),
            ],
            check=True,
            capture_output=True,
        )
        with Image.open(shot) as whole:
            whole.convert("P", palette=Image.Palette.ADAPTIVE, colors=128).save(PICTURE, optimize=True)
    print(f"{PICTURE.relative_to(ROOT)}: {PICTURE.stat().st_size // 1024} KiB")


if __name__ == "__main__":
    main()
