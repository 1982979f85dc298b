"""The template as data: its eleven parts, what every column is, to whom a row applies."""

from __future__ import annotations

import pytest

from waarmerk.dsa import vocabulary
from waarmerk.dsa.report.template import RESTRICTIONS, applicability_of, parts, source


def test_the_eleven_parts_have_the_official_rows_and_columns() -> None:
    shapes = {number: (len(part.rows), len(part.columns)) for number, part in parts().items()}
    assert shapes == {
        1: (5, 4),
        2: (100, 4),
        3: (181, 20),
        4: (91, 25),
        5: (90, 37),
        6: (98, 37),
        7: (47, 8),
        8: (35, 8),
        9: (6, 8),
        10: (4, 7),
        11: (11, 5),
    }
    assert "2024/2835" in source().version


@pytest.mark.parametrize("number", [3, 4, 5, 6])
def test_every_figure_has_its_contextual_information(number: int) -> None:
    by_key = parts()[number].by_key
    figures = [column for column in by_key.values() if column.kind in ("count", "items", "median")]
    for column in figures:
        beside = by_key[f"context_{column.key}"]
        assert beside.header.casefold().endswith(column.header.casefold())


def test_keys_say_what_their_headers_say() -> None:
    assert parts()[4].by_key["median_flagger"].header == "Median time to take action (Trusted Flagger notices)"
    assert parts()[3].by_key["orders_info"].header == "Number of orders to provide information"
    assert [parts()[5].by_key[key].header.rpartition(" ")[2].lower() for key in RESTRICTIONS[:3]] == [
        "removal",
        "disable",
        "demoted",
    ]
    assert (
        parts()[7].indicators["number of disputes submitted to out of court dispute settlement bodies"] == "disputes"
    )
    assert parts()[8].scopes["nam trusted flagger"] == "flagger"


def test_categories_15_to_17_stand_in_their_own_part_alone() -> None:
    stands = {
        category.number: [number for number in (3, 4, 5, 6) if category.code in parts()[number].categories]
        for category in vocabulary.categories().values()
    }
    assert stands[15] == [6]
    assert stands[16] == [3]
    assert stands[17] == [4]
    assert all(stands[number] == [3, 4, 5, 6] for number in range(1, 15))


@pytest.mark.parametrize(
    ("part", "indicator", "scope", "applies"),
    [
        (7, "complaints", "total", "All"),
        (7, "complaints", "upheld", "Only for providers of online platforms"),
        (8, "notices_solely", "notices", "Only for providers of hosting services, including online platforms"),
        (9, "internal", "total", "Only for VLOPs"),
        (7, "complaints", "own", ""),
    ],
)
def test_every_row_says_to_whom_it_applies(part: int, indicator: str, scope: str, applies: str) -> None:
    assert applicability_of(part, indicator, scope) == applies
