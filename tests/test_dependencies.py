"""What is installed beside Waarmerk: pinned with hashes, licensed as the hand-kept list says, named in the docs."""

import importlib.metadata
import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LOCK = (ROOT / "requirements/test.lock").read_text(encoding="utf-8")
LICENCES = tomllib.loads((ROOT / "requirements/licences.toml").read_text(encoding="utf-8"))
LOCKED = dict(re.findall(r"^([a-z0-9._-]+)==([^\s;]+)", LOCK, re.MULTILINE))
PERMISSIVE = re.compile(r"MIT|BSD|Apache|ISC|PSF|Zlib|CC0|MIT-CMU|MIT-0|0BSD", re.IGNORECASE)


def test_every_locked_package_has_a_hash() -> None:
    blocks = re.split(r"^(?=[a-z0-9._-]+==)", LOCK, flags=re.MULTILINE)[1:]
    assert len(blocks) >= len(LOCKED) > 20
    assert all("--hash=sha256:" in block for block in blocks)


def test_the_lock_names_no_index() -> None:
    assert "://" not in LOCK
    assert "index" not in LOCK


def test_the_list_of_licences_names_what_is_locked_and_nothing_else() -> None:
    assert LICENCES.keys() == LOCKED.keys()


@pytest.mark.parametrize("name", sorted(LOCKED))
def test_a_licence_is_permissive_or_its_note_says_why_not(name: str) -> None:
    entry = LICENCES[name]
    assert PERMISSIVE.search(entry["licence"]) or entry.get("note"), name


@pytest.mark.parametrize("name", sorted(LOCKED))
def test_what_is_installed_does_not_contradict_the_list(name: str) -> None:
    try:
        metadata = importlib.metadata.metadata(name)
    except importlib.metadata.PackageNotFoundError:
        assert re.search(rf"^{re.escape(name)}==[^\n]*;", LOCK, re.MULTILINE), (
            "locked without a marker, not installed"
        )
        return
    said = " ".join(
        [
            metadata.get("License-Expression") or (metadata.get("License") or "")[:80],
            *(c for c in metadata.get_all("Classifier") or [] if c.startswith("License ::")),
        ]
    )
    copyleft = re.search(r"\b[AL]?GPL", said)
    assert copyleft is None or "GPL" in LICENCES[name]["licence"], f"{name}: metadata says {said!r}"


def test_every_direct_dependency_is_explained_in_the_docs() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    wanted = project["dependencies"] + [one for extra in project["optional-dependencies"].values() for one in extra]
    names = {re.match(r"[A-Za-z0-9._-]+", one).group().lower() for one in wanted} - {"waarmerk"}  # type: ignore[union-attr]
    page = (ROOT / "docs/explanation/dependencies.md").read_text(encoding="utf-8")
    assert {name for name in names if f"| {name} |" not in page} == set()
