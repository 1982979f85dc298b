"""The demo of the platform: a simulated week against the real desk, then the audit of its record.

    python examples/platform/demo.py [FOLDER] [DAYS]     (what `make demo-platform` does; `demo/platform`, 7 days)

The world uploads, notifies, orders and complains over HTTP, reviewers decide at the desk's pages, and the desk must
pass its own audit: no failure in law, and nothing that outsiders hold speaks against it.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import webbrowser
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[2]))

from examples.platform.audited import evidence
from examples.platform.week import Week, live


def main(folder: Path, days: float) -> int:
    """Lives the week in `folder`, audits it, opens the page; the exit code of the audit."""
    if (folder / "bundle.zip").exists():
        shutil.rmtree(folder)
    folder.mkdir(parents=True, exist_ok=True)
    print(f"1. {days:g} simulated days against a real desk, in {folder}: some minutes ...", flush=True)
    live(Week(folder, days=days))
    key = (folder / "log.key").read_text(encoding="utf-8").strip()
    bundle, page = folder / "bundle.zip", folder / "audit.html"
    held = [word for name, path in evidence(folder).items() for word in (f"--{name}", str(path))]
    told = ["--tier", "platform", "--key", key, *held, "--fail-on", "law", "--html", str(page)]
    code = _run("audit", "run", str(bundle), *told)
    code = (
        _run("audit", "reconcile", str(bundle), "--key", key, *held, "--fail-on", "law", "--fail-on", "proof") or code
    )
    print(f"\nThe audit: {page.resolve().as_uri()}")
    if not code and (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
        webbrowser.open(page.resolve().as_uri())
    return code


def _run(*arguments: str) -> int:
    print(f"\nwaarmerk {' '.join(arguments)}\n", flush=True)
    return subprocess.run([str(Path(sys.executable).with_name("waarmerk")), *arguments], check=False).returncode


if __name__ == "__main__":
    place = Path(sys.argv[1]) if len(sys.argv) > 1 else Path("demo/platform")
    sys.exit(main(place, float(sys.argv[2]) if len(sys.argv) > 2 else 7.0))
