"""Events: one form in bytes, closed kinds and fields, a schema that says the same, and a table that fits."""

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from tests.record.events.examples import EXAMPLES, HEADER
from waarmerk.errors import InputError
from waarmerk.record.commitment import canonical
from waarmerk.record.events.catalogue import KINDS, MAX_EVENT, decode, encode, fields, native_fields, schema
from waarmerk.record.events.checking import PersonErased
from waarmerk.record.events.coverage import ANY, coverage, kinds_of, split
from waarmerk.record.events.reference import page
from waarmerk.record.events.types import Event

DOCS = Path(__file__).parents[3] / "docs/reference"
VALIDATOR = Draft202012Validator(schema())
NAMES = [type(event).__name__ for event in EXAMPLES]
ERASED = EXAMPLES[-1]


def plain(event: Event) -> dict[str, Any]:
    return json.loads(encode(event))


def test_there_is_an_example_of_every_kind_with_every_field() -> None:
    assert [plain(event)["kind"] for event in EXAMPLES] == list(KINDS)
    for event in EXAMPLES:
        assert set(plain(event)) - {"kind"} == set(fields(plain(event)["kind"]))


@pytest.mark.parametrize("event", EXAMPLES, ids=NAMES)
def test_an_event_reads_back_and_its_schema_accepts_it(event: Event) -> None:
    data = encode(event)
    assert decode(data) == event
    assert canonical(json.loads(data)) == data
    VALIDATOR.validate(plain(event))


@pytest.mark.parametrize("event", EXAMPLES, ids=NAMES)
def test_without_a_required_field_or_with_one_too_many_it_is_refused_by_reader_and_schema(event: Event) -> None:
    whole = plain(event)
    required = {field.name for field in msgspec.structs.fields(event) if field.required} | {"kind"}
    required |= set(native_fields(whole["kind"]))
    for name in whole:
        rest = {key: value for key, value in whole.items() if key != name}
        assert VALIDATOR.is_valid(rest) == (name not in required), name
        nothing = {**whole, name: None}
        assert not VALIDATOR.is_valid(nothing) or (whole["kind"], name) == ("record.corrected", "now")
        if name in required:
            with pytest.raises(InputError):
                decode(canonical(rest))
        else:
            assert getattr(decode(canonical(rest)), name) is None
    more = {**whole, "comment": "x"}
    assert not VALIDATOR.is_valid(more)
    with pytest.raises(InputError, match="comment"):
        decode(canonical(more))


@pytest.mark.parametrize("event", EXAMPLES, ids=NAMES)
def test_an_imported_event_lacks_what_a_native_one_must_say_and_nothing_else(event: Event) -> None:
    imported = {**plain(event), "src": "import:tool"}
    native = set(native_fields(imported["kind"]))
    for name in imported:
        rest = {key: value for key, value in imported.items() if key != name}
        optional = name in native or not any(
            field.name == name and field.required for field in msgspec.structs.fields(event)
        )
        assert VALIDATOR.is_valid(rest) == (optional and name != "kind"), name
        if name in native:
            assert getattr(decode(canonical(rest)), name) is None
            with pytest.raises(InputError, match=r"a native .* has the field"):
                encode(msgspec.structs.replace(event, **{name: None}))
    bare = {name: value for name, value in imported.items() if name not in native}
    assert plain(decode(canonical(bare))) == bare
    VALIDATOR.validate(bare)


@pytest.mark.parametrize("event", EXAMPLES, ids=NAMES)
def test_a_field_of_another_type_is_refused_naming_it(event: Event) -> None:
    free = {("statement.submitted", "body"), ("record.corrected", "now")}
    for name in fields(plain(event)["kind"]):
        if (plain(event)["kind"], name) not in free:
            with pytest.raises(InputError, match=rf"\$\.{name}|kind|not JSON|version|canonical"):
                decode(canonical({**plain(event), name: {"a": {"wrong": "thing"}}}))


@pytest.mark.parametrize(
    ("bend", "what"),
    [
        (
            lambda text: text.replace('"person.erased"', '"person.forgotten"'),
            "no kind of event called 'person.forgotten'",
        ),
        (lambda text: text.replace('"v":1', '"v":2'), "version 2 of person.erased is not known"),
        (lambda text: text.replace('"v":1', '"v":1,"v":1'), "canonical form"),
        (lambda text: text.replace('"n":1', '"n":1.0'), "canonical form|int"),
        (lambda text: text.replace(",", ", ", 1), "canonical form"),
        (lambda text: text + "\n", "canonical form"),
        (lambda text: text.replace("video.example", "video\\u002eexample"), "canonical form"),
        (lambda text: text.replace("video.example", "\\ud800"), "not JSON|canonical"),
        (lambda text: text.replace("2026-02-03T14", "2026-02-30T14"), "no calendar has"),
        (lambda text: text.replace("2026-02-03T14", "2026-02-03T24"), "regex"),
        (lambda text: text.replace("06.789Z", "06Z"), "regex"),
        (lambda text: text.replace("b" * 32, "B" * 32), "regex"),
        (lambda text: text.replace('"native"', '"import:"'), "regex"),
        (lambda text: text.replace('"n":1', '"n":0'), ">= 1"),
        (lambda text: text.replace('"n":1', '"n":9007199254740993'), "<="),
        (lambda text: text.replace('"role":"reviewer"', '"role":null'), "canonical form"),
        (lambda text: text[:-1], "not JSON"),
        (lambda text: "[" * 100_000, "not an event|not JSON"),
        (lambda text: text.replace('"n":1', '"n":' + "[" * 100_000), "not an event|not JSON"),
        (lambda text: "[]", "not an event"),
        (lambda text: "", "not JSON"),
        (lambda text: text.replace("video.example", "x" * MAX_EVENT), "above the limit"),
    ],
)
def test_a_bent_event_is_refused_saying_why(bend: Any, what: str) -> None:
    text = encode(ERASED).decode()
    assert bend(text) != text
    with pytest.raises(InputError, match=what) as error:
        decode(bend(text).encode(), where="line 7")
    assert error.value.where == "line 7"


