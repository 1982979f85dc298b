"""`waarmerk record import`: exports of other tools become events that verify; nothing is made up, doubled or lost."""

import json
from datetime import date
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from simulation.dumps import Habit, write_day

from tests.dsa.words import WORDS as LAW
from tests.record.importing.exports import (
    AUTHOR,
    HEADING,
    MODERATOR,
    ON_ACCOUNT,
    ON_POST,
    PERSONAL,
    POST,
    REPORTER,
    coop_action,
    coop_decision,
    ozone,
    ozone_day,
)
from waarmerk.cli import record_import
from waarmerk.errors import UnavailableError
from waarmerk.record.bundle.read import open_bundle
from waarmerk.record.events.catalogue import decode, native_fields
from waarmerk.record.importing.maps import shipped

SERVICE = ("--service", "video.example")


@pytest.fixture
def place(command, tmp_path: Path) -> SimpleNamespace:
    """A log, its verifier key, and a file to write exports into."""
    log = tmp_path / "log"
    key = command("log", "init", log, "--origin", "example.org/log").out.strip()
    return SimpleNamespace(log=log, key=key, folder=tmp_path, file=tmp_path / "export.jsonl")


def events(command, place) -> list[dict[str, Any]]:
    """What the log has, out of a bundle that verifies."""
    path = place.folder / "bundle.zip"
    command("record", "export", place.log, "-o", path)
    assert command("verify", path, "--key", place.key).out.endswith("verified\n")
    with open_bundle(path) as bundle:
        return [json.loads(stored.event) for stored in bundle.events()]


def test_a_day_of_ozone_becomes_notices_decisions_and_complaints(command, place) -> None:
    place.file.write_text(ozone_day())
    said = command("record", "import", "ozone-events", place.file, "--log", place.log, *SERVICE).out
    assert said == (
        "2 lines passed over: a note among moderators\n"
        "9 lines: 8 events recorded, 0 were there already; 0 lines cannot be mapped\n"
    )
    made = events(command, place)
    assert [(one["kind"], one.get("outcome")) for one in made] == [
        ("notice.received", None),
        ("decision.made", "restrict"),
        ("decision.made", "restrict"),
        ("challenge.received", None),
        ("decision.made", "restore"),
        ("decision.made", "restrict"),
        ("decision.made", "restore"),
        ("decision.made", "no_action"),
    ]
    assert [one["n"] for one in made] == list(range(1, 9))
    assert {one["src"] for one in made} == {"import:ozone-events"}
    assert {json.dumps(one["by"]) for one in made} == {'{"type": "importer"}'}
    assert made[1]["at"] == "2026-03-01T10:02:00.000Z" < made[1]["logged_at"]
    assert made[2] | {"until": "2026-03-04", "restrictions": ["DECISION_ACCOUNT_SUSPENDED"]} == made[2]
    assert made[0]["items"] == [made[1]["subject"]["id"]]
    assert made[2]["subject"]["id"] == made[3]["sender"]
    assert made[1]["deciders"] == made[4]["deciders"] != [made[3]["sender"]]


def test_what_a_source_does_not_carry_is_absent_in_every_event(command, place) -> None:
    place.file.write_text(ozone_day())
    command("record", "import", "ozone-events", place.file, "--log", place.log, *SERVICE)
    for one in events(command, place):
        if one["kind"] == "decision.made":
            silent = {"because", "taken_up_at", "policy", "mode", "tools", "automated_decision", "art18", "synthetic"}
            assert silent <= set(native_fields("decision.made")) - set(one)


def test_nothing_of_persons_and_no_words_of_users_is_in_any_file(command, place) -> None:
    place.file.write_text(ozone_day())
    command("record", "import", "ozone-events", place.file, "--log", place.log, *SERVICE)
    place.file.write_text(HEADING + coop_decision(1, ["Ignore"]))
    command("record", "import", "coop-decisions", place.file, "--log", place.log, *SERVICE)
    for path in place.log.rglob("*"):
        data = path.read_bytes() if path.is_file() else b""
        assert not [word for word in PERSONAL if word.encode() in data], path


def test_the_same_file_again_and_a_longer_one_double_nothing(command, place) -> None:
    place.file.write_text(ozone_day())
    arguments = ("record", "import", "ozone-events", place.file, "--log", place.log, *SERVICE)
    command(*arguments)
    assert "0 events recorded, 8 were there already" in command(*arguments).out
    place.file.write_text(ozone_day() * 2 + ozone(20, "modEventAcknowledge"))
    assert "1 events recorded, 16 were there already" in command(*arguments).out
    made = events(command, place)
    assert len({one["id"] for one in made}) == len(made) == 9
    assert (made[8]["n"], made[8]["channel"] != made[7]["channel"]) == (1, True)


