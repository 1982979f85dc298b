"""An install as a stranger has it: a virtual environment of its own, one extra, the versions of the lock file."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True)
class Install:
    """A fresh environment at `home` with the package and nothing else of ours."""

    home: Path

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Runs a program of the environment, with nothing of ours on the path."""
        program = self.home / "bin" / arguments[0]
        return subprocess.run(
            [program, *arguments[1:]],
            capture_output=True,
            text=True,
            cwd=self.home,
            env={"LANG": "C.UTF-8"},
            check=False,
        )

    def megabytes(self) -> float:
        """What the installed packages take on disk, pip and compiled files left out."""
        packages = next(self.home.glob("lib/python*/site-packages"))
        own_tools = ("pip", "setuptools", "pkg_resources", "_distutils_hack")
        return (
            sum(
                path.lstat().st_size
                for path in packages.rglob("*")
                if path.is_file()
                and path.suffix != ".pyc"
                and not path.relative_to(packages).parts[0].startswith(own_tools)
            )
            / 1e6
        )


def install(home: Path, extra: str | None) -> Install:
    """Installs `waarmerk` or `waarmerk[extra]` into a new environment at `home`; raises if pip fails."""
    venv.create(home, with_pip=True)
    lock = (ROOT / "requirements/test.lock").read_text(encoding="utf-8")
    pins = re.findall(r"^([a-z0-9._-]+==[^\s\\]+(?: ;[^\\\n]+)?)", lock, re.MULTILINE)
    (home / "constraints.txt").write_text("\n".join(pins) + "\n", encoding="utf-8")
    source = _source(home / "source")
    wanted = str(source) if extra is None else f"{source}[{extra}]"
    done = subprocess.run(
        [home / "bin/python", "-m", "pip", "install", "--quiet", "--constraint", home / "constraints.txt", wanted],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{sys.executable}: pip failed: {done.stderr[-2000:]}")
    return Install(home)


def _source(copy: Path) -> Path:
    """What a build reads, copied: two builds side by side in one checkout get in each other's way."""
    copy.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE", "NOTICE"):
        shutil.copy(ROOT / name, copy / name)
    shutil.copytree(ROOT / "src", copy / "src", ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    return copy
