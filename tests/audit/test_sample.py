"""`waarmerk audit sample`: what is drawn, what is not drawn from, and what is refused."""

import base64
import csv
import hashlib
import json
from datetime import timedelta
from pathlib import Path

import pytest

from tests.audit.story import START, Story, clock, ident
from tests.audit.worlds import world
from tests.record.making import Record as Log
from waarmerk.record.events.checking import SeedSource
from waarmerk.record.log.keyring import read_keys
from waarmerk.record.log.keys import COSIGNATURE, SigningKey
from waarmerk.record.log.note import MAX_NOTE, Note, parse_note, sign_note, signature_by
from waarmerk.record.log.storage import PUBLIC

BEACON = "8f1c" * 8
WITNESS = SigningKey("witness.example", COSIGNATURE, bytes(range(32)))


def heads(folder: Path) -> list[Path]:
    return sorted(path for path in (folder / "checkpoints").iterdir() if path.suffix != ".key")


def published(log: Log) -> bytes:
    """The checkpoint that a log stands at."""
    return log.storage.read(PUBLIC + "checkpoint", MAX_NOTE)


@pytest.fixture
def made(tmp_path: Path) -> Path:
    """The folder of a simulated platform."""
    return world(tmp_path).parent


@pytest.fixture
def draw(command, made: Path):
    """`audit sample` of the simulated platform, as JSON."""

    def call(*arguments: object, head: Path | None = None, beacon: str = BEACON, code: int = 0) -> dict:
        given = ("--seed-from", head or heads(made)[-2], "--beacon", beacon, *arguments, "--format", "json")
        result = command("audit", "sample", made / "bundle.zip", *given, code=code)
        return json.loads(result.out) if code == 0 else {"error": result.err}

    return call


def by_hand(head: Path, purpose: str, ids: list[str], n: int) -> list[str]:
    """The sample as the docs say it, from the checkpoint's text."""
    text = "".join(f"{line}\n" for line in [*head.read_text().split("\n")[:3], purpose])
    seed = hashlib.sha256(text.encode() + bytes.fromhex(BEACON)).digest()
    return sorted(ids, key=lambda one: hashlib.sha256(seed + bytes.fromhex(one)).digest())[:n]


def test_uploads_are_drawn_from_the_hours_that_the_log_committed_to(draw, made: Path) -> None:
    head = heads(made)[12]
    sample = draw("--purpose", "uploads", "--n", 40, "--frames", made / "frames.csv", head=head)
    rows = list(csv.DictReader((made / "frames.csv").open()))
    covered = {
        item["hour"]
        for item in draw("--purpose", "uploads", "--n", 9999, "--frames", made / "frames.csv", head=head)["items"]
    }
    ids = [row["item"] for row in rows if row["hour_at"] in covered]
    assert sample["population"] == len(ids) < len(rows)
    assert [item["id"] for item in sample["items"]] == by_hand(head, "uploads", ids, 40)
    assert sample["unsound"] == [] and sample["not_covered"] == 0
    assert sample["probability"] == pytest.approx(40 / len(ids))
    # One-sided exact bound with nothing found: 1 - 0.05 ** (1 / n).
    assert sample["bound"] == pytest.approx(1 - 0.05 ** (1 / 40), abs=1e-6)


def test_an_hour_whose_list_is_not_what_was_committed_to_is_named_and_not_drawn_from(
    draw, made: Path, tmp_path: Path
) -> None:
    rows = list(csv.DictReader((made / "frames.csv").open()))
    hours = list(dict.fromkeys(row["hour_at"] for row in rows))
    swapped = next(row for row in rows if row["hour_at"] == hours[3])
    swapped["item"] = "0" * 32
    kept = [row for row in rows if row["hour_at"] != hours[5]]
    kept.remove(next(row for row in kept if row["hour_at"] == hours[7]))
    # An hour that the log passed over, and one that began when the bundle had ended: the list is of a later day.
    kept.append({"hour_at": "2021-01-01T00:00:00.000Z", "item": "1" * 32, "salt": "2" * 64})
    kept.append({"hour_at": "2031-01-01T00:00:00.000Z", "item": "1" * 32, "salt": "2" * 64})
    with (tmp_path / "f.csv").open("w", newline="") as stream:
        writer = csv.DictWriter(stream, list(rows[0]))
        writer.writeheader()
        writer.writerows(kept)
    sample = draw("--purpose", "uploads", "--n", 9999, "--frames", tmp_path / "f.csv")
    found = {hour["hour"]: hour["verdict"] for hour in sample["unsound"]}
    assert found == {
        hours[3]: "root",
        hours[5]: "missing",
        hours[7]: "count",
        "2021-01-01T00:00:00.000Z": "not_in_log",
    }
    assert not {item["hour"] for item in sample["items"]} & set(found)
    assert sample["not_covered"] == sum(row["hour_at"] in found for row in rows)


