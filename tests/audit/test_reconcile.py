"""What outsiders hold against the log: an honest platform is contradicted by nothing, each omission is named."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from tests.audit.worlds import world
from waarmerk.audit.load import Keys
from waarmerk.audit.outside import FLAGGER, read_table
from waarmerk.audit.reconciled import EVIDENCE, Reconciliation, reconcile
from waarmerk.errors import InputError, UsageError
from waarmerk.record.log.keys import parse_verifier_key

FILES = {
    "receipts": "receipts",
    "flagger": "flagger.csv",
    "orders": "orders.csv",
    "dump": "dump.csv",
    "probes": "probes.csv",
    "report": "report",
}


def reconciled(folder: Path, *names: str, **options) -> Reconciliation:
    keys = Keys([parse_verifier_key((folder / "log.key").read_text().strip())], ())
    evidence = {name: folder / FILES[name] for name in names or EVIDENCE}
    return reconcile(folder / "bundle.zip", keys, evidence, **options)


@pytest.fixture
def honest(tmp_path: Path) -> Path:
    """A copy that a test may change."""
    made = world(tmp_path).parent
    return Path(shutil.copytree(made, tmp_path / "honest"))


def codes(answer: Reconciliation) -> set[str]:
    return {found.code for found in answer.findings}


def test_an_honest_platform_is_contradicted_by_nothing_that_outsiders_hold(honest: Path) -> None:
    answer = reconciled(honest)
    assert [found.sentence for found in answer.findings] == []
    assert {source.name: source.compared > 0 for source in answer.sources} == dict.fromkeys(
        ("receipts", "acknowledgements", "flagger", "orders", "dump", "probes", "report"), True
    )


@pytest.mark.parametrize(
    ("habit", "found"),
    [
        ("notices-dropped:0.3", {"missing", "number_given_twice"}),
        ("statements-missing:0.3", {"statement_not_in_database"}),
        ("report-cherry-picked:0.5", {"cell_differs"}),
        ("fakes-stay:0.5", {"probe_up"}),
    ],
)
def test_what_was_left_out_is_named_by_whoever_kept_something(tmp_path: Path, habit: str, found: set[str]) -> None:
    answer = reconciled(world(tmp_path, habit).parent)
    assert found <= codes(answer)
    assert codes(answer) <= found | {"flagger_unanswered", "probe_unanswered"}


def test_a_row_outside_the_bundles_time_is_held_against_nobody(honest: Path) -> None:
    path = honest / "flagger.csv"
    lines = path.read_text().splitlines()
    lines.append(
        "TF-NL-0007,2031-01-01T00:00:00.000Z," + "0" * 32 + ",flaggers,99,,STATEMENT_CATEGORY_SCAMS_AND_FRAUD,,"
        if lines[0].startswith("flagger_ref,sent_at,notice")
        else ""
    )
    path.write_text("\n".join(lines) + "\n")
    answer = reconciled(honest, "flagger")
    assert answer.findings == ()
    assert answer.sources[0].outside >= 1


def changed(path: Path, change: Callable[[str], str]) -> None:
    path.write_text(change(path.read_text()))


def test_a_statement_that_differs_from_the_log_is_named_with_both_sides(honest: Path) -> None:
    changed(
        honest / "dump.csv",
        lambda text: text.replace("AUTOMATED_DECISION_NOT_AUTOMATED", "AUTOMATED_DECISION_FULLY"),
    )
    found = reconciled(honest, "dump").findings
    assert {(one.code, one.obligation, one.fields["field"]) for one in found} == {
        ("statement_differs", "S4", "automated_decision")
    }
    assert all(one.indexes for one in found)


def test_a_statement_that_no_entry_carries_is_named(honest: Path) -> None:
    path = honest / "dump.csv"
    heading, first, *rest = path.read_text().splitlines()
    place = heading.split(",").index("platform_uid")
    cells = first.split(",")
    puid = next(cell for cell in first.split(",") if cell.startswith("plaza-"))
    assert place < len(cells)
    path.write_text("\n".join([heading, first, first.replace(puid, "plaza-nobody"), *rest]) + "\n")
    found = [one for one in reconciled(honest, "dump").findings if one.code == "statement_without_decision"]
    assert [one.fields["puid"] for one in found] in ([], ["plaza-nobody"])
    assert found or reconciled(honest, "dump").sources[0].outside


def test_a_cell_that_was_changed_is_named_with_the_figure_that_is_due(honest: Path) -> None:
    (part,) = [path for path in (honest / "report").iterdir() if "4_" in path.name or "notices" in path.name.lower()]
    lines = part.read_text().splitlines()
    number = next(i for i, line in enumerate(lines) if ",TOTAL," in line)
    cells = lines[number].split(",")
    place = cells.index("TOTAL") + 2
    due, cells[place] = cells[place], str(int(cells[place]) + 7)
    lines[number] = ",".join(cells)
    part.write_text("\n".join(lines) + "\n")
    found = {one.code: one for one in reconciled(honest, "report").findings}
    assert found["cell_differs"].fields["due"] == due
    assert found["files_differ"].question


def test_a_receipt_that_was_altered_says_nothing_about_the_platform(honest: Path) -> None:
    path = min((honest / "receipts").glob("*.json"))
    value = json.loads(path.read_text())
    value["event"]["at"] = "2026-03-02T00:00:00.001Z"
    path.write_text(json.dumps(value))
    (found,) = reconciled(honest, "receipts").findings
    assert (found.code, found.question) == ("receipt_unsound", True)


def test_what_the_log_has_before_its_sender_sent_it_is_a_question_of_clocks(honest: Path) -> None:
    path = honest / "flagger.csv"
    heading, first, *rest = path.read_text().splitlines()
    cells = first.split(",")
    place = heading.split(",").index("sent_at")
    cells[place] = f"{datetime.fromisoformat(cells[place]) + timedelta(days=1):%Y-%m-%dT%H:%M:%S.000Z}"
    path.write_text("\n".join([heading, ",".join(cells), *rest]) + "\n")
    (found,) = reconciled(honest, "flagger").findings
    assert (found.code, found.obligation, found.question) == ("received_before_sent", "A2", True)


def test_an_acknowledgement_of_something_that_the_log_lacks_is_named(honest: Path) -> None:
    path = honest / "receipts" / "acknowledgements.csv"
    lines = path.read_text().splitlines()
    cells = lines[1].split(",")
    wanted = "e" * 32
    changed(path, lambda text: text.replace(cells[lines[0].split(",").index("id")], wanted, 1))
    found = [one for one in reconciled(honest, "receipts").findings if one.fields.get("id") == wanted]
    assert {one.code for one in found} <= {"missing", "number_given_twice", "statement_unlogged"}
    assert found


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("", "the table is empty"),
        ("flagger_ref,when\n", "the heading is not that of this table: it lacks sent_at"),
        (",".join((*FLAGGER, "more")) + "\n", "it has more"),
        (",".join(FLAGGER) + "\nA,2026-03-02T09:00:00+01:00,,,,,,,\n", "no time in UTC"),
        (",".join(FLAGGER) + "\nA,2026-03-02 09:00,,,,,,,\n", "no time in UTC"),
        (",".join(FLAGGER) + "\nA,2026-13-02T09:00:00Z,,,,,,,\n", "which no calendar has"),
        (",".join(FLAGGER) + "\nA,2026-03-02T09:00:00Z,xyz,,,,,,\n", "notice is no id"),
        (",".join(FLAGGER) + "\nA,2026-03-02T09:00:00Z,,,twelve,,,,\n", "n is no number"),
        (",".join(FLAGGER) + "\nA,B\n", "the row has 2 cells, the heading 9"),
        (b"flagger_ref\xff\n", "not UTF-8"),
    ],
)
def test_a_wrong_table_is_one_sentence_with_its_place(tmp_path: Path, content: str | bytes, sentence: str) -> None:
    path = tmp_path / "flagger.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    with pytest.raises(InputError, match=sentence) as caught:
        list(read_table(path, FLAGGER))
    assert str(path) in caught.value.where


def test_nothing_given_and_a_missing_file_are_said(honest: Path) -> None:
    with pytest.raises(UsageError, match="nothing was given"):
        reconcile(honest / "bundle.zip", Keys(), {})
    (honest / "orders.csv").unlink()
    with pytest.raises(InputError, match="there is no such orders"):
        reconciled(honest, "orders")
    with pytest.raises(UsageError, match="no service other in it"):
        reconciled(honest, "flagger", service="other")
