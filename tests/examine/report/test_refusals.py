"""Every sentence with which a file is refused or found broken has its words in every language."""

import ast
import string
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import waarmerk.examine as examine
from waarmerk.examine.media import child, jailer, medium
from waarmerk.examine.report.refusals import worded
from waarmerk.text.words import words

ROOM = Path(examine.__file__).parent
REFUSING = {"InputError", "NoMediumError", "UnavailableError", "DependencyError", "WaarmerkError", "Refused"}
REFUSING |= {"ChildEnded"}
# What refuses a file: not options, and not what is made of files (copies for a trial).
MODULES = sorted(
    path
    for path in (*(ROOM / "media").glob("*.py"), ROOM / "inputs.py", ROOM / "batch.py", ROOM / "workers.py")
    if path.name not in {"encode.py", "sound.py"}
)
STRUCTURE = sorted((ROOM / "media" / "structure").glob("*.py"))
# Said once, of this machine, and never of a file: it ends the call before there is a page.
ENDS_THE_CALL = {
    "may not be executed by this user, and examines every file",
    "ends before it has looked at any file (exit code 7)",
    "can this user read the packages that it needs?",
}


def sentences(node: ast.expr) -> list[str]:
    """Literals and f-strings with 7 in every place; none for what is worded elsewhere."""
    if isinstance(node, ast.IfExp):
        return sentences(node.body) + sentences(node.orelse)
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return [node.value] if node.value else []
    if isinstance(node, ast.JoinedStr):
        return ["".join(str(part.value) if isinstance(part, ast.Constant) else "7" for part in node.values)]
    return []


def said(path: Path, calls: set[str]) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.id if isinstance(node.func, ast.Name) else getattr(node.func, "attr", "")
        if name not in calls:
            continue
        given = [*node.args[:1], *(keyword.value for keyword in node.keywords if keyword.arg == "hint")]
        yield from (text for one in given for text in sentences(one))


@pytest.mark.parametrize("path", MODULES, ids=lambda path: path.name)
def test_each_refusal_in_the_code_has_dutch_words(path: Path) -> None:
    without = [text for text in said(path, REFUSING) if worded(text, "nl") == text and text not in ENDS_THE_CALL]
    assert without == []


def test_each_refusal_that_is_chosen_from_a_table_has_dutch_words() -> None:
    said = [why for _, why in medium._KINDS]
    said += [text for both in (*medium._REASONS.values(), *jailer._ENDS.values()) for text in both if text]
    said.append(child._MEMORY.format(mib=7))
    assert [text for text in said if worded(text, "nl") == text] == []


def test_each_broken_rule_in_the_code_has_dutch_words() -> None:
    rules = [text for path in STRUCTURE for text in broken(path)]
    assert len(rules) >= 10
    assert [text for text in rules if worded(text, "nl") == text] == []


def broken(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == "append":
            of = node.func.value
            name = of.id if isinstance(of, ast.Name) else getattr(of, "attr", "")
            if name == "damage":
                yield from sentences(node.args[0])


def test_numbers_and_names_are_carried_over() -> None:
    assert (
        worded("is a picture of 60000 x 50000, larger than the limit of 50 megapixels", "nl")
        == "is een afbeelding van 60000 x 50000, groter dan de grens van 50 megapixel"
    )
    assert (
        worded("mdat: reaches 12 bytes past its parent", "nl")
        == "mdat: reikt 12 bytes voorbij het geheel waar het in zit"
    )


def test_a_sentence_that_no_catalogue_has_stays_as_it_is() -> None:
    assert worded("my own analyzer broke", "nl") == "my own analyzer broke"
    assert worded("is empty", "en") == "is empty"


@given(
    st.sampled_from(sorted(words("refusals", "en").sentences)), st.text(string.ascii_letters, min_size=1, max_size=9)
)
def test_what_is_said_in_english_is_found_again_whatever_stands_in_it(key: str, value: str) -> None:
    english, dutch = (words("refusals", language) for language in ("en", "nl"))
    fields = {field: value for _, field, *_ in string.Formatter().parse(english.sentences[key]) if field}
    assert worded(english.say(key, **fields), "nl") == dutch.say(key, **fields)
