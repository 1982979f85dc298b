"""Maps: read without surprises, checked as a whole before a line is mapped, and the shipped ones hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waarmerk.errors import InputError
from waarmerk.record.importing.maps import parse_map, shipped
from waarmerk.record.importing.names import Names
from waarmerk.record.importing.rows import Row
from waarmerk.record.importing.run import Importer, Nowhere
from waarmerk.text.plain_yaml import MAX_YAML

GOOD = """
name: ours
format: jsonl
key: [id]
at: {$time: at}
tables: {outcome: {removed: restrict}}
skip:
  - {when: {type: note}, why: a note}
events:
  - kind: decision.made
    when: {type: decision}
    fields:
      decision: {$id: [decision, id]}
      outcome: {$from: result, $table: outcome}
      subject: {type: item, id: {$item: video}}
      deciders: [{$person: actor}]
"""
ROW = {
    "id": 1,
    "at": "2026-01-02T03:04:05+01:00",
    "type": "decision",
    "result": "removed",
    "video": "v",
    "actor": "a",
}


def outcome(text: str, row: dict) -> tuple[str, list[bytes]]:
    """Why a row cannot be mapped by a map, and the events that it made."""
    stored: list[tuple[str, bytes]] = []
    with Names(None) as names:
        importer = Importer(
            parse_map(text.encode(), "m"),
            names,
            Nowhere(),
            stored.extend,
            channel="import-1",
            now=lambda: "2026-02-01T00:00:00.000Z",
            service="s",
        )
        told = list(importer.run([Row("f", 3, row)]))
    return (told[0].why if told else ""), [event for _, event in stored]


@pytest.mark.parametrize("name", shipped())
def test_a_shipped_map_reads_and_is_called_like_its_file(name: str) -> None:
    made = parse_map(shipped()[name].encode(), name)
    assert (made.name, bool(made.about), bool(made.events)) == (name, True, True)


def test_a_map_makes_the_event_it_describes() -> None:
    why, (event,) = outcome(GOOD, ROW)
    assert why == ""
    for part in (b'"at":"2026-01-02T02:04:05.000Z"', b'"outcome":"restrict"', b'"src":"import:ours"', b'"n":1'):
        assert part in event


@pytest.mark.parametrize(
    ("old", "new", "match"),
    [
        ("name: ours", "name: Ours", "'Ours' is no name"),
        ("format: jsonl", "format: xml", "the format is one of"),
        ("key: [id]", "", "a map says its key"),
        ("key: [id]", "key: id", "a list is expected"),
        ("at: {$time", "when: x\nat: {$time", "'when' is not known here"),
        ("kind: decision.made", "kind: decision.taken", "no kind of event called 'decision.taken'"),
        ("outcome: {$from", "result: {$from", "'result' is not known here"),
        ("$table: outcome}", "$table: results}", "no table 'results'"),
        ("$table: outcome}", "$map: outcome}", "no template"),
        ("{$id: [decision, id]}", "{$from: id}", "an id comes from"),
        ("{$id: [decision, id]}", "abc", "an id comes from"),
        ("{$item: video}", "{$from: video}", "an id comes from"),
        ("{$person: actor}", "{$from: actor}", "a pseudonym comes from"),
        ("{$person: actor}", "{$id: [person, actor]}", "a pseudonym comes from"),
        ("{$time: at}", "{$time: at, $zone: CET}", "'CET' is no zone"),
        ("why: a note", "why: ''", "has a when and a why"),
        ("{type: note}", "{type: {$maybe: x}}", "is not known here"),
        ("{type: note}", "{type: {$not: {}}}", "a text is expected"),
        ("$from: result", "$from: {a: b}", "a path is a text"),
        ("name: ours", "name: ours\nname: ours", "'name' stands twice"),
        ("[id]", "&a [id]", "anchors, aliases and tags"),
        ("[id]", "!!python/object:os.system [id]", "anchors, aliases and tags"),
        ("name: ours", "name: [", "not YAML"),
        ("name: ours", "---\nname: ours\n---\nname: theirs", "not YAML"),
        ("name: ours", "? [a]\n: b\nname: ours", "a key is a text"),
    ],
)
def test_a_map_that_is_not_as_it_should_be_is_refused_with_its_place(old: str, new: str, match: str) -> None:
    assert old in GOOD
    with pytest.raises(InputError, match=match) as error:
        parse_map(GOOD.replace(old, new, 1).encode(), "m.yaml")
    assert error.value.where.startswith("m.yaml")


@pytest.mark.parametrize(
    ("data", "match"),
    [
        (b"", "the file is empty"),
        (b"\xff", "UTF-8"),
        (b"a: \x00", "not YAML"),
        (b"[" * 100, "nested too deep"),
        (b"[" * 100_000, "nested too deep|not YAML"),
        (b"a" * (MAX_YAML + 1), "more than"),
        (b"- a", "names with values"),
    ],
)
def test_what_is_no_map_is_refused(data: bytes, match: str) -> None:
    with pytest.raises(InputError, match=match):
        parse_map(data + b"]" * data.count(b"["), "m.yaml")


@pytest.mark.parametrize(
    ("more", "match"),
    [
        ({"type": "other"}, "says nothing of a record like this"),
        ({"id": None}, "numbers records by"),
        ({"at": ""}, "does not say when"),
        ({"at": "31/12/2026"}, "is no time"),
        ({"at": "9999-12-31T23:59:59-23:00"}, "is no time"),
        ({"result": "kept"}, "result is 'kept', which the table outcome"),
        ({"result": {}}, "Object missing required field `outcome`"),
        ({"result": "x" * 10_000}, "which the table outcome"),
    ],
)
def test_a_record_without_an_answer_is_told_why(more: dict, match: str) -> None:
    why, events = outcome(GOOD, {**ROW, **more})
    assert match in why
    assert len(why) < 300
    assert events == []


def test_a_part_of_which_something_is_absent_is_absent_as_a_whole() -> None:
    why, (event,) = outcome(GOOD, {**ROW, "video": None, "actor": ""})
    assert why == ""
    assert b"subject" not in event
    assert b"deciders" not in event


_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from([*ROW, "x"]), inner, max_size=3),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(list(ROW)), _VALUES))
def test_no_record_whatever_ends_in_anything_but_an_event_or_a_reason(more: dict) -> None:
    why, events = outcome(GOOD, {**ROW, **more})
    assert bool(why) == (len(events) == 0) or more.get("type") == "note"
