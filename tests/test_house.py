"""The house rules that a machine can hold."""

import json
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCES = sorted((ROOT / "src").rglob("*.py"))


def tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False)
    if listed.returncode:
        pytest.skip("not a git checkout: which files are tracked is unknown")
    return [ROOT / name for name in listed.stdout.decode().split("\0") if name and (ROOT / name).is_file()]


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_holds_one_idea_in_at_most_400_lines(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) <= 400


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_module_begins_with_what_it_is_for(path: Path) -> None:
    assert path.read_text(encoding="utf-8").startswith(('"""', 'r"""'))


def test_both_languages_carry_the_same_sentences_with_the_same_fields() -> None:
    catalogue = ROOT / "src/waarmerk/text/catalogue"
    chapters = {path.name for path in catalogue.glob("*/*.json")}
    assert chapters
    for chapter in chapters:
        english, dutch = (
            json.loads((catalogue / lang / chapter).read_text(encoding="utf-8")) for lang in ("en", "nl")
        )
        assert english.keys() == dutch.keys(), chapter
        for key, sentence in english.items():
            assert set(re.findall(r"{(\w+)", sentence)) == set(re.findall(r"{(\w+)", dutch[key])), (chapter, key)


def test_no_file_names_a_machine_a_home_folder_or_a_package_index() -> None:
    # Spelled in parts, so that this file does not contain what it looks for.
    forbidden = re.compile(
        "|".join([r"/" + r"work/", r"/" + r"root/", r"pypi\." + r"org", r"files\.python" + r"hosted"])
    )
    for path in tracked():
        if path.suffix in {".onnx", ".png", ".jpg", ".mp4", ".zip", ".xlsx", ".npz"}:
            continue
        found = forbidden.search(path.read_text(encoding="utf-8", errors="replace"))
        assert found is None, f"{path.relative_to(ROOT)} contains {found.group()!r}"


@pytest.mark.parametrize(
    "page", sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]), ids=lambda path: str(path.relative_to(ROOT))
)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    text = re.sub(r"```.*?```", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", text):
        if not target.startswith(("http:", "https:", "mailto:")):
            assert (page.parent / target).exists(), target