def test_the_same_id_in_another_service_is_another_event(command, place) -> None:
    place.file.write_text(ozone(1, "modEventAcknowledge"))
    for service in ("a.example", "b.example"):
        command("record", "import", "ozone-events", place.file, "--log", place.log, "--service", service)
    first, second = events(command, place)
    assert first["id"] != second["id"]
    assert first["deciders"] != second["deciders"]


def test_a_record_that_says_something_else_than_before_is_named_and_the_rest_goes_on(command, place) -> None:
    place.file.write_text(ozone_day())
    arguments = ("record", "import", "ozone-events", place.file, "--log", place.log, *SERVICE)
    command(*arguments)
    place.file.write_text(ozone(2, "modEventAcknowledge") + ozone(21, "modEventAcknowledge"))
    said = command(*arguments, code=1).out
    assert f"{place.file}:1: this record was imported before and said something else\n" in said
    assert "1 events recorded" in said
    assert len(events(command, place)) == 9


def test_every_line_that_cannot_be_mapped_is_named_with_its_reason(command, place) -> None:
    lines = [
        ozone(1, "modEventAcknowledge"),
        ozone(2, "modEventDivert"),
        ozone(3, "modEventAcknowledge").replace("2026-03-01T10:03:00.000Z", "yesterday"),
        '{"id": 1, "id": 2}\n',
        "not json\n",
        "[]\n",
        '{"a": "\\ud800"}\n',
        ozone(8, "modEventAcknowledge").replace('"id": 8, ', ""),
        ozone(9, "modEventTakedown", policies=["x" * 501]),
        ozone(10, "modEventTakedown", ON_ACCOUNT, durationInHours="long"),
        ozone(11, "modEventTakedown", {"$type": "chat.bsky.convo.defs#messageRef", "did": AUTHOR}),
        "\n",
        ozone(13, "modEventAcknowledge"),
    ]
    place.file.write_text("".join(lines))
    arguments = ("record", "import", "ozone-events", place.file, "--log", place.log, *SERVICE, "--format", "json")
    *told, last = map(json.loads, command(*arguments, code=1).out.splitlines())
    assert [(one["line"], one["file"]) for one in told] == [(number, str(place.file)) for number in range(2, 12)]
    for one, why in zip(
        told,
        [
            "the map says nothing",
            "'yesterday' is no time",
            "'id' stands twice",
            "not JSON",
            "a record is a JSON object",
            "the map says nothing",
            "numbers records by",
            r"length <= 500 - at `$.rule`",
            "is no number of hours",
            "the map says nothing",
        ],
        strict=True,
    ):
        assert why in one["why"]
    assert last | {"lines": 12, "unmapped": 10, "new": 2, "recorded": True} == last


def test_coop_actions_need_the_words_of_the_organisation_and_then_become_decisions_and_effects(
    command, place
) -> None:
    lines = [
        coop_action(1, "Remove"),
        coop_action(2, "Remove", failed=1),
        coop_action(3, "Warn", action_source="post-items", actor_id=None, rule_environment="BACKGROUND"),
        coop_action(4, "Remove", item_id=AUTHOR, item_type_kind="USER"),
        coop_action(5, "Remove", item_id=None),
    ]
    place.file.write_text("".join(lines))
    said = command("record", "import", "coop-actions", place.file, *SERVICE, code=1).out
    assert f"{place.file}:1: action_name is 'Remove', which the table outcome of the map does not have\n" in said
    own = place.folder / "own.yaml"
    text = command("record", "maps", "coop-actions").out
    own.write_text(
        text.replace("  outcome: {}", "  outcome: {Remove: restrict, Warn: restrict}")
        .replace("  restrictions: {}", "  restrictions: {Remove: DECISION_VISIBILITY_CONTENT_REMOVED, Warn: }")
        .replace("  effect: {}", "  effect: {Remove: applied, Warn: label_shown}")
    )
    said = command("record", "import", own, place.file, "--log", place.log, *SERVICE).out
    assert "1 lines passed over: it is about no item\n5 lines: 8 events recorded" in said
    made = events(command, place)
    decisions, effects = (
        [one for one in made if one["kind"] == kind] for kind in ("decision.made", "effect.applied")
    )
    assert [one["effect"] for one in effects] == ["applied", "failed", "label_shown", "applied"]
    assert [one["decision"] for one in effects] == [one["decision"] for one in decisions]
    assert [one.get("automated_decision", "")[-9:] for one in decisions] == [
        "AUTOMATED",
        "AUTOMATED",
        "ION_FULLY",
        "AUTOMATED",
    ]
    assert [len(one.get("deciders", [])) for one in decisions] == [1, 1, 0, 1]
    assert [one["subject"]["type"] for one in decisions] == ["item", "item", "item", "account"]
    assert (decisions[2]["mode"], decisions[0]["rule"]) == ("shadow", "Synthetic media")
    assert decisions[0]["at"] == "2026-03-24T19:02:01.240Z"


