"""What a platform reads: every message once, in order, whatever clocks and slow transactions do."""

import pytest

from tests.desk.conftest import CATEGORY, KEYWORD, Place
from tests.web.conftest import Web
from waarmerk.desk.telling.messages import tell

AN = "a" * 32


def told(place: Place, about: str) -> None:
    with place.desk.write() as unit:
        tell(unit, "receipt", about=about, to="DE/BKA", language="en", given={"number": "api-1"})


def page(web: Web, after: str = "", role: str = "platform"):
    headers = {"authorization": f"Bearer {web.keys[role]}"}
    return web.client.get("/v1/messages", params={"after": after}, headers=headers)


def test_messages_are_read_once_in_the_order_in_which_they_were_written(web: Web) -> None:
    for number in range(3):
        told(web.place, f"{number:032x}")
    first = page(web).json()
    assert [each["about"] for each in first["messages"]] == [f"{number:032x}" for number in range(3)]
    told(web.place, f"{3:032x}")
    rest = page(web, first["next"]).json()
    assert [each["about"] for each in rest["messages"]] == [f"{3:032x}"]
    assert page(web, rest["next"]).json() == {"messages": [], "next": None}


def test_a_message_that_was_written_after_the_clock_was_turned_back_is_read_all_the_same(web: Web) -> None:
    told(web.place, "1" * 32)
    after = page(web).json()["next"]
    web.place.later(hours=-8)
    told(web.place, "2" * 32)
    assert [each["about"] for each in page(web, after).json()["messages"]] == ["2" * 32]


def test_a_message_says_whom_it_is_for_and_what_it_is_about(web: Web) -> None:
    web.upload("clip-a")
    notice = {"items": ["clip-a"], "category": CATEGORY, "keyword": KEYWORD, "email": "an@example.org", "name": "An"}
    taken = web.post("/v1/notices", notice | {"reason": "my face", "good_faith": True}).json()
    (receipt,) = page(web).json()["messages"]
    assert (receipt["what"], receipt["about"], receipt["to"]) == ("receipt", taken["notice"], "mailto:an@example.org")
    assert taken["number"] in receipt["body"]


@pytest.mark.parametrize("after", ["2026-03-01T09:00:00.000Z " + AN, "x", "-1", "9" * 16, "1.5", "²"])
def test_a_cursor_that_is_none_of_ours_is_refused(web: Web, after: str) -> None:
    answer = page(web, after)
    assert answer.status_code == 422
    assert "none of ours" in answer.json()["title"]


def test_messages_are_for_the_platform_alone(web: Web) -> None:
    assert page(web, role="auditor").status_code == 403
