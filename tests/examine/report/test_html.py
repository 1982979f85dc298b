"""The page: self-contained, escaped, complete, in both languages."""

import re
from html.parser import HTMLParser

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.support.examinations import PICTURE, examination, manipulation, no_face, track
from waarmerk.errors import InputError
from waarmerk.examine.report.html import page
from waarmerk.examine.report.medium import medium
from waarmerk.examine.report.sentences import Sentences
from waarmerk.text.words import LANGUAGES, Language
from waarmerk.values import Examination, Finding, Json

HOSTILE = '"><script>alert(1)</script><img src=x onerror=alert(1)>\x1b[2J\u202e'


class Elements(HTMLParser):
    """Collects elements with their attributes and checks that they are nested properly."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.text = ""
        self.feed(text)
        self.close()
        assert not self.open

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in {"meta", "img"}:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in {"style", "title", "desc"}:
            self.text += data


def matching(item: str = "known.txt") -> Finding:
    match: Json = {
        "item": item,
        "status": "confirmed",
        "query_matched": 0.9,
        "known_matched": 0.5,
        "distance": 12,
        "transform": "mirrored",
        "best": {"query_t_s": 1.0, "known_t_s": 2.0},
        "alignment": [{"query_start_s": 0, "query_end_s": 5, "known_start_s": 1, "known_end_s": 6}],
        "picture": PICTURE,
    }
    facts = {"compared": True, "compared_with": [{}], "known": [match], "partial": []}
    return Finding(analyzer="matching", version="1", answer=None, facts=facts)


def provenance(text: str = "Maker") -> Finding:
    manifest: Json = {
        "label": "urn:1",
        "active": True,
        "title": text,
        "made_with": [text],
        "signer": {"name": text, "organisation": text, "signed_at": "2026-01-01"},
        "digital_source_types": ["trainedAlgorithmicMedia"],
        "actions": [{"action": "c2pa.created", "when": None, "digital_source_type": None}],
        "ingredients": [{"title": text, "relationship": "parentOf", "manifest": "urn:1", "intact": False}],
    }
    facts = {
        "manifest": "embedded",
        "state": "valid",
        "declared_synthetic": True,
        "tampered": False,
        "codes": [{"code": text, "outcome": "failure"}],
        "manifests": [manifest],
        "traces": [],
    }
    return Finding(analyzer="provenance", version="1", answer=None, facts=facts)


def everything(text: str = "x") -> Examination:
    stranger = Finding(analyzer="own", version="1", answer=None, facts={text: [text, {"deep": text}]})
    return examination(manipulation(), matching(text), provenance(text), stranger, path=f"{text}.mp4")


def written(value: Examination, language: Language = "en") -> str:
    return page([(value.asset.path, value)], Sentences(language))


def test_nothing_on_the_page_asks_for_anything_elsewhere() -> None:
    text = written(everything())
    for tag, attributes in Elements(text).found:
        assert tag not in {"script", "link", "iframe", "object", "base", "form"}
        for name, value in attributes.items():
            if name in {"src", "href"}:
                assert re.match(r"data:image/(png|jpeg);base64,|#m\d+$", value or ""), (tag, name, value)
    assert not re.search(r"url\(|@import", text)


def test_the_page_forbids_requests_itself() -> None:
    policies = [a for tag, a in Elements(written(everything())).found if a.get("http-equiv")]
    assert policies[0]["content"] == "default-src 'none'; style-src 'unsafe-inline'; img-src data:"


@pytest.mark.parametrize("language", LANGUAGES)
def test_strings_of_strangers_stay_text(language: Language) -> None:
    harmless, hostile = written(everything("x"), language), written(everything(HOSTILE), language)
    shape = [(tag, sorted(a)) for tag, a in Elements(harmless).found]
    assert [(tag, sorted(a)) for tag, a in Elements(hostile).found] == shape
    assert "\x1b" not in hostile
    assert "\u202e" not in hostile


@settings(max_examples=30, deadline=None)
@given(st.text(min_size=1, max_size=30).filter(str.strip))
def test_no_text_can_change_the_shape_of_the_page(text: str) -> None:
    shape = [tag for tag, _ in Elements(written(everything("x"))).found]
    assert [tag for tag, _ in Elements(written(everything(text))).found] == shape


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_says_what_the_report_must_say(language: Language) -> None:
    say = Sentences(language)
    value = examination(manipulation(1.5))
    text = Elements(written(value, language)).text
    for needed in (
        say.conclusion(value),
        say.posterior(value),
        say.not_examined("sound"),
        value.asset.sha256,
        "18.1.0",
        say.words.say("how.analyzer-version", version="1"),
        say.words.say("limit.faces-only", kind=say.words.say("kind.video")),
    ):
        assert needed is not None
        assert needed in text
    assert f'<html lang="{language}">' in written(value, language)


def test_the_forensic_page_shows_no_label_and_no_probability() -> None:
    value = examination(manipulation(), purpose="forensic")
    text = Elements(written(value)).text
    assert "probability of" not in text
    assert "Signs of manipulation" not in text
    assert "2.4" in text
    assert "The face was manipulated or generated" in text


def test_several_inputs_share_one_page_with_an_overview_and_the_failed_ones() -> None:
    told = [("a.mp4", everything()), ("bad.mp4", InputError("is empty", where="bad.mp4")), ("b.mp4", everything("y"))]
    elements = Elements(page(told, Sentences("en")))
    assert "is empty" in elements.text
    anchors = {a["href"] for tag, a in elements.found if tag == "a"}
    assert anchors == {f"#{a['id']}" for tag, a in elements.found if tag == "article"}


def test_a_page_of_one_failed_input_says_so() -> None:
    text = Elements(page([("bad.mp4", InputError("is empty", hint="send it again"))], Sentences("en"))).text
    assert "is empty" in text
    assert "send it again" in text


def test_a_dutch_page_says_in_dutch_why_a_file_was_refused_and_which_rules_it_breaks() -> None:
    facts = {"form": "iso-bmff", "damage": ["mdat: reaches 9 bytes past its parent"], "traits": {}, "tree": []}
    broken = Finding(analyzer="container", version="1", answer=None, facts=facts)
    refused = InputError("is empty", where="bad.mp4", hint="check its permissions")
    value = examination(broken)
    text = Elements(page([("a.mp4", value), ("bad.mp4", refused)], Sentences("nl"))).text
    assert "is leeg" in text
    assert text.count("reikt 9 bytes voorbij het geheel waar het in zit") == 2  # in short, and in the tree
    assert "1 van de 2 bestanden onderzocht" in text
    alone = Elements(page([("bad.mp4", refused)], Sentences("nl"))).text
    assert "controleer de rechten" in alone
    assert "0 van de 1 bestanden onderzocht" in alone


def test_a_match_without_pictures_shows_no_empty_places_for_them() -> None:
    shown = matching()
    (match,) = shown.facts["known"]
    bare = {key: value for key, value in match.items() if key != "picture"}
    finding = msgspec.structs.replace(shown, facts=shown.facts | {"known": [bare]})
    captions = written(examination(finding)).count("<figcaption>")
    assert captions == written(examination(shown)).count("<figcaption>") - 1
    assert "holds fingerprints, no pictures" in Elements(written(examination(finding))).text


def test_a_picture_has_no_moments_and_no_rate() -> None:
    value = examination(manipulation())
    picture = msgspec.structs.replace(
        value,
        asset=msgspec.structs.replace(value.asset, kind="image", duration_s=None, fps=None),
        sampling=msgspec.structs.replace(value.sampling, cut_s=0.0, cut="broken"),
    )
    text = Elements(written(picture)).text
    assert "only a part of the picture could be read" in text
    assert "a second" not in text
    assert "0:0" not in text


def test_the_page_says_that_known_faces_were_looked_at_once_a_second() -> None:
    finding = manipulation()
    for seconds, told in ((5.0, False), (9.0, True)):
        one = msgspec.structs.replace(track(0, 1.0), end_s=seconds)
        value = examination(msgspec.structs.replace(finding, tracks=(one,)))
        assert ("once a second" in Elements(written(value)).text) is told


def test_what_is_no_picture_is_not_shown_as_one() -> None:
    finding = manipulation()
    rows = [{"track": 0, "picture": picture} for picture in ("javascript:alert(1)", "AAAA", PICTURE + '"', None, 7)]
    shown = medium(examination(msgspec.structs.replace(finding, facts={"strongest": rows})), Sentences("en"))
    assert shown.strongest == []


def test_without_a_ratio_there_is_no_scale_and_without_tracks_no_timeline() -> None:
    shown = medium(examination(no_face()), Sentences("en"))
    assert (shown.scale, shown.timeline) == (None, None)
