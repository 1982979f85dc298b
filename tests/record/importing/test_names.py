"""Ids of imports: derived for records, random for persons; forgotten for ever, durable before they are used."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from waarmerk.errors import InputError, IntegrityError
from waarmerk.record.importing.names import Names

AT, LATER = "2026-01-01T00:00:00.000Z", "2026-06-01T00:00:00.000Z"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "private").mkdir()
    return tmp_path


def test_a_person_has_one_pseudonym_for_a_service_as_long_as_the_table_is_kept(folder: Path) -> None:
    with Names(folder) as names:
        first, other = names.of("person", "s", "a", AT), names.of("person", "t", "a", AT)
        item = names.of("item", "s", "a", AT)
        names.keep()
    with Names(folder) as names:
        assert names.of("person", "s", "a", LATER) == first
    assert len({first, other, item}) == 3


def test_what_was_not_kept_is_gone_after_a_crash_and_nothing_names_it(folder: Path) -> None:
    with Names(folder) as names:
        lost = names.of("person", "s", "a", AT)
    with Names(folder) as names:
        assert names.find("person", "s", "a") is None
        assert names.of("person", "s", "a", AT) != lost


def test_two_logs_derive_different_ids_for_the_same_record(tmp_path: Path) -> None:
    ids = set()
    for name in ("one", "two"):
        (tmp_path / name / "private").mkdir(parents=True)
        with Names(tmp_path / name) as names:
            ids.add(names.derived("map", "decision", "7"))
            assert names.derived("map", "decision", "7") in ids
    assert len(ids) == 2


@given(st.lists(st.text(), max_size=4), st.lists(st.text(), max_size=4))
def test_different_parts_give_different_ids_however_they_are_cut(one: list[str], other: list[str]) -> None:
    with Names(None) as names:
        assert (names.derived(*one) == names.derived(*other)) == (one == other)


def test_a_forgotten_name_gets_a_new_pseudonym_for_what_comes_after_and_none_for_what_was_before(
    folder: Path,
) -> None:
    with Names(folder) as names:
        first = names.of("person", "s", "a", AT)
        names.forget("person", "s", "a", "2026-03-01T00:00:00.000Z")
    with Names(folder) as names:
        assert names.find("person", "s", "a") is None
        with pytest.raises(InputError, match="the person that it names was forgotten"):
            names.of("person", "s", "a", AT)
        second = names.of("person", "s", "a", LATER)
        assert second != first
        with pytest.raises(InputError):
            names.of("person", "s", "a", AT)
        assert names.of("person", "s", "a", LATER) == second


def test_the_table_is_the_owners_alone_and_a_damaged_one_is_told(folder: Path) -> None:
    with Names(folder):
        pass
    path = folder / "private/names.sqlite"
    assert path.stat().st_mode & 0o777 == 0o600
    path.write_bytes(b"no database" * 1000)
    with pytest.raises(IntegrityError, match="table of names is damaged"):
        Names(folder)
