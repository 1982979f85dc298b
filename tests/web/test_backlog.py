"""Back-pressure: uploads are put off while too much waits, what the law counts from its arrival never is."""

import pytest

from tests.web.conftest import Web
from tests.web.test_intake import NOTICE
from waarmerk.desk.intake.backlog import Backlog
from waarmerk.desk.store import tables


def test_uploads_come_later_while_too_much_waits_and_notices_are_taken_all_the_same(web: Web) -> None:
    now = 0.0
    object.__setattr__(web.site, "backlog", Backlog(web.place.desk, 2, lambda: now))
    web.upload("clip-a")
    web.upload("clip-b")
    now += 10
    later = {"platform_ref": "clip-c", "uploader": "u1", "content_type": ["CONTENT_TYPE_VIDEO"]}
    refused = web.post("/v1/uploads", later | {"posted_at": web.place.now.isoformat()})
    assert (refused.status_code, refused.headers["retry-after"]) == (429, "60")
    assert refused.json()["title"] == "too many uploads wait to be looked at; send it later"
    assert web.post("/v1/notices", NOTICE).status_code == 200
    with web.place.desk.write() as unit:
        unit.connection.execute(tables.task.update().values(done_at=unit.at))
    with pytest.raises(AssertionError, match="429"):
        web.upload("clip-c")
    now += 10
    web.upload("clip-c")
