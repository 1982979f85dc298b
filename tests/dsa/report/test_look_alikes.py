"""No rule without a report that it asks about, an innocent one that looks alike, and a sentence that asks."""

from __future__ import annotations

import copy
import re
from pathlib import Path

import pytest
from simulation.reports import Report, write_folder

from tests.dsa.report.look_alikes import FAILING, INNOCENTS, Example
from waarmerk.dsa.report.check import Checked, check_path
from waarmerk.dsa.report.rules import published_ids
from waarmerk.text.words import LANGUAGES, Language, words


def answer(example: Example, report: Report, folder: Path, language: Language = "en") -> Checked:
    afterwards = example(report)
    write_folder(report, folder)
    if afterwards is not None:
        afterwards(folder)
    return check_path(folder, language=language)[1]


def test_every_published_rule_has_a_failing_example_and_an_innocent_look_alike() -> None:
    published = set(published_ids())
    assert (published - set(FAILING), published - set(INNOCENTS)) == (set(), set())
    assert set(FAILING) | set(INNOCENTS) == published


@pytest.mark.parametrize("rule", published_ids())
def test_a_failing_example_is_asked_about_in_a_sentence_that_asks(rule: str, plaza: Report, tmp_path: Path) -> None:
    first = answer(FAILING[rule], plaza, tmp_path / "r")
    assert rule in {finding.rule for finding in first.findings}
    other = check_path(tmp_path / "r", language="nl")[1]
    for checked in (first, other):
        for finding in checked.findings:
            assert finding.sentence.endswith("?"), finding.sentence
            assert "{" not in finding.sentence


@pytest.mark.parametrize("rule", published_ids())
def test_an_innocent_look_alike_is_not(rule: str, plaza: Report, tmp_path: Path) -> None:
    innocent = INNOCENTS[rule]
    before = copy.deepcopy(plaza)
    checked = answer(innocent.example, plaza, tmp_path / "r")
    written = write_folder(before, tmp_path / "before")
    # It must differ from the honest report, else it looks like nothing.
    assert any(path.read_bytes() != _bytes(written / path.name) for path in (tmp_path / "r").iterdir()) or len(
        plaza.parts
    ) < len(before.parts)
    assert rule not in innocent.allowing
    assert {finding.rule for finding in checked.findings} <= innocent.allowing


def _bytes(path: Path) -> bytes:
    return path.read_bytes() if path.exists() else b""


ACCUSES = re.compile(
    r"\b(wrong|false|lied|lying|unlawful|violat|breach|infring|mislead|fout|onjuist|liegt|overtre|schend|verboden)",
    re.IGNORECASE,
)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_sentence_of_a_rule_accuses_nobody(language: Language) -> None:
    for key, text in words("report_check", language).sentences.items():
        if key.partition(".")[0] in published_ids():
            # "Always wrong, or not applicable?" asks what an accuracy of 0 means.
            accused = ACCUSES.search(re.sub(r"always wrong, or|altijd fout, of", "", text))
            assert accused is None, key
