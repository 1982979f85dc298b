"""The analyzer `matching`: what an operator's list says about a medium, as facts."""

import base64
import io
from pathlib import Path

import jsonschema
import numpy as np
import pytest
from PIL import Image

from tests.bank.test_match import film, samples, scene
from waarmerk.bank.analyzer import FACTS, PICTURE_SIDE, MatchingAnalyzer
from waarmerk.bank.hashing import hash_frames
from waarmerk.bank.signals.vpdq import write_vpdq
from waarmerk.errors import InputError
from waarmerk.examine.analyzers.interface import AnalyzerOptions
from waarmerk.examine.media.pieces import FrameSample
from waarmerk.examine.report.rows import without_pictures
from waarmerk.values import Asset, Json, Sha256

ASSET = Asset(
    path="query.mp4",
    sha256=Sha256("0" * 64),
    bytes=1,
    kind="video",
    container="mov,mp4",
    video_codec="h264",
    duration_s=5.0,
    width=256,
    height=144,
    fps="4/1",
    audio=False,
)


def facts_of(query: list[FrameSample], *known: Path) -> dict[str, Json]:
    watch = MatchingAnalyzer().start(ASSET, AnalyzerOptions(known=known))
    for sample in query:
        watch.see(sample)
    finding = watch.finding()
    assert (finding.analyzer, finding.answer) == ("matching", None)
    jsonschema.validate(finding.facts, FACTS)
    return finding.facts


@pytest.fixture
def known(tmp_path: Path) -> Path:
    (path := tmp_path / "item 12.vpdq").write_bytes(write_vpdq(hash_frames(samples(film(0, 20)))))
    return path


def test_a_known_item_that_comes_back_is_named_with_its_status_and_shares(known: Path) -> None:
    facts = facts_of(samples(film(0, 20)), known)
    (match,) = facts["known"]
    assert (match["item"], match["status"], match["transform"]) == ("item 12.vpdq", "confirmed", "none")
    assert (match["query_matched"], match["known_matched"], match["distance"]) == (1.0, 1.0, 0)
    assert match["alignment"] == [
        {"query_start_s": 0.0, "query_end_s": 4.75, "known_start_s": 0.0, "known_end_s": 4.75}
    ]
    assert facts["confirmed_match"] is True
    assert facts["compared_with"] == [{"item": "item 12.vpdq", "status": "confirmed", "frames": 20, "usable": 20}]


def test_the_picture_shows_the_frame_that_resembles_most_and_is_small(known: Path) -> None:
    facts = facts_of(samples([np.zeros((720, 1280), np.uint8), np.kron(scene(7), np.ones((5, 5), np.uint8))]), known)
    match = facts["known"][0] if facts["known"] else facts["partial"][0]
    shown = Image.open(io.BytesIO(base64.b64decode(match["picture"])))
    assert max(shown.size) <= PICTURE_SIDE
    assert match["best"] == {"query_t_s": 0.25, "known_t_s": 1.75}
    assert np.asarray(shown).std() > 10


def test_without_a_list_it_says_that_nothing_was_compared() -> None:
    facts = facts_of(samples(film(0, 3)))
    assert (facts["compared"], facts["confirmed_match"]) == (False, False)
    assert (facts["known"], facts["frames_hashed"]) == ([], 3)


def test_a_partial_match_is_told_apart_and_confirms_nothing(known: Path) -> None:
    facts = facts_of(samples([*film(0, 5), *film(800, 20)]), known)
    assert (facts["known"], facts["confirmed_match"]) == ([], False)
    (match,) = facts["partial"]
    assert (match["query_matched"], match["known_matched"]) == (0.2, 0.25)


def test_a_list_that_cannot_be_used_is_refused_at_the_start(tmp_path: Path) -> None:
    (bad := tmp_path / "bad.vpdq").write_text("frame,quality,hash,time\n")
    with pytest.raises(InputError, match="line 1, column 1"):
        MatchingAnalyzer().start(ASSET, AnalyzerOptions(known=(bad,)))


def test_a_list_that_changed_is_read_again(known: Path) -> None:
    analyzer = MatchingAnalyzer()
    analyzer.start(ASSET, AnalyzerOptions(known=(known,)))
    known.write_bytes(write_vpdq(hash_frames(samples(film(500, 3)))))
    finding = analyzer.start(ASSET, AnalyzerOptions(known=(known,))).finding()
    assert finding.facts["compared_with"][0]["frames"] == 3


def test_memory_does_not_grow_with_the_length_beyond_the_hashes(known: Path) -> None:
    import tracemalloc

    watch = MatchingAnalyzer().start(ASSET, AnalyzerOptions(known=(known,)))
    (sample,) = samples([scene(3)])
    watch.see(sample)
    tracemalloc.start()
    for _ in range(300):
        watch.see(sample)
    grown, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert grown < 300 * 200


@pytest.fixture
def picture(tmp_path: Path) -> Path:
    Image.fromarray(scene(7)).convert("RGB").save(path := tmp_path / "item 13.png")
    return path


def test_a_known_item_given_as_its_file_is_hashed_and_its_own_picture_shown(picture: Path) -> None:
    facts = facts_of(samples(film(0, 20)), picture)
    (match,) = facts["known"]
    assert (match["item"], match["known_matched"]) == ("item 13.png", 1.0)
    shown = np.asarray(Image.open(io.BytesIO(base64.b64decode(match["known_picture"]))).convert("L"), np.float32)
    item = Image.fromarray(scene(7)).resize(shown.shape[::-1], Image.Resampling.BOX)
    assert np.corrcoef(shown.ravel(), np.asarray(item, np.float32).ravel())[0, 1] > 0.99
    assert "known_picture" not in without_pictures(facts)["known"][0]


def test_a_list_of_hashes_shows_no_picture_of_the_known_item(known: Path) -> None:
    assert "known_picture" not in facts_of(samples(film(0, 20)), known)["known"][0]


def test_a_known_file_that_changed_after_it_was_hashed_is_not_shown(picture: Path) -> None:
    watch = MatchingAnalyzer().start(ASSET, AnalyzerOptions(known=(picture,)))
    for sample in samples(film(0, 20)):
        watch.see(sample)
    Image.fromarray(scene(3)).save(picture)
    (match,) = watch.finding().facts["known"]
    assert "known_picture" not in match


def test_a_known_item_that_is_no_medium_is_refused_before_any_medium_is_open(tmp_path: Path) -> None:
    (bad := tmp_path / "bad.mp4").write_bytes(bytes(range(256)) * 10)
    with pytest.raises(InputError, match="the known item is no video or image"):
        MatchingAnalyzer().prepare(AnalyzerOptions(known=(bad,)))