def test_coops_csv_of_decisions_becomes_decisions_and_closed_complaints(command, place) -> None:
    rows = [
        coop_decision(1, ["Ignore"]),
        coop_decision(2, ["Accept Appeal"]),
        coop_decision(3, ["Ignore"], "Automatic"),
        coop_decision(4, ["Closed Automatically"], "Automatic"),
        coop_decision(5, ["Ban"]),
    ]
    place.file.write_text(HEADING + "".join(rows), encoding="utf-8")
    said = command("record", "import", "coop-decisions", place.file, "--log", place.log, *SERVICE, code=1).out
    assert f"{place.file}:6: Decisions is 'Ban', which the table outcome of the map does not have\n" in said
    first, closed, automatic = events(command, place)
    assert (first["outcome"], first["at"]) == ("no_action", "2026-03-24T19:02:01.000Z")
    assert (closed["kind"], closed["outcome"]) == ("challenge.closed", "reversed")
    assert closed["deciders"] == first["deciders"]
    assert "deciders" not in automatic


@pytest.mark.parametrize("light", [(), LAW.columns and ("decision_facts", "territorial_scope")])
def test_a_dump_becomes_the_statements_as_published_and_the_decisions_behind_them(command, place, light) -> None:
    habits = [Habit("video.example", 40), Habit("other.example", 10)]
    dump, planted = write_day(place.folder, date(2026, 3, 2), LAW, habits, archive="zips", light=light)
    said = command("record", "import", "commission-dump", dump, "--log", place.log).out
    assert said == "50 lines: 100 events recorded, 0 were there already; 0 lines cannot be mapped\n"
    made = events(command, place)
    decisions = [one for one in made if one["kind"] == "decision.made"]
    statements = [one for one in made if one["kind"] == "statement.submitted"]
    assert sum(planted.rows.values()) == len(decisions) == len(statements) == 50
    assert [one["decision"] for one in decisions] == [one["decision"] for one in statements]
    assert {one["service"] for one in made} == {"video.example", "other.example"}
    for decision, statement in zip(decisions, statements, strict=True):
        body = statement["body"]
        assert (statement["puid"], statement["uuid"]) == (body["platform_uid"], body["uuid"])
        assert statement["at"][:19] == body["created_at"].replace(" ", "T")
        assert decision["at"][:10] == body["application_date"][:10]
        assert decision["category"] == body["category"]
        assert decision["restrictions"] == body["decision_visibility"]
        assert ("territory" in decision) == (not light)
        assert "subject" not in decision


def test_a_dump_with_old_codes_takes_what_they_became_and_leaves_out_what_is_gone(command, place) -> None:
    dump, _ = write_day(place.folder, date(2025, 3, 2), LAW, [Habit("video.example", 2)], archive="csv")
    path = next(dump.iterdir())
    heading, *rows = path.read_text().splitlines(keepends=True)
    old = ("STATEMENT_CATEGORY_SCOPE_OF_PLATFORM_SERVICE", "STATEMENT_CATEGORY_NON_CONSENSUAL_BEHAVIOUR")
    column = heading.rstrip("\n").split(",").index("category")
    import csv
    import io

    changed = io.StringIO()
    writer = csv.writer(changed, lineterminator="\n")
    for row, code in zip(csv.reader(rows), old, strict=True):
        writer.writerow([*row[:column], code, *row[column + 1 :]])
    path.write_text(heading + changed.getvalue())
    command("record", "import", "commission-dump", path, "--log", place.log)
    made = events(command, place)
    assert [one.get("category") for one in made if one["kind"] == "decision.made"] == [
        "STATEMENT_CATEGORY_OTHER_VIOLATION_TC",
        None,
    ]
    assert [one["body"]["category"] for one in made if one["kind"] == "statement.submitted"] == list(old)


