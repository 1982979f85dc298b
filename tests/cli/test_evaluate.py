"""`waarmerk eval`, `validate` and `models` as a person calls them."""

import json
import subprocess
import sys
from pathlib import Path

import jsonschema
import pytest

from tests.examine.networks.own_networks import brightness, written
from tests.support.clips import portrait_clip
from waarmerk.cli.main import run
from waarmerk.examine.evaluate.publish import schema

LIST = "path,label,method,group,pair\nreal.mp4,real,,a,p\nfake.mp4,fake,face-swap,b,p\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("eval")
    portrait_clip(folder / "real.mp4", seconds=1.0)
    portrait_clip(folder / "fake.mp4", seconds=1.0, seed=3)
    (folder / "list.csv").write_text(LIST, encoding="utf-8")
    (folder / "failing.csv").write_text(LIST + "nowhere.mp4,real,,c,\n", encoding="utf-8")
    return folder


@pytest.fixture(autouse=True)
def home(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder / "cache"))
    monkeypatch.setenv("XDG_DATA_HOME", str(folder / "data"))
    monkeypatch.setenv("XDG_CONFIG_HOME", str(folder / "config"))
    # The tree may change while tests run beside other work; the cache is tested by its own tests.
    monkeypatch.setattr("waarmerk.examine.evaluate.run.state", lambda *told: repr(told[1:]))


def called(*arguments: str) -> int:
    with pytest.raises(SystemExit) as ended:
        run([*map(str, arguments)])
    return int(ended.value.code or 0)


def test_json_is_one_object_by_the_published_schema_and_nothing_else(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    page = folder / "page.html"
    assert called("eval", str(folder / "list.csv"), "--format", "json", "--html", str(page), "--jobs", "1") == 0
    out, err = capfd.readouterr()
    told = json.loads(out)
    jsonschema.Draft202012Validator(schema("eval-1.json")).validate(told)
    assert (told["n"], told["pairs"]["n"], told["failed"]) == (2, 1, [])
    assert "as-it-is: 2 of 2" in err
    assert page.read_text(encoding="utf-8").startswith("<!doctype html>")


def test_a_row_that_fails_is_told_on_stderr_and_by_the_exit_code(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    assert called("eval", str(folder / "failing.csv"), "--jobs", "1") == 1
    out, err = capfd.readouterr()
    assert "AUC within 1 pairs of 1 groups" in out
    assert "1 of 3 rows could not be examined" in err
    assert "line 4, nowhere.mp4: the file does not exist" in err


def test_the_table_is_dutch_where_dutch_is_asked_for(folder: Path, capfd: pytest.CaptureFixture[str]) -> None:
    assert called("eval", str(folder / "list.csv"), "--lang", "nl", "--jobs", "1") == 0
    assert "Een onthouding telt in elk cijfer" in capfd.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (["nothing.csv"], 1, "the list cannot be read"),
        (["list.csv", "--where", "split"], 2, "--where takes COLUMN=VALUE"),
        (["list.csv", "--where", "split=val"], 2, "a column that the list does not have: split"),
        (["list.csv", "--where", "label=none"], 1, "the list has no row to examine"),
        (["list.csv", "--analyzer", "nobody"], 2, "there is no analyzer 'nobody'"),
        (["list.csv", "--model", "nowhere"], 2, "--model names what does not exist"),
        (["list.csv", "--html", "nowhere/page.html"], 2, "cannot be written"),
    ],
)
def test_wrong_use_is_one_sentence(
    folder: Path,
    capfd: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    arguments: list[str],
    code: int,
    said: str,
) -> None:
    monkeypatch.chdir(folder)
    assert called("eval", *arguments) == code
    out, err = capfd.readouterr()
    assert said in err
    assert "Traceback" not in err
    assert out == ""


PLAN = """schema: waarmerk.plan/1
title: Acceptance in a test
institute: The institute
scope: {{material: portraits that drift, use: tests}}
list: list.csv
criteria:
  - {{figure: pairs.auc, {bound}, why: a pair is a pair}}
  - {{figure: abstained.n, at_most: 0}}
limits: [nothing but portraits]
"""


