"""Where webhooks arrive: signed ones are kept once, refused ones are refused at every attempt."""

import base64
import hashlib
import hmac
import json
from collections.abc import Iterator

import httpx
import pytest
from simulation.remote.hearing import Hearing

KEY = b"a secret of these tests, of 32 B"
SECRET = "whsec_" + base64.b64encode(KEY).decode()


@pytest.fixture
def hearing() -> Iterator[Hearing]:
    made = Hearing(SECRET, lambda kind, _: kind == "apply")
    yield made
    made.close()


def sent(hearing: Hearing, name: str, kind: str, key: bytes = KEY) -> int:
    body = json.dumps({"type": kind, "data": {"decision": "d"}}).encode()
    mark = base64.b64encode(hmac.new(key, f"{name}.1.".encode() + body, hashlib.sha256).digest()).decode()
    headers = {"webhook-id": name, "webhook-timestamp": "1", "webhook-signature": f"v1,{mark}"}
    return httpx.post(hearing.address, content=body, headers=headers, trust_env=False).status_code


def test_a_webhook_is_kept_once_however_often_it_comes(hearing: Hearing) -> None:
    assert [sent(hearing, "a", "lift"), sent(hearing, "a", "lift")] == [204, 204]
    assert hearing.heard.get_nowait() == ("lift", {"decision": "d"})
    assert hearing.heard.empty()


def test_what_is_refused_once_is_refused_at_every_attempt_and_never_kept(hearing: Hearing) -> None:
    assert [sent(hearing, "a", "apply"), sent(hearing, "a", "apply")] == [500, 500]
    assert hearing.heard.empty()


def test_a_signature_that_does_not_hold_is_refused(hearing: Hearing) -> None:
    assert sent(hearing, "a", "lift", b"another") == 401
    assert hearing.heard.empty() and hearing.refused == 1