def test_a_trial_without_a_log_writes_nothing(command, place) -> None:
    place.file.write_text(ozone_day())
    before = sorted(place.folder.rglob("*"))
    said = command("record", "import", "ozone-events", place.file, *SERVICE).out
    assert "8 events would be recorded (a trial: no --log)" in said
    assert sorted(place.folder.rglob("*")) == before


def test_who_is_forgotten_stays_forgotten_and_everything_still_verifies(command, place) -> None:
    place.file.write_text(ozone_day())
    arguments = ("record", "import", "ozone-events", place.file, "--log", place.log, *SERVICE)
    command(*arguments)
    before = events(command, place)
    said = command("record", "forget", place.log, AUTHOR, POST, "nobody", *SERVICE).out
    assert said == "2 forgotten, 1 were not known\n"
    after = events(command, place)
    assert after[:-1] == before
    assert (after[-1]["kind"], after[-1]["person"]) == ("person.erased", before[3]["sender"])
    said = command(*arguments, code=1).out
    assert said.count(": the person that it names was forgotten\n") == 3
    assert said.count(": the item that it names was forgotten\n") == 4
    place.file.write_text(ozone(30, "modEventAcknowledge", ON_ACCOUNT).replace("2026-03-01", "2126-03-01"))
    command(*arguments)
    again = events(command, place)[-1]["subject"]["id"]
    assert again not in json.dumps(after)
    import sqlite3

    rows = sqlite3.connect(place.log / "private/names.sqlite").execute("SELECT id FROM name").fetchall()
    assert (before[3]["sender"],) not in rows
    assert before[3]["sender"].encode() not in (place.log / "private/names.sqlite").read_bytes()


def test_an_erased_event_stays_erased_when_its_file_comes_again(command, place) -> None:
    place.file.write_text(ozone(1, "modEventReport", by=REPORTER, reportType="x"))
    arguments = ("record", "import", "ozone-events", place.file, "--log", place.log, *SERVICE)
    command(*arguments)
    (only,) = events(command, place)
    command("record", "erase", place.log, only["id"])
    assert "0 events recorded, 1 were there already" in command(*arguments).out
    assert events(command, place) == []


def test_wrong_use_is_said_in_a_sentence(command, place) -> None:
    place.file.write_text(ozone_day())
    assert "there is no map ozone (a file, or one of" in command("record", "import", "ozone", place.file, code=2).err
    assert "give --service" in command("record", "import", "ozone-events", place.file, code=2).err
    assert "leave --service out" in command("record", "import", "commission-dump", place.file, *SERVICE, code=2).err
    missing = place.folder / "none"
    said = command("record", "import", "ozone-events", missing, *SERVICE, code=1).err
    assert "no such file" in said
    said = command("record", "import", "ozone-events", place.file, "--log", missing, *SERVICE, code=2).err
    assert "waarmerk log init" in said
    assert "there is no map x" in command("record", "maps", "x", code=2).err


def test_every_shipped_map_is_listed_and_printed_as_it_reads(command) -> None:
    listed = command("record", "maps").out
    for name, text in shipped().items():
        assert f"{name} " in listed
        assert command("record", "maps", name).out == text


def test_what_is_imported_is_read_back_as_the_catalogue_has_it(command, place) -> None:
    place.file.write_text(ozone_day() + ozone(40, "modEventAcknowledge", ON_POST, MODERATOR))
    command("record", "import", "ozone-events", place.file, "--log", place.log, *SERVICE)
    path = place.folder / "b.zip"
    command("record", "export", place.log, "-o", path)
    with open_bundle(path) as bundle:
        assert len([decode(stored.event) for stored in bundle.events()]) == 9


def test_a_run_that_is_cut_off_before_its_events_are_stored_is_finished_by_the_next(
    command, place, monkeypatch
) -> None:
    def cut(*_: object) -> None:
        raise UnavailableError("the disk is full")

    place.file.write_text(ozone_day())
    arguments = ("record", "import", "ozone-events", place.file, "--log", place.log, *SERVICE)
    with monkeypatch.context() as patch:
        patch.setattr(record_import, "record", cut)
        assert "the disk is full" in command(*arguments, code=1).err
    assert "8 events recorded, 0 were there already" in command(*arguments).out
    assert "0 events recorded, 8 were there already" in command(*arguments).out
