"""A running desk looks back by itself when another process confirms an entry of its bank."""

import os
import time
from pathlib import Path

import pytest

from tests.desk.cases.test_lookback import CATEGORY, drawn
from tests.web.conftest import Web
from tests.web.test_running import Served
from waarmerk.bank.bringing import entry_of
from waarmerk.bank.hashing import hash_medium
from waarmerk.bank.signals.interface import KnownItem
from waarmerk.bank.store.database import Address
from waarmerk.bank.store.store import Store
from waarmerk.bank.store.values import By, Source
from waarmerk.desk.cases.banking import NAME
from waarmerk.desk.store import tables
from waarmerk.desk.store.media import open_media


@pytest.mark.slow  # the duty comes round every ten seconds
def test_an_entry_that_another_process_confirms_opens_a_case_about_an_earlier_upload(
    web: Web, tmp_path: Path
) -> None:
    place = web.place
    known, other = drawn(tmp_path / "known.jpg", 1, 95), drawn(tmp_path / "other.jpg", 2, 95)
    media = open_media(str(tmp_path / "desk" / "media"), tmp_path / "scratch")
    served = Served(web, tmp_path / "desk")
    try:
        kinds = {"content_type": ("CONTENT_TYPE_IMAGE",)}
        earlier = place.upload(sha256=media.add(drawn(tmp_path / "earlier.jpg", 1, 80)), **kinds)
        innocent = place.upload(sha256=media.add(other), **kinds)
        _wait(lambda: {row.state for row in place.rows(tables.case)} == {"closed"})
        item = KnownItem.of(hash_medium(known, "keep", sound=False).signals)
        address = place.url.removeprefix("sqlite:///").replace("+psycopg", "", 1)
        with Store(Address.of(address), lambda: place.now, os.urandom) as store:
            added = store.add(NAME, Source("a list", CATEGORY), [entry_of(item, "seeded")], By("Ann", "listed"))
            store.change(added.ids, "confirmed", By("Bob", "looked at it"))
        _wait(lambda: any(row.facts and row.why == "retroactive" for row in place.rows(tables.case)))
    finally:
        code, _ = served.stop()
    assert code == 0
    (case,) = place.rows(tables.case, tables.case.c.why == "retroactive")
    assert (case.item, case.facts["match"]) == (earlier, "confirmed")
    assert len(place.rows(tables.case, tables.case.c.item == innocent)) == 1


def _wait(enough) -> None:
    end = time.monotonic() + 60
    while not enough():
        assert time.monotonic() < end, "the desk has not come to it"
        time.sleep(0.1)
