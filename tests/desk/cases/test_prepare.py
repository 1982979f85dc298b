"""A case that is prepared again: for every notice, without a second look."""

from tests.desk.conftest import Place
from waarmerk.desk.cases.looking import Known, Looked, from_json
from waarmerk.desk.cases.prepare import adopt_policy, conclude, looked_before
from waarmerk.desk.policy.read import default_policy, default_text
from waarmerk.desk.store import tables

SEEN = Looked(report={"schema": "waarmerk.check/1"}, matches=(Known("e" * 32, "confirmed", "other", "pdq", 3),))


def concluded(place: Place, case_id: str, looked: Looked, trouble: str = "") -> None:
    with place.desk.write() as unit:
        adopt_policy(unit, default_policy(), default_text())
        conclude(unit, default_policy(), case_id, looked, mode="live", trouble=trouble)


def test_a_case_that_a_notice_has_prepared_again_knows_what_was_seen_and_keeps_its_report(place: Place) -> None:
    item = place.upload(sha256="a" * 64)
    (case,) = (row.id for row in place.rows(tables.case))
    assert looked_before(place.desk, case) is None
    concluded(place, case, SEEN)
    assert place.notice(item).cases == (case,)
    before = looked_before(place.desk, case)
    assert before
    assert from_json(before).matches == SEEN.matches
    concluded(place, case, from_json(before))
    assert place.row(tables.examination).report == SEEN.report
    assert place.row(tables.case).facts["match"] == "confirmed"


def test_a_medium_that_could_not_be_examined_is_looked_at_again(place: Place) -> None:
    case = place.notice(place.upload(sha256="a" * 64)).cases[0]
    concluded(place, case, Looked(), trouble="the store does not answer")
    assert looked_before(place.desk, case) is None
