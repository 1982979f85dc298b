from pathlib import Path

import jsonschema
import pytest
from PIL import Image

from tests.support.clips import encode, moving, portrait
from waarmerk.errors import UsageError
from waarmerk.examine.analyzers.container import FACTS, ContainerAnalyzer
from waarmerk.examine.analyzers.interface import AnalyzerOptions
from waarmerk.examine.media.medium import open_medium
from waarmerk.examine.media.pieces import FileReading
from waarmerk.examine.media.reading import Plan, ReaderPlan, Reading
from waarmerk.values import Abstention, Finding

QUICK = {"preset": "ultrafast"}


def found(path: Path, references: tuple[Path, ...] = ()) -> Finding:
    """The finding of one file, through the jailed child."""
    analyzer, options = ContainerAnalyzer(), AnalyzerOptions(references=references)
    plan = Plan(readers=(ReaderPlan(analyzer.reader, analyzer.reader_settings(options)),), pictures=False)
    with open_medium(path) as medium, Reading(medium, plan) as reading:
        watch = analyzer.start(reading.asset, options)
        for piece in reading:
            watch.see(piece)
    return watch.finding()


@pytest.mark.parametrize("name", ["a.mp4", "a.mov", "a.webm", "a.avi", "a.gif", "a.jpg", "a.png", "a.webp"])
def test_every_kind_of_file_gives_facts_by_the_schema_and_no_ratio(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    codecs = {".mp4": "libx264", ".mov": "libx264", ".webm": "libvpx", ".avi": "mjpeg", ".gif": "gif"}
    forms = {".avi": "yuvj420p", ".gif": "rgb8"}
    if path.suffix in codecs:
        options = QUICK if "x264" in codecs[path.suffix] else {}
        form = forms.get(path.suffix, "yuv420p")
        encode(path, moving(6), codecs[path.suffix], pixel_format=form, options=options)
    else:
        Image.fromarray(portrait()).save(path)
    finding = found(path)
    assert finding.answer is None
    jsonschema.validate(finding.facts, FACTS)
    assert (finding.facts["digest"] is None) == (name == "a.gif")
    assert finding.facts["damage"] == []
    assert finding.facts["references"] == []


def test_a_file_of_the_same_maker_has_the_same_structure(tmp_path: Path) -> None:
    one = encode(tmp_path / "a.mp4", moving(20), options=QUICK)
    other = encode(tmp_path / "b.mp4", moving(50, 192, 128), options=QUICK)
    (compared,) = found(one, (other,)).facts["references"]
    assert (compared["path"], compared["same_structure"], compared["differences"]) == (str(other), True, [])


def test_what_differs_from_a_reference_is_named_with_both_values(tmp_path: Path) -> None:
    one = encode(tmp_path / "a.mp4", moving(20), options=QUICK)
    other = encode(tmp_path / "b.mov", moving(20), options=QUICK)
    finding = found(one, (other,))
    jsonschema.validate(finding.facts, FACTS)
    (compared,) = finding.facts["references"]
    assert not compared["same_structure"]
    brands = next(one for one in compared["differences"] if one["where"] == "brands")
    assert (brands["here"]["major"], brands["reference"]["major"]) == ("isom", "qt  ")


def test_a_reference_of_another_form_is_one_difference(tmp_path: Path) -> None:
    Image.fromarray(portrait()).save(tmp_path / "a.png")
    one = encode(tmp_path / "a.mp4", moving(4), options=QUICK)
    (compared,) = found(one, (tmp_path / "a.png",)).facts["references"]
    assert compared["differences"] == [{"kind": "form", "where": "", "here": "iso-bmff", "reference": "png"}]


def test_a_reference_that_cannot_be_read_is_wrong_use(tmp_path: Path) -> None:
    (tmp_path / "words.mp4").write_text("no video")
    for path, sentence in (
        (tmp_path / "words.mp4", "the reference file is no video or image that can be read"),
        (tmp_path / "gone.mp4", "the reference file does not exist"),
    ):
        with pytest.raises(UsageError) as caught:
            ContainerAnalyzer().reader_settings(AnalyzerOptions(references=(path,)))
        assert (caught.value.message, caught.value.where) == (sentence, str(path))


def test_too_many_references_are_wrong_use(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="more than 20 reference files"):
        ContainerAnalyzer().reader_settings(AnalyzerOptions(references=(tmp_path / "a",) * 21))


def test_a_reader_that_failed_is_an_abstention_with_its_reason(tmp_path: Path) -> None:
    analyzer, options = ContainerAnalyzer(), AnalyzerOptions()
    path = encode(tmp_path / "a.mp4", moving(4), options=QUICK)
    with open_medium(path) as medium, Reading(medium, Plan(pictures=False)) as reading:
        watch = analyzer.start(reading.asset, options)
    watch.see(FileReading(analyzer.reader, None, "it broke"))
    assert watch.finding().answer == Abstention(reason="analyzer-failed", detail="it broke")


def test_a_watch_that_saw_nothing_abstains(tmp_path: Path) -> None:
    path = encode(tmp_path / "a.mp4", moving(4), options=QUICK)
    with open_medium(path) as medium, Reading(medium, Plan(pictures=False)) as reading:
        watch = ContainerAnalyzer().start(reading.asset, AnalyzerOptions())
    assert isinstance(watch.finding().answer, Abstention)
