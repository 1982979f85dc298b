"""A simulated world: the same bytes for a seed, a bundle that strangers verify, files as the page says."""

import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

import pytest
from simulation.__main__ import main
from simulation.plaza.habits import HABITS
from simulation.run import simulate

from tests.simulation.seen import Seen
from waarmerk.dsa.report.check import check_path
from waarmerk.dsa.statement import validate
from waarmerk.record.events.catalogue import KINDS
from waarmerk.record.events.coverage import coverage, kinds_of
from waarmerk.record.log.checkpoint import open_checkpoint
from waarmerk.record.log.keys import parse_verifier_key
from waarmerk.record.receipt import parse_receipt, verify_receipt

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs/reference/outside-evidence.md"


def contents(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def small(folder: Path, seed: int, habits: dict[str, float] | None = None) -> dict[str, bytes]:
    simulate(folder, seed=seed, days=3, habits=habits, uploads_per_day=200, notices_per_day=20)
    return contents(folder)


def test_the_same_seed_gives_the_same_bytes_and_another_gives_others(tmp_path: Path) -> None:
    first, again, other = (small(tmp_path / str(n), seed) for n, seed in enumerate((3, 3, 4)))
    assert first == again
    assert first["bundle.zip"] != other["bundle.zip"]


def test_a_habit_at_rate_0_leaves_the_world_as_it_was(tmp_path: Path) -> None:
    honest, none = small(tmp_path / "honest", 3), small(tmp_path / "none", 3, dict.fromkeys(HABITS, 0.0))
    assert honest.keys() == none.keys()
    assert [name for name in honest if honest[name] != none[name]] == ["truth.json"]


def test_the_bundle_verifies_with_its_witness(honest: Seen) -> None:
    code = subprocess.run(
        [
            *(sys.executable, "-m", "waarmerk.cli.main", "verify", str(honest.folder / "bundle.zip")),
            *("--key", honest.key.text),
            *("--witness-key", (honest.folder / "checkpoints/witness.key").read_text().strip()),
        ],
        capture_output=True,
        check=False,
    )
    assert code.returncode == 0, code.stderr.decode()


def test_every_receipt_verifies(honest: Seen) -> None:
    receipts = sorted((honest.folder / "receipts").glob("*.json"))
    assert len(receipts) > 50
    for path in receipts:
        event, _ = verify_receipt(parse_receipt(path.read_bytes()), [honest.key])
        assert event.service == "plaza.example"


def test_every_checkpoint_is_signed_and_cosigned(honest: Seen) -> None:
    witness = parse_verifier_key((honest.folder / "checkpoints/witness.key").read_text().strip())
    heads = sorted(path for path in (honest.folder / "checkpoints").iterdir() if path.suffix != ".key")
    sizes = []
    for path in heads:
        signed = open_checkpoint(path.read_bytes(), [honest.key], honest.key.name)
        assert signed.cosigned_by([witness]) == [witness]
        sizes.append(signed.head.size)
    assert sizes == sorted(sizes) and sizes[-1] == len(honest.events)


def test_every_kind_of_event_occurs_so_that_nothing_passes_for_want_of_cases(honest: Seen) -> None:
    assert set(honest.kinds) == set(KINDS)
    for obligation in coverage().obligation:
        assert kinds_of(obligation) <= set(honest.kinds)


def test_numbers_have_no_gap_and_times_of_logging_never_go_back(honest: Seen) -> None:
    last, numbers = "", defaultdict[str, int](int)
    for event in honest.events:
        assert event["logged_at"] >= last
        numbers[event["channel"]] += 1
        assert event["n"] == numbers[event["channel"]]
        last = event["logged_at"]


def test_nobody_is_named_in_an_event(honest: Seen) -> None:
    names = re.compile(r"\b(troll|uploader|individual|entity|somebody) \d")
    held = [row["holder"] for row in honest.table("receipts/acknowledgements.csv")]
    assert any(names.search(holder) for holder in held)
    for event in honest.events:
        assert not names.search(str(event)), event


@pytest.mark.parametrize(
    "what",
    [
        "clocks that ran ahead",
        "commercial spam without a statement",
        "complaints after six months that were refused",
        "complaints pending at the end of the period",
        "corrections of a field",
        "decisions of a rule in shadow mode",
        "incomplete notices that wait for their senders",
        "lost mails that were sent again",
        "notices that were imported days later",
        "notices without an address",
        "orders without a statement",
        "people who were erased",
        "restrictions without a known address",
    ],
)
def test_an_honest_world_has_what_only_looks_like_negligence(honest: Seen, what: str) -> None:
    assert honest.truth["innocent"][what]


def test_statements_of_reasons_are_valid(honest: Seen) -> None:
    for event in honest.kinds["statement.submitted"]:
        assert [found.rule for found in validate(event["body"])] == []


def test_the_report_contradicts_nothing_but_the_usual_period(honest: Seen) -> None:
    _, checked = check_path(honest.folder / "report")
    assert {finding.rule for finding in checked.findings} == {"period_unusual"}


@pytest.mark.parametrize(
    ("heading", "file"),
    [
        ("receipts/", "receipts/acknowledgements.csv"),
        ("flagger.csv", "flagger.csv"),
        ("orders.csv", "orders.csv"),
        ("probes.csv", "probes.csv"),
    ],
)
def test_tables_have_the_columns_of_the_page(honest: Seen, heading: str, file: str) -> None:
    section = PAGE.read_text().partition(f"\n## {heading}")[2].partition("\n## ")[0]
    named = [
        name.strip() for line in re.findall(r"^\| ([a-z_, ]+) \|", section, re.MULTILINE) for name in line.split(",")
    ]
    rows = honest.table(file)
    assert rows and list(rows[0]) == [name for name in named if name != "column"]


def test_the_dump_has_what_was_created_and_other_platforms_rows(honest: Seen) -> None:
    rows = honest.table("dump.csv")
    created = {e["uuid"] for e in honest.kinds["statement.submitted"] if e["result"] == "created"}
    assert {row["uuid"] for row in rows if row["platform_name"] == "plaza.example"} == created
    assert any(row["platform_name"] != "plaza.example" for row in rows)


@pytest.mark.parametrize(
    ("given", "code", "words"),
    [
        (["--habit", "list"], 0, "notices-left"),
        (["--habit", "sloth:0.1"], 2, "there is no habit called 'sloth'"),
        (["--habit", "notices-left:often"], 2, "a habit reads NAME:RATE"),
        (["--habit", "notices-left:7"], 2, "a share from 0 to 1, not 7.0"),
        (["--days", "1"], 2, "at least 2 days"),
        (["--notices-per-day", "0"], 2, "at least something"),
    ],
)
def test_the_command_answers_in_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], given: list[str], code: int, words: str
) -> None:
    assert main([*given, "--out", str(tmp_path / "new")]) == code
    out, err = capsys.readouterr()
    assert words in (err if code else out) and "Traceback" not in err


def test_a_folder_with_something_in_it_is_not_written_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine").write_text("kept")
    assert main(["--out", str(tmp_path)]) == 2
    assert "is not empty" in capsys.readouterr().err and (tmp_path / "mine").read_text() == "kept"


def test_the_command_writes_a_world_and_says_what_is_in_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    given = ["--days", "2", "--uploads-per-day", "100", "--notices-per-day", "20", "--habit", "receipts-unsent:0.5"]
    assert main([*given, "--out", str(tmp_path / "new")]) == 0
    assert re.search(r"^receipts-unsent: \d+ of \d+ cases", capsys.readouterr().out, re.MULTILINE)


def test_the_simulation_knows_nothing_of_ours() -> None:
    imported = re.compile(r"^\s*(?:from|import) (waarmerk[\w.]*)", re.MULTILINE)
    for path in (ROOT / "simulation").rglob("*.py"):
        assert [name for name in imported.findall(path.read_text()) if name != "waarmerk.record.events"] == []


def test_the_world_knows_no_platform_so_that_another_can_take_its_place() -> None:
    for path in (ROOT / "simulation/world").glob("*.py"):
        assert "simulation.plaza" not in re.sub(r'""".*?"""', "", path.read_text(), flags=re.DOTALL), path