@pytest.mark.parametrize("purpose", ["notices", "decisions"])
def test_notices_and_decisions_come_from_below_the_checkpoint(draw, made: Path, purpose: str) -> None:
    early, late = heads(made)[8], heads(made)[-2]
    whole = draw("--purpose", purpose, "--n", 99999, head=early)
    ids = [item["id"] for item in whole["items"]]
    assert (whole["probability"], whole["bound"]) == (1, 0)
    assert whole["n"] == whole["population"] == len(set(ids)) > 20
    assert max(item["index"] for item in whole["items"]) < whole["size"]
    assert [item["id"] for item in draw("--purpose", purpose, "--n", 7, head=early)["items"]] == ids[:7]
    assert ids == by_hand(early, purpose, ids, len(ids))
    assert draw("--purpose", purpose, "--n", 99999, head=late)["population"] > whole["population"]


def test_it_is_said_whether_the_beacon_is_younger_than_the_population(draw, command, made: Path) -> None:
    asked = ("--purpose", "notices", "--n", 3)
    later = ("--beacon-at", "2031-01-01T00:00:00Z")
    witness = ("--witness-key", (made / "checkpoints/witness.key").read_text().strip())
    assert draw(*asked)["after"] == "no_time"
    assert draw(*asked, *later)["after"] == "clock"
    by_witness = draw(*asked, *later, *witness)
    assert by_witness["after"] == "witness"
    assert by_witness["last_entry_at"] <= by_witness["witnessed_at"] < "2031"
    told = draw(*asked, "--beacon-at", "2026-03-02T01:00:00Z", code=2)["error"]
    assert "could know the draw" in told
    out = command(
        *("audit", "sample", made / "bundle.zip", *asked, "--seed-from", heads(made)[-2], "--beacon", BEACON),
        *("--lang", "nl"),
    ).out
    assert "niet aangetoond" in out and "3 getrokken uit" in out and "van wie die is weet niemand" in out


@pytest.mark.parametrize(("hours", "after"), [(9, "witness"), (11, "not_witnessed"), (None, "not_witnessed")])
def test_a_witness_shows_it_only_where_it_cosigned_before_the_beacon(
    command, tmp_path: Path, hours: float | None, after: str
) -> None:
    story = Story()
    story.notice("a", 1)
    log = story.log()
    head = published(log)
    if hours is not None:
        note = parse_note(head)
        at = int((START + timedelta(hours=hours)).timestamp())
        head = Note(note.text, (*note.signatures, signature_by(WITNESS, note.text, at))).data
    (tmp_path / "head").write_bytes(head)
    given = ("--purpose", "notices", "--n", 1, "--seed-from", tmp_path / "head", "--beacon", BEACON)
    when = ("--beacon-at", clock(10), "--witness-key", WITNESS.verifier.text, "--key", log.key.text)
    bundle = log.bundle(tmp_path / "b.zip")
    sample = json.loads(command("audit", "sample", bundle, *given, *when, "--format", "json").out)
    assert (sample["after"], sample["own_key"]) == (after, False)
    shown = command("audit", "sample", bundle, *given, *when).out
    assert ("cannot be shown" in shown) is (after == "not_witnessed")


def test_an_entry_of_another_service_is_one_that_could_shape_the_draw(command, tmp_path: Path) -> None:
    story = Story()
    story.notice("a", 1)
    story.notice("b", 20, service="other.example", channel="other")
    log = story.log()
    (tmp_path / "head").write_bytes(published(log))
    given = ("--purpose", "notices", "--n", 1, "--seed-from", tmp_path / "head", "--beacon", BEACON)
    asked = (*given, "--service", "video.example", "--beacon-at", clock(10))
    assert "could know the draw" in command("audit", "sample", log.bundle(tmp_path / "b.zip"), *asked, code=2).err


def test_a_plan_in_the_log_stands_beside_the_draw(command, tmp_path: Path) -> None:
    story = Story()
    for number in range(6):
        story.notice(f"n{number}", number)
    source = SeedSource(checkpoint=9, beacon="round 12")
    story.event("sample.planned", 7, purpose="audit", unit="notices", size=4, seed_source=source)
    story.until(8)
    log = story.log()
    (tmp_path / "head").write_bytes(published(log))
    bundle = log.bundle(tmp_path / "b.zip")
    base = ("audit", "sample", bundle, "--purpose", "notices", "--seed-from", tmp_path / "head", "--beacon", BEACON)
    (plan,) = json.loads(command(*base, "--n", 4, "--format", "json").out)["plans"]
    assert (plan["size"], plan["beacon"], plan["differs"]) == (4, "round 12", [])
    out = command(*base, "--n", 3, "--beacon-at", clock(9)).out
    assert "planned a sample of 4 with the beacon round 12; this one differs in its size" in out


