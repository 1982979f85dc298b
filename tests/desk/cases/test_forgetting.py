"""What the workflow library keeps of a case ends with it: things are kept in tables and the record."""

import time

from sqlalchemy import create_engine, text

from tests.desk.conftest import Place
from waarmerk.desk.cases.flow import Duties, Worker
from waarmerk.desk.cases.looking import NoLooker
from waarmerk.desk.cases.prepare import adopt_policy
from waarmerk.desk.policy.read import default_policy, default_text
from waarmerk.desk.store import tables


def test_what_ended_is_forgotten_by_the_library_after_a_while(place: Place) -> None:
    with place.desk.write() as unit:
        adopt_policy(unit, default_policy(), default_text())
    for _ in range(3):
        place.upload(declared=("synthetic",))
    url = place.url.replace("/desk.db", "/queue.db")
    worker = Worker(place.desk, Duties(default_policy, NoLooker(), "live"), queue_url=url, poll_s=0.02)
    schema = "" if url.startswith("sqlite") else "dbos."

    def kept(table: str) -> int:
        with create_engine(url).connect() as connection:
            return int(connection.scalar(text(f"SELECT count(*) FROM {schema}{table}")) or 0)

    try:
        worker.start()
        end = time.monotonic() + 60
        while place.rows(tables.task, tables.task.c.done_at.is_(None)):
            assert time.monotonic() < end
            time.sleep(0.02)
        time.sleep(0.2)  # the last one's end is written after its task's
        assert worker.forget(3600) == 0
        assert kept("operation_outputs") > 0
        assert worker.forget(-1) == 6
        assert (kept("workflow_status"), kept("operation_outputs"), kept("workflow_input")) == (0, 0, 0)
    finally:
        worker.stop()
    assert len(place.rows(tables.decision)) == 3
