"""The law's words: complete, sourced, spelled in one place."""

import re
from pathlib import Path

import pytest

from waarmerk.dsa import vocabulary
from waarmerk.dsa.codes import code
from waarmerk.dsa.server_rules import allowed_codes

SOURCES = sorted((Path(__file__).parents[2] / "src").rglob("*.py"))
# One word of the template is the name of a row that anyone may add; prose and its reader speak of it by name.
CODE = re.compile(
    r"(STATEMENT_CATEGORY|KEYWORD|DECISION_(VISIBILITY|MONETARY|PROVISION|ACCOUNT|GROUND)|CONTENT_TYPE|ACCOUNT_TYPE"
    r"|SOURCE|AUTOMATED_DECISION)_(?!OTHER\b)[A-Z_]+"
)


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.stem)
def test_no_code_of_the_law_is_spelled_outside_the_data(path: Path) -> None:
    found = CODE.search(path.read_text(encoding="utf-8"))
    assert found is None, found


def test_every_file_says_where_it_comes_from() -> None:
    data = Path(vocabulary.__file__).parent / "data"
    assert set(vocabulary.sources()) == {path.stem for path in data.glob("*.json")}
    assert all(source.source and source.version for source in vocabulary.sources().values())


def test_counts_are_those_of_the_official_lists() -> None:
    assert len(vocabulary.categories()) == 17
    assert len(vocabulary.enum("category")) == 16
    assert sum(len(category.keywords) for category in vocabulary.categories().values()) == 82
    assert len(vocabulary.member_states()) == 27 and len(vocabulary.territories()) == 30
    assert len(vocabulary.dumps().columns) == 38 and len(vocabulary.dumps().columns_before()) == 37


def test_categories_of_the_template_are_numbered_in_order() -> None:
    assert [category.number for category in vocabulary.categories().values()] == list(range(1, 18))


def test_every_keyword_of_the_template_is_one_of_the_database() -> None:
    given = {keyword for category in vocabulary.categories().values() for keyword in category.keywords}
    assert given <= set(vocabulary.enum("category_specification"))


def test_a_keyword_that_the_template_lacks_belongs_nowhere() -> None:
    homeless = [keyword for keyword, homes in vocabulary.keyword_categories().items() if not homes]
    assert homeless == ["KEYWORD_STALKING"]


def test_every_closed_list_of_a_field_is_there() -> None:
    for name, field in vocabulary.fields().items():
        if field.enum:
            assert allowed_codes(field.enum), name


def test_renamed_codes_lead_to_codes_of_today() -> None:
    dumps = vocabulary.dumps()
    for gone, now in dumps.renamed_categories.items():
        assert gone not in vocabulary.enum("category")
        assert now is None or now in vocabulary.enum("category")
    for gone, now in dumps.renamed_keywords.items():
        assert gone not in vocabulary.enum("category_specification")
        assert now is None or now in vocabulary.enum("category_specification")


def test_an_ending_that_fits_two_codes_or_none_is_an_error() -> None:
    with pytest.raises(KeyError):
        code("decision_account", "NOWHERE")
    with pytest.raises(KeyError):
        code("decision_provision", "SUSPENSION")