@pytest.mark.parametrize(("bound", "code"), [("at_least: 0", 0), ("at_least: 1.1", 3)])
def test_a_plan_ends_in_a_validation_file_and_its_outcome_in_the_exit_code(
    folder: Path, capfd: pytest.CaptureFixture[str], bound: str, code: int
) -> None:
    plan = folder / "plan.yaml"
    plan.write_text(PLAN.format(bound=bound), encoding="utf-8")
    assert called("validate", str(plan), "--jobs", "1", "--html", str(folder / "plan.html")) == code
    told = json.loads((folder / "plan.validation.json").read_text(encoding="utf-8"))
    jsonschema.Draft202012Validator(schema("validation-1.json")).validate(told)
    assert told["met"] is (code == 0)
    assert [one["met"] for one in told["criteria"]] == [code == 0, True]
    assert told["scope"]["list"]["rows"] == 2
    assert told["limits"]["stated"] == ["nothing but portraits"]
    assert "manipulation" in " ".join(told["versions"])
    assert ("1 of 2 criteria are not met" if code else "All 2 criteria are met") in capfd.readouterr().out
    assert "Acceptance in a test" in (folder / "plan.html").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("changed", "code", "said"),
    [
        ("figure: pairs.auc", 2, "there is no figure 'pairs.acu'"),
        ("list: list.csv", 1, "the list of the plan cannot be read"),
        ("institute: The institute\n", 1, "missing required field `institute`"),
        ("at_least: 0", 2, "needs either at_least or at_most"),
        ("list: list.csv\n", 2, "there is no perturbation 'rain'"),
    ],
)
def test_a_wrong_plan_is_told_before_anything_is_examined(
    folder: Path, capfd: pytest.CaptureFixture[str], changed: str, code: int, said: str
) -> None:
    wrong = {
        "figure: pairs.auc": "figure: pairs.acu",
        "list: list.csv": "list: nowhere.csv",
        "institute: The institute\n": "",
        "at_least: 0": "why: no bound",
        "list: list.csv\n": "list: list.csv\nperturb: [rain]\n",
    }
    text = PLAN.replace(", why: a pair is a pair", "").format(bound="at_least: 0")
    plan = folder / "wrong.yaml"
    plan.write_text(text.replace(changed, wrong[changed]), encoding="utf-8")
    assert called("validate", str(plan)) == code
    assert said in capfd.readouterr().err
    assert not (folder / "wrong.validation.json").exists()


def test_an_own_network_is_added_listed_calibrated_and_then_enters_the_conclusion(
    folder: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    network, card = written(folder / "given", brightness())
    assert called("models", "list") == 0
    assert "no network of your own is added" in capfd.readouterr().out
    assert called("models", "add", str(network), "--card", str(card)) == 0
    assert called("models", "list") == 0
    assert "not calibrated" in capfd.readouterr().out
    assert called("models", "calibrate", "own", str(folder / "list.csv"), "--jobs", "1") == 1
    assert "recordings of 1 groups with a score are too few" in capfd.readouterr().err
    # Ten of each class: what is dark is fake, so that the network of brightness can tell.
    rows = ["path,label,group"]
    for number in range(20):
        fake = number % 2 == 0
        clip = folder / f"own-{number}.png"
        _portrait(clip, 0.55 + 0.02 * number if fake else 0.85 + 0.01 * number)
        rows.append(f"{clip.name},{'real' if fake else 'fake'},g{number}")
    (folder / "own.csv").write_text("\n".join(rows), encoding="utf-8")
    assert called("models", "calibrate", "own", str(folder / "own.csv"), "--population", "made portraits") == 0
    assert "calibrated on 10 real and 10 fake recordings" in capfd.readouterr().out
    assert called("eval", str(folder / "list.csv"), "--format", "json", "--jobs", "1") == 0
    told = json.loads(capfd.readouterr().out)
    assert any(name == "analyzer own" and "not-calibrated" not in value for name, value in told["versions"].items())
    assert called("check", str(folder / "real.mp4"), "--format", "json") == 0
    row = json.loads(capfd.readouterr().out)
    assert row["combined"]["analyzers"] == ["manipulation", "own"]
    assert row["combined"]["dependence"] == "unknown"
    assert called("models", "add", str(network), "--card", str(card)) == 2
    assert "there is a network 'own' already" in capfd.readouterr().err


def _portrait(path: Path, level: float) -> None:
    import numpy as np
    from PIL import Image

    from tests.support.clips import portrait

    Image.fromarray((portrait() * level).clip(0, 255).astype(np.uint8)).save(path)


def test_the_commands_stand_in_the_help_without_loading_a_decoder() -> None:
    code = "from waarmerk.cli.main import run; run(['--help'])"
    told = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False).stdout
    assert all(f" {name} " in told for name in ("eval", "validate", "models"))