@pytest.mark.parametrize(
    ("head", "code", "match"),
    [
        ("other", 4, "is of the log"),
        ("forged", 4, "another root"),
        ("later", 1, "export the bundle after"),
        ("text", 1, "waarmerk:"),
    ],
)
def test_a_checkpoint_that_is_not_this_log_s_draws_nothing(
    command, tmp_path: Path, head: str, code: int, match: str
) -> None:
    story = Story()
    for number in range(6):
        story.notice(f"n{number}", number)
    log = story.log()
    (key,) = read_keys(log.storage)
    root = base64.b64encode(bytes(32)).decode()
    texts = {
        "other": f"example.com/other\n7\n{root}\n",
        "forged": f"example.com/log\n5\n{root}\n",
        "later": f"example.com/log\n70\n{root}\n",
    }
    data = sign_note(texts[head], [key], 0) if head in texts else b"no checkpoint"
    (tmp_path / "head").write_bytes(data)
    bundle = log.bundle(tmp_path / "b.zip")
    given = ("--purpose", "notices", "--n", 2, "--seed-from", tmp_path / "head", "--beacon", BEACON)
    assert match in command("audit", "sample", bundle, *given, code=code).err


@pytest.mark.parametrize(
    ("row", "match"),
    [
        ("2026-03-02T01:00:00Z,abc,{salt}", "item is no id"),
        ("2026-03-02T01:00:00Z,{item},00", "salt is not 32 bytes"),
        ("2026-03-02T01:00:00+01:00,{item},{salt}", "no time in UTC"),
        (",{item},{salt}", "names no hour"),
        ("2026-03-02T01:00:00Z,{item},{salt}\n2026-03-02T01:00:00Z,{item},{salt}", "stands twice"),
        (
            "2026-03-02T01:00:00Z,{item},{salt}\n2026-03-02T02:00:00Z,{item},{salt}\n2026-03-02T01:00:00Z,{item},{salt}",
            "stand in two places",
        ),
    ],
)
def test_a_row_that_is_none_is_named_with_its_line(draw, tmp_path: Path, row: str, match: str) -> None:
    text = "hour_at,item,salt\n" + row.format(item="a" * 32, salt="b" * 64) + "\n"
    (tmp_path / "f.csv").write_text(text)
    told = draw("--purpose", "uploads", "--n", 2, "--frames", tmp_path / "f.csv", code=1)["error"]
    assert match in told and "f.csv:" in told


def test_wishes_that_make_no_draw_are_refused(draw, made: Path) -> None:
    assert "knows notices, decisions, uploads" in draw("--purpose", "views", "--n", 2, code=2)["error"]
    assert "at least 1" in draw("--purpose", "notices", "--n", 0, code=2)["error"]
    assert "--frames belongs to" in draw("--purpose", "uploads", "--n", 1, code=2)["error"]
    told = draw("--purpose", "notices", "--n", 1, "--frames", made / "frames.csv", code=2)["error"]
    assert "--frames belongs to" in told


def test_what_the_log_does_not_have_is_not_drawn_from(command, tmp_path: Path) -> None:
    story = Story()
    story.notice("a", 1)
    log = story.log()
    (tmp_path / "head").write_bytes(published(log))
    given = ("--purpose", "decisions", "--n", 1, "--seed-from", tmp_path / "head", "--beacon", BEACON)
    told = command("audit", "sample", log.bundle(tmp_path / "b.zip"), *given, code=1).err
    assert "nothing to draw decisions from" in told


def test_two_services_are_asked_apart(command, tmp_path: Path) -> None:
    story = Story()
    story.notice("a", 1)
    story.notice("b", 2, service="other.example", channel="other")
    log = story.log()
    (tmp_path / "head").write_bytes(published(log))
    base = (
        *("audit", "sample", log.bundle(tmp_path / "b.zip"), "--purpose", "notices", "--n", 9),
        *("--seed-from", tmp_path / "head", "--beacon", BEACON),
    )
    assert "several services: other.example, video.example" in command(*base, code=2).err
    assert ident("b") in command(*base, "--service", "other.example").out
    assert "no event of a service third.example" in command(*base, "--service", "third.example", code=2).err
