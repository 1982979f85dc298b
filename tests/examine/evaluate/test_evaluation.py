"""A small list of real media, evaluated through the whole examination."""

import json
from pathlib import Path

import jsonschema
import msgspec
import pytest

from tests.support.clips import portrait_clip, still
from waarmerk.errors import InputError, UsageError
from waarmerk.examine.evaluate import run
from waarmerk.examine.evaluate.changes import PERTURBATIONS
from waarmerk.examine.evaluate.evaluation import evaluate
from waarmerk.examine.evaluate.lists import read_list
from waarmerk.examine.evaluate.page import page
from waarmerk.examine.evaluate.publish import SCHEMAS, schema
from waarmerk.examine.evaluate.rows import EvalRow, document
from waarmerk.examine.evaluate.run import Evaluator, Setup
from waarmerk.examine.evaluate.tables import Writer
from waarmerk.examine.evaluate.work import Measured
from waarmerk.examine.walk import Options

HEADER = "path,label,method,source,group,pair,x,y,width,height,start_s,end_s,split\n"
ROWS = """sharp.mp4,real,,lab,g1,p1,,,,,,,val
soft.mp4,fake,face-swap,lab,g1,p1,,,,,,,val
sharp.mp4,fake,face-swap,lab,g2,,40,0,240,240,0.4,1.2,val
face.png,real,,pictures,g3,,,,,,,,val
sharp.mp4,real,,lab,g4,,300,0,100,100,,,val
sharp.mp4,real,,lab,g4,,,,,,7,8,val
broken.mp4,fake,face-swap,lab,g5,,,,,,,,val
nowhere.mp4,fake,face-swap,lab,g5,,,,,,,,val
soft.mp4,unsure,,lab,g6,,,,,,,,val
soft.mp4,real,,lab,g6,,,,,,,,train
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("list")
    portrait_clip(folder / "sharp.mp4", seconds=1.5)
    _softened(folder / "soft.mp4")
    still(folder / "face.png")
    (folder / "broken.mp4").write_bytes(b"\x00\x00\x00\x18ftypmp42 and then nothing")
    (folder / "list.csv").write_text(HEADER + ROWS, encoding="utf-8")
    return folder


def _softened(path: Path) -> None:
    import numpy as np
    from PIL import Image, ImageFilter

    from tests.support.clips import encode, portrait

    image = Image.fromarray(portrait()[:320, 60:380]).filter(ImageFilter.GaussianBlur(1.5))
    encode(path, [np.asarray(image)] * 18, rate=12)


def setup(folder: Path, **changes: object) -> Setup:
    given = {"jobs": 1, "cache": folder / "cache"} | changes
    return Setup(Options(), **given)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def evaluated(folder: Path) -> EvalRow:
    labelled = read_list(folder / "list.csv", ["split=val"])
    return evaluate(labelled, Evaluator(setup(folder)), where=["split=val"])


def test_every_row_is_examined_or_named_with_its_reason(evaluated: EvalRow) -> None:
    assert evaluated.n == 4
    assert (evaluated.list_.rows, evaluated.list_.left_out) == (9, 1)
    assert [(one.line, one.path) for one in evaluated.failed] == [
        (6, "sharp.mp4"),
        (7, "sharp.mp4"),
        (8, "broken.mp4"),
        (9, "nowhere.mp4"),
        (10, "soft.mp4"),
    ]
    reasons = [one.reason for one in evaluated.failed]
    assert "reaches outside the picture of 320 x 320" in reasons[0]
    assert "no picture in the stretch of time" in reasons[1]
    assert reasons[3] == "the file does not exist"
    assert "neither real nor fake" in reasons[4]


def test_items_hold_what_counts_in_the_figures(evaluated: EvalRow) -> None:
    assert [item.line for item in evaluated.items] == [2, 3, 4, 5]
    assert [item.label for item in evaluated.items] == ["real", "fake", "fake", "real"]
    assert all(item.abstained is None and item.log10_lr != 0 and item.frames > 0 for item in evaluated.items)
    whole, soft, part, picture = evaluated.items
    assert part.rectangle == (40, 0, 240, 240)
    assert part.frames < whole.frames
    assert picture.frames == 1
    assert soft.sharpness is not None
    assert whole.sharpness is not None
    assert soft.sharpness < 0.7 * whole.sharpness


def test_the_sharper_side_of_a_pair_is_softened_and_examined_again(evaluated: EvalRow) -> None:
    assert (evaluated.pairs.n, evaluated.pairs.softened, evaluated.pairs.failed) == (1, 1, 0)
    assert evaluated.pairs.auc in (0.0, 1.0)
    assert evaluated.pairs.auc_matched in (0.0, 0.5, 1.0)
    assert evaluated.sharpness_only.pairs == 1.0


def test_the_json_is_what_its_published_schema_says(evaluated: EvalRow) -> None:
    written = json.loads(document(evaluated))
    jsonschema.Draft202012Validator(schema("eval-1.json")).validate(written)
    assert written["schema"] == "waarmerk.eval/1"
    assert {"auc", "auc_ci", "auc_answered", "ap", "eer", "tpr_at_fpr_0.01", "cllr", "cllr_min"} <= written[
        "video"
    ].keys()
    assert {"n", "auc", "auc_matched"} <= written["pairs"].keys()
    assert {"path", "label", "group", "log10_lr", "abstained"} <= written["items"][0].keys()
    assert msgspec.json.decode(document(evaluated), type=EvalRow) == evaluated


@pytest.mark.parametrize("name", SCHEMAS)
def test_the_published_schema_is_that_of_the_code(name: str) -> None:
    from waarmerk.examine import evaluate as package

    path = Path(package.__file__).parent / "schema" / name
    assert json.loads(path.read_text(encoding="utf-8")) == schema(name), "python -m waarmerk.examine.evaluate.publish"


@pytest.mark.parametrize("language", ["en", "nl"])
def test_the_page_shows_curves_tables_and_what_failed_and_asks_for_nothing(evaluated: EvalRow, language: str) -> None:
    text = page(evaluated, language)  # type: ignore[arg-type]
    assert text.count("<svg") >= 3
    for name in ("table.main", "plot.tippett.title", "plot.roc.title", "plot.det.title"):
        assert Writer(language).say.say(name) in text  # type: ignore[arg-type]
    assert "nowhere.mp4" in text
    assert "<script" not in text
    assert "://" not in text.replace("http://www.w3.org/2000/svg", "")


def test_what_was_examined_is_not_examined_again(
    folder: Path, evaluated: EvalRow, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []

    def spy(inputs, *arguments, **options):  # type: ignore[no-untyped-def]
        asked.extend(inputs)
        return iter(())

    monkeypatch.setattr(run, "examine_all", spy)
    monkeypatch.setattr(run, "state", lambda *_: evaluated.versions["state"])
    labelled = read_list(folder / "list.csv", ["split=val"])
    rows = [row for row in labelled.rows if row.line in {2, 3, 4, 5}]
    again = Evaluator(setup(folder)).examined(rows)
    assert not asked
    assert [one.log10_lr for one in again.items] == [one.log10_lr for one in evaluated.items]


def test_another_analyzer_or_part_is_another_answer(folder: Path) -> None:
    plain, other = Evaluator(setup(folder)), Evaluator(setup(folder, only="manipulation"))
    assert plain.state != other.state
    with pytest.raises(UsageError, match="no analyzer 'nobody'"):
        Evaluator(setup(folder, only="nobody"))


def test_a_perturbed_list_is_really_changed(folder: Path, evaluated: EvalRow) -> None:
    labelled = read_list(folder / "list.csv", ["split=val"])
    rows = [row for row in labelled.rows if row.line in {2, 5}]
    evaluator = Evaluator(setup(folder))
    crf40 = next(change for change in PERTURBATIONS if change.name == "h264-crf-40")
    clip, picture = (one.measured for one in evaluator.examined(rows, crf40).items)
    plain_clip, plain_picture = evaluated.items[0], evaluated.items[3]
    assert clip.bytes < 0.5 * (folder / "sharp.mp4").stat().st_size
    assert picture.bytes < 0.5 * (folder / "face.png").stat().st_size
    assert 0 < len(clip.scores) <= plain_clip.frames
    assert _softer(clip, plain_clip.sharpness)
    assert _softer(picture, plain_picture.sharpness)
    half = next(change for change in PERTURBATIONS if change.name == "half-size")
    shrunk = evaluator.examined(rows[:1], half).items[0].measured
    assert shrunk.face == pytest.approx((plain_clip.face_px or 0) / 2, rel=0.1)


def _softer(measured: Measured, before: float | None) -> bool:
    return measured.sharpness is not None and before is not None and measured.sharpness < before


def test_a_list_without_a_row_to_examine_is_refused_with_the_first_reason(tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("path,label\nnowhere.mp4,real\n", encoding="utf-8")
    with pytest.raises(InputError, match="no row to examine: 1 rows cannot be used"):
        evaluate(read_list(tmp_path / "list.csv"), Evaluator(setup(tmp_path)))
