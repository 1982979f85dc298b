"""Lists into a bank and out of it, as a person calls it."""

import hashlib
import json
from pathlib import Path

import pytest

from tests.bank.store.storing import SCAM
from tests.cli.test_bank import SMALL, bank  # noqa: F401 a fixture

PDQ = "f8f8f0cee0f4a84f06370a22038f63f0b36e2ed596621e1d33e6b39c4e9c9b22"
FROM = ("--category", SCAM, "--source", "list X")


def descriptor(name: str, **changed) -> dict:
    return {
        "id": name,
        "raw_indicator": PDQ,
        "type": "HASH_PDQ",
        "owner": {"name": "x"},
        "status": "MALICIOUS",
    } | changed


def saved(path: Path, value) -> Path:
    path.write_text(json.dumps(value))
    return path


def test_a_list_is_known_by_its_form_enters_as_seeded_and_goes_out_with_all_its_fields(bank, tmp_path: Path) -> None:  # noqa: F811
    path = saved(tmp_path / "list.json", {"data": [descriptor("1"), descriptor("2", raw_indicator=PDQ[::-1])]})
    (told,) = bank("import", path, *FROM, "--format", "json").json()
    assert (told["added"], told["taken_back"], told["not_fakes"]) == (2, 0, 0)
    assert {one["status"] for one in bank("list", "--format", "json").json()} == {"seeded"}
    out = tmp_path / "out.json"
    assert bank("export", "--as", "threatexchange", "-o", out).code == 0
    rows = json.loads(out.read_text())["data"]
    assert [(row["id"], row["raw_indicator"], row["owner"]) for row in rows] == [
        ("1", PDQ, {"name": "x"}),
        ("2", PDQ[::-1], {"name": "x"}),
    ]
    for form in ("csv", "hma", "stix", "mediareview"):
        again = tmp_path / form
        assert bank("export", "--as", form, "-o", again).code == 0
        (read,) = bank("import", again, *FROM, "--format", "json").json()
        assert (read["added"], read["known"]) == (0, 2), form


def test_what_its_source_took_back_is_withdrawn_by_hash_or_id_and_the_genuine_stays_out(bank, tmp_path: Path) -> None:  # noqa: F811
    first = [descriptor("1"), descriptor("2", raw_indicator=PDQ[::-1]), descriptor("3", raw_indicator="0" * 63 + "1")]
    assert bank("import", saved(tmp_path / "a", {"data": first}), *FROM).code == 0
    then = [
        {"id": "1", "should_delete": True},
        descriptor("9", raw_indicator=PDQ[::-1], should_delete=True),
        descriptor("8", raw_indicator="1" * 64, status="NON_MALICIOUS"),
    ]
    said = bank("import", saved(tmp_path / "b", {"data": then}), *FROM)
    assert "2 withdrawn, for their source took them back" in said.out
    assert "1 passed over, for their source calls them genuine" in said.out
    states = [one["status"] for one in bank("list", "--format", "json").json()]
    assert states == ["withdrawn", "withdrawn", "seeded"]
    again = bank("import", saved(tmp_path / "c", {"data": first}), *FROM, "--format", "json").json()[0]
    assert (again["added"], again["known"], again["withdrawn"]) == (0, 1, 2)
    other = ("--category", SCAM, "--source", "list Y")
    assert bank("import", tmp_path / "b", *other, "--format", "json").json()[0]["taken_back"] == 0


def test_a_bad_record_refuses_the_list_or_is_passed_over(bank, tmp_path: Path) -> None:  # noqa: F811
    path = saved(tmp_path / "a", {"data": [descriptor("1"), descriptor("2", raw_indicator="x"), descriptor("3")]})
    refused = bank("import", path, *FROM)
    assert (refused.code, refused.out, refused.err.count("\n")) == (1, "", 1)
    assert "record 2: a PDQ hash has" in refused.err
    assert bank("list").out == ""
    taken = bank("import", path, *FROM, "--bad-lines", "skip", "--format", "json")
    assert (taken.code, taken.json()[0]["added"]) == (1, 1)
    strange = bank("import", saved(tmp_path / "b", {"data": [descriptor("1", description="\ud800")]}), *FROM)
    assert (strange.code, strange.err.count("\n"), "no text" in strange.err) == (1, 1, True)


@pytest.mark.parametrize(
    "words", [("--as", "none"), ("--as", "ncmec"), ("--as", "csv", "--entry", "x"), ("--entry", "x")]
)
def test_an_export_that_cannot_be_is_one_sentence(bank, tmp_path: Path, words: tuple[str, ...]) -> None:  # noqa: F811
    said = bank("export", *words, "-o", tmp_path / "out")
    assert (said.code, said.err.count("\n"), (tmp_path / "out").exists()) == (2, 1, False)


def test_one_video_goes_out_as_the_vpdq_file_it_came_as(bank, tmp_path: Path) -> None:  # noqa: F811
    data = f"0,100,{PDQ},0.000\n30,90,{PDQ[::-1]},1.001\n"
    path = tmp_path / "video.vpdq"
    path.write_text(data)
    (told,) = bank("import", path, *FROM, "--format", "json").json()
    out = tmp_path / "out.vpdq"
    assert bank("export", "--as", "vpdq", "--entry", told["entries"][0], "-o", out).code == 0
    assert out.read_text() == data


def test_a_file_whose_md5_was_listed_is_found_until_it_is_taken_back(bank, tmp_path: Path) -> None:  # noqa: F811
    md5 = hashlib.md5(SMALL.read_bytes()).hexdigest()
    record = {"hashValue": md5, "signalType": "VideoMD5", "hashStatus": "Active"}
    assert bank("import", saved(tmp_path / "a", {"hashRecords": [record]}), *FROM).code == 0
    (told,) = bank("match", SMALL, "--format", "json").json()
    assert [(match["signal"], match["distance"]) for match in told["matches"]] == [("md5", 0)]
    gone = record | {"hashStatus": "Withdrawn"}
    assert bank("import", saved(tmp_path / "b", {"hashRecords": [gone]}), *FROM).code == 0
    assert bank("match", SMALL, "--fail-on", "match").code == 0


def test_serving_without_keys_is_for_this_machine_alone(bank) -> None:  # noqa: F811
    assert "either --keys FILE or --no-keys" in bank("serve").err
    said = bank("serve", "--no-keys", "--host", "0.0.0.0")
    assert (said.code, "loopback alone" in said.err) == (2, True)
