"""Plain sentences: never more than the label says, whole in both languages."""

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.examine.report.test_html import everything, matching, provenance
from tests.support.examinations import examination, manipulation, no_face
from waarmerk.examine.evidence.words import SUPPORTS
from waarmerk.examine.report.facts import facts
from waarmerk.examine.report.sentences import Sentences, tone
from waarmerk.text.words import LANGUAGES, Language
from waarmerk.values import Finding

EN = Sentences("en")


@pytest.mark.parametrize(
    ("finding", "sentence", "colour"),
    [
        (manipulation(2.4), "about 250 times more probable if it was manipulated", "for"),
        (manipulation(0.5), "too weak to tell whether the video was manipulated", "weak"),
        (manipulation(-1.0), "no proof that the video is genuine", "against"),
        (no_face(), "No analysis could say whether the video was manipulated: no face was found.", "weak"),
        (matching(), "matches an item that was confirmed as a fake", "for"),
        (provenance(), "The file itself declares", "for"),
        (Finding(analyzer="x", version="1", answer=None), "No analysis gave a likelihood ratio", "weak"),
    ],
)
def test_the_conclusion_is_one_sentence_for_each_label(finding: Finding, sentence: str, colour: str) -> None:
    value = examination(finding)
    assert sentence in EN.conclusion(value)
    assert tone(value) == colour


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("log10_lr", [-1.5, -0.1, 0.0, 0.1, 0.5, 1.0, 2.0, 2.5])
def test_every_conclusion_can_be_said_for_either_purpose(language: Language, log10_lr: float) -> None:
    say = Sentences(language)
    for purpose in ("triage", "forensic"):
        value = examination(manipulation(log10_lr), purpose=purpose)  # type: ignore[arg-type]
        assert say.conclusion(value).endswith(".")
        assert say.label(value)
        assert (say.posterior(value) is None) == (purpose == "forensic")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_code_of_the_scale_has_words(language: Language) -> None:
    assert len({Sentences(language).support(code) for code in SUPPORTS}) == len(SUPPORTS)


@given(st.floats(1e-9, 1 - 1e-9))
def test_a_probability_is_never_rounded_to_certainty(share: float) -> None:
    text = EN.percent(share).removesuffix("\u00a0%").lstrip("<> ")
    assert 0 < float(text) < 100


@pytest.mark.parametrize(
    ("share", "text"),
    [(0.0, "0 %"), (1.0, "100 %"), (0.2, "20 %"), (0.0312, "3.1 %"), (6.3e-5, "0.006 %"), (1e-9, "< 0.001 %")],
)
def test_a_probability_has_the_digits_that_it_needs(share: float, text: str) -> None:
    assert EN.percent(share).replace("\u00a0", " ") == text


@pytest.mark.parametrize("fact", [matching(), provenance()])
def test_where_a_fact_decides_no_probability_of_the_ratio_is_put_beside_it(fact: Finding) -> None:
    value = examination(manipulation(-1.0), fact)
    assert value.conclusion.posterior is not None
    assert EN.posterior(value) is None


def test_a_reason_that_no_catalogue_words_is_shown_as_it_is() -> None:
    assert EN.reason("blue-moon", "it was full") == "blue-moon (it was full)"


def test_a_cut_says_up_to_where() -> None:
    assert "up to 1:02.3 only" in (EN.cut(examination(cut_s=62.34)) or "")
    assert EN.cut(examination()) is None


def test_a_match_tells_what_returns_and_that_it_is_mirrored() -> None:
    assert facts(matching("old.txt"), EN) == [
        "returns old.txt (confirmed): 90\u00a0% of this file is in it, 50\u00a0% of it is in this file (mirrored)"
    ]


def test_no_list_is_not_the_same_as_no_match() -> None:
    told = {"compared": True, "compared_with": [{}, {}], "known": [], "partial": []}
    nothing = Finding(analyzer="matching", version="1", answer=None, facts=told)
    assert facts(nothing, EN) == ["compared with 2 known items: none returns here"]
    assert facts(msgspec.structs.replace(nothing, facts={"compared": False}), EN) == [
        "not compared: no list of known items was given"
    ]


def test_provenance_tells_signer_trust_and_declaration() -> None:
    lines = facts(provenance("Maker"), EN)
    assert lines == [
        "signed by Maker and unchanged since; the signer is not on a trust list",
        "declares itself made or altered by an algorithm: trainedAlgorithmicMedia",
    ]


@pytest.mark.parametrize("manifest", ["none", "not-supported", "damaged", "remote"])
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_kind_of_missing_manifest_has_its_sentence(language: Language, manifest: str) -> None:
    finding = Finding(analyzer="provenance", version="1", answer=None, facts={"manifest": manifest, "state": None})
    (line,) = facts(finding, Sentences(language))
    assert line


def test_the_structure_tells_its_makers_and_its_differences() -> None:
    told = {
        "form": "iso-bmff",
        "traces": [{"where": "too", "text": "Lavf59"}],
        "pictures": {"encoder": ["x264 - core 148 - H.264/MPEG-4 AVC codec - options: cabac=1"]},
        "damage": ["two boxes overlap"],
        "bytes_after_end": 5,
        "references": [
            {"path": "/a/one.mp4", "differences": []},
            {"path": "/a/two.mp4", "differences": [{"kind": "trait"}]},
        ],
    }
    assert facts(Finding(analyzer="container", version="1", answer=None, facts=told), EN) == [
        "written by: x264 - core 148; Lavf59",
        "breaks a rule of its format: two boxes overlap",
        "5 bytes lie after the end of the medium",
        "built like one.mp4",
        "built differently from two.mp4 (1 differences)",
    ]


def test_a_strangers_facts_have_no_lines_here() -> None:
    assert facts(everything().findings[-1], EN) == []
