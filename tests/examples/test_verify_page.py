"""The page that verifies receipts and bundles, in a real browser: it agrees with `waarmerk verify`."""

import base64
import html
import json
import os
import random
import re
import shutil
import subprocess
from pathlib import Path
from urllib.parse import urlencode

import pytest

from tests.record.bundle import stranger
from tests.record.bundle.members import members, packed
from tests.record.making import Record
from waarmerk.record.log.reader import Reader
from waarmerk.record.receipt import make_receipt

PAGE = Path(__file__).parent.parent.parent / "examples/verify_page/index.html"
CHROMIUM = shutil.which("chromium")
pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="chromium is not installed")

RECORD = Record(700)
KEY = RECORD.key.text


def shown(url: str) -> str:
    """What the page holds after its scripts ran."""
    flags = ["--headless", "--disable-gpu", "--virtual-time-budget=60000", "--dump-dom"]
    if os.geteuid() == 0:
        flags.append("--no-sandbox")
    assert CHROMIUM is not None
    done = subprocess.run([CHROMIUM, *flags, url], capture_output=True, text=True, timeout=120, check=True)
    return html.unescape(done.stdout)


def verdicts(tmp_path: Path, files: list[bytes], key: str = KEY) -> list[str]:
    """The page's verdict on each file. A visit ends when the browser thinks so: what it left is for the next one."""
    told: list[str] = []
    while len(told) < len(files):
        visit = one_visit(tmp_path, files[len(told) :], key)
        assert visit, "a visit without a verdict"
        told += visit
    return told


def one_visit(tmp_path: Path, files: list[bytes], key: str) -> list[str]:
    """The verdicts of one visit of the page, on the first of `files` or all of them."""
    given = json.dumps([base64.b64encode(data).decode() for data in files])
    script = f"""<pre id="all"></pre><script>(async () => {{
      for (const file of {given}) {{
        await verify(Uint8Array.from(atob(file), letter => letter.charCodeAt(0)), {json.dumps(key)});
        document.getElementById("all").textContent += verdict.textContent + "\\n";
      }}
    }})();</script></body>"""
    page = tmp_path / "page.html"
    page.write_text(PAGE.read_text(encoding="utf-8").replace("</body>", script), encoding="utf-8")
    found = re.search('<pre id="all">(.*?)</pre>', shown(page.as_uri()), re.DOTALL)
    assert found is not None
    return found[1].splitlines()


def receipt(index: int) -> bytes:
    return make_receipt(Reader(RECORD.storage, [RECORD.key]), [RECORD.key], RECORD.events[index]).data


def flipped(data: bytes, bit: int) -> bytes:
    changed = bytearray(data)
    changed[bit // 8] ^= 1 << bit % 8
    return bytes(changed)


def test_a_receipt_in_a_link_is_verified_in_steps() -> None:
    link = urlencode({"key": KEY, "file": base64.b64encode(receipt(5)).decode()})
    page = shown(f"{PAGE.as_uri()}#{link}")
    assert '<p id="verdict" role="status">verified</p>' in page
    assert f"the event is entry 5 of that log: notice.received {5:032x}" in page
    assert "not established: that what it says is true" in page


def test_receipts_of_all_kinds_hold_and_every_changed_one_does_not(tmp_path: Path) -> None:
    sound = [receipt(index) for index in range(21)]
    chance = random.Random(1)
    changed = [flipped(sound[5], chance.randrange(8 * len(sound[5]))) for _ in range(200)]
    spelled = [b" " + sound[0], sound[0].replace(b'"salt"', b'"\\u0073alt"')]
    told = verdicts(tmp_path, [*sound, *changed, *spelled])
    assert told[:21] == ["verified"] * 21
    assert len(told) == 223
    assert all(verdict.startswith("not verified: ") for verdict in told[21:])


def test_bundles_hold_and_a_changed_one_does_not(tmp_path: Path) -> None:
    record = RECORD
    ranges = [(0, 700), (0, 1), (699, 700), (255, 257), (300, 500)]
    sound = [record.bundle(tmp_path / "b.zip", *range_).read_bytes() for range_ in ranges]
    content = members(record.bundle(tmp_path / "b.zip", 300, 420))
    chance = random.Random(2)
    changed = []
    for _ in range(60):
        name = chance.choice([name for name in content if name != "bundle.json"])
        new = {**content, name: flipped(content[name], chance.randrange(8 * len(content[name])))}
        changed.append(packed(tmp_path / "c.zip", new).read_bytes())
    told = verdicts(tmp_path, [*sound, *changed])
    assert told[:5] == ["verified"] * 5
    assert len(told) == 65
    assert all(verdict.startswith("not verified: ") for verdict in told[5:])


def test_what_a_stranger_wrote_of_a_log_of_three_levels_holds(tmp_path: Path) -> None:
    ranges = [(0, 300), (65_400, 65_700), (65_999, 66_000)]
    files = [stranger.bundle(tmp_path / "b.zip", *range_).read_bytes() for range_ in ranges]
    files += [stranger.receipt(index) for index in (0, 65_535, 65_999)]
    assert verdicts(tmp_path, files, stranger.verifier_key()) == ["verified"] * 6


def test_another_key_and_what_is_no_key_are_told(tmp_path: Path) -> None:
    name, key_id, material = KEY.split("+", 2)
    assert "has the id" in verdicts(tmp_path, [receipt(1)], f"{name}+00000000+{material}")[0]
    assert "reads name+id+base64" in verdicts(tmp_path, [receipt(1)], "nonsense")[0]
    assert key_id in KEY
