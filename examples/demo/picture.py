"""The pictures of the report and of the audit: `make pictures` (needs Chromium from apt and Pillow).

Opens the pages that `make demo` and `make demo-audit` wrote, as a reader would, and keeps the upper part of each.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

from PIL import Image

ROOT = Path(__file__).resolve().parents[2]
PAGES = {"report.png": ROOT / "demo/report.html", "audit.png": ROOT / "demo/audit/audit.html"}
PICTURES = ROOT / "docs/pictures"
WIDTH, HEIGHT = 1000, 1500


def main() -> None:
    """Writes docs/pictures/report.png and audit.png."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    if chromium is None or not all(page.is_file() for page in PAGES.values()):
        sys.exit("needs Chromium (apt-get install chromium) and the pages of `make demo` and `make demo-audit`")
    for name, page in PAGES.items():
        _picture(chromium, page, PICTURES / name)


def _picture(chromium: str, page: Path, picture: Path) -> None:
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
                page.as_uri(),
            ],
            check=True,
            capture_output=True,
        )
        with Image.open(shot) as whole:
            whole.convert("P", palette=Image.Palette.ADAPTIVE, colors=128).save(picture, optimize=True)
    print(f"{picture.relative_to(ROOT)}: {picture.stat().st_size // 1024} KiB")


if __name__ == "__main__":
    main()