@pytest.mark.parametrize("depth", [32, 500, 5_000, 100_000])
def test_a_body_that_is_nested_without_end_is_refused(depth: int) -> None:
    data = encode(EXAMPLES[10]).replace(b'"n":[1,null,2.5]', b'"n":' + b"[" * depth + b"]" * depth)
    with pytest.raises(InputError, match=r"nested|not JSON"):
        decode(data)


def test_a_body_of_as_many_levels_as_allowed_reads() -> None:
    data = encode(EXAMPLES[10]).replace(b'"n":[1,null,2.5]', b'"n":' + b"[" * 31 + b"]" * 31)
    assert encode(decode(data)) == data


def test_bytes_that_are_no_utf_8_are_refused() -> None:
    with pytest.raises(InputError):
        decode(encode(ERASED).replace(b"video", b"vide\xff"))


def test_a_code_that_the_law_does_not_have_is_refused() -> None:
    decision = plain(EXAMPLES[7])
    for name, value in (("category", "CATEGORY_X"), ("restrictions", ["REMOVED"]), ("territory", ["XX"])):
        with pytest.raises(InputError, match=rf"\$\.{name}"):
            decode(canonical({**decision, name: value}))
        assert not VALIDATOR.is_valid({**decision, name: value})


@given(st.text(min_size=1, max_size=500), st.integers(1, 2**53 - 1))
def test_any_text_and_number_of_the_header_reads_back(text: str, number: int) -> None:
    event = PersonErased(**{**HEADER, "service": text, "n": number}, person="a" * 32)
    assert decode(encode(event)) == event


@given(st.binary(max_size=60))
def test_any_bytes_are_refused_in_a_sentence(data: bytes) -> None:
    with pytest.raises(InputError):
        decode(data)


_JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(2**60), 2**60)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


@given(st.dictionaries(st.text(), _JSON, max_size=5))
def test_what_is_read_is_exactly_what_rfc_8785_writes(body: dict[str, Any]) -> None:
    event = msgspec.structs.replace(EXAMPLES[10], body=body)
    quick = msgspec.json.encode(event, order="sorted")
    try:
        exact = encode(event)
    except InputError:
        exact = None
    if quick != exact:
        with pytest.raises(InputError):
            decode(quick)
    if exact is not None:
        assert decode(exact) == event


@pytest.mark.parametrize("value", [1e20, float("inf"), float("nan"), [1e20], {"a": -1e16}], ids=repr)
def test_a_value_that_would_not_read_back_is_not_written(value: Any) -> None:
    with pytest.raises(InputError):
        encode(msgspec.structs.replace(EXAMPLES[19], now=value))


@pytest.mark.parametrize(
    "number",
    ["1.0", "1e2", "1E2", "-0", "-0.0", "0.10", "100000000000000000000", "9007199254740993", "1e+2", "1.5e-7"],
)
def test_a_number_with_two_spellings_is_taken_in_one(number: str) -> None:
    data = encode(EXAMPLES[10]).replace(b"2.5", number.encode())
    try:
        exact = canonical(json.loads(data)) == data
    except InputError:
        exact = False
    assert exact == (number == "1.5e-7")
    if exact:
        decode(data)
    else:
        with pytest.raises(InputError):
            decode(data)


def test_every_row_of_the_table_names_fields_that_exist() -> None:
    for row in (*coverage().obligation, *coverage().part):
        assert row.reads or getattr(row, "outside", ()), row
        assert len(set(row.reads)) == len(row.reads)
        for read in row.reads:
            kind, field = split(read)
            known = Event.__struct_fields__ if kind == ANY else fields(kind)
            assert field in known, f"{row.title}: {read}"


def test_every_kind_serves_an_obligation_or_a_part_of_the_report() -> None:
    served = {split(read)[0] for row in (*coverage().obligation, *coverage().part) for read in row.reads}
    assert set(KINDS) <= served


def test_ids_are_given_once_and_the_law_has_an_article() -> None:
    rows = coverage().obligation
    assert len({row.id for row in rows}) == len(rows) == 59
    assert all(row.article for row in rows if row.basis == "law")


def test_an_obligation_knows_which_kinds_a_bundle_must_have() -> None:
    first = next(row for row in coverage().obligation if row.id == "N1")
    assert kinds_of(first) == {"notice.received", "message.sent"}  # benchmarks have defaults
    assert "policy.adopted" in kinds_of(next(row for row in coverage().obligation if row.id == "A5"))
    assert "tool.adopted" not in kinds_of(next(row for row in coverage().obligation if row.id == "A5"))


@pytest.mark.parametrize(
    ("name", "made"),
    [
        ("events.md", page),
        ("events.schema.json", lambda: json.dumps(schema(), indent=1, ensure_ascii=False) + "\n"),
    ],
)
def test_what_the_docs_show_is_what_the_code_says(name: str, made: Any, golden_update: bool) -> None:
    if golden_update:
        (DOCS / name).write_text(made(), encoding="utf-8")
    assert (DOCS / name).read_text(encoding="utf-8") == made(), "run `make golden` and review the difference"
