"""A running app over each kind of database; the desk's fixtures are the tests' of the desk."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi.testclient import TestClient

from tests.desk.conftest import Place, place, server  # noqa: F401 fixtures
from waarmerk.desk.people.keys import new_key
from waarmerk.desk.store.media import open_media
from waarmerk.web.app import create_app
from waarmerk.web.auth.rates import Rates
from waarmerk.web.console.previews import Previews
from waarmerk.web.site import Site


class Web:
    """The app, and clients with keys of each role."""

    def __init__(self, at: Place, folder: Path) -> None:
        self.place, self.folder = at, folder
        media = open_media(str(folder / "media"), folder / "scratch")
        previews = Previews(at.desk, media, folder / "previews")
        self.site = Site(at.desk, Rates(1000, 1000, time.monotonic), media, previews, max_upload=1 << 20)
        self.app = create_app(self.site)
        self.client = TestClient(self.app, raise_server_exceptions=False)
        with at.desk.write() as unit:
            self.keys = {
                role: new_key(unit, role, role, flagger_ref="NL-12" if role == "flagger" else None)
                for role in ("platform", "flagger", "authority", "auditor", "admin")
            }

    def post(self, path: str, body, role: str = "platform", **headers):
        return self.client.post(path, json=body, headers={"authorization": f"Bearer {self.keys[role]}", **headers})

    def upload(self, ref: str = "clip-a", **changed) -> str:
        given = {
            "platform_ref": ref,
            "uploader": "u1",
            "content_type": ["CONTENT_TYPE_VIDEO"],
            "posted_at": self.place.now.isoformat(),
        }
        answer = self.post("/v1/uploads", given | changed)
        assert answer.status_code == 200, answer.text
        return answer.json()["item"]


@pytest.fixture
def web(place: Place, tmp_path: Path) -> Iterator[Web]:  # noqa: F811
    made = Web(place, tmp_path)
    with made.client:
        yield made
