"""The pictures of the desk that the docs show: `make pictures` (needs Chromium from apt).

A small desk with one case is filled; the form, the case and the page for a dropped file are opened as people do.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import uvicorn
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[2]
PICTURES = ROOT / "docs" / "pictures"
LOGIN, PASSWORD = "anne", "a password for pictures"


def main() -> None:
    """Writes docs/pictures/desk-*.png."""
    from waarmerk.desk.intake.notices import Notice, take_notice
    from waarmerk.desk.intake.uploads import Upload, take_upload
    from waarmerk.desk.people.accounts import add_member
    from waarmerk.desk.policy.read import default_policy, default_text
    from waarmerk.web.app import create_app
    from waarmerk.web.public.looking import Looks, router_of
    from waarmerk.web.serving import Installation, running

    chromium = shutil.which("chromium")
    if chromium is None:
        sys.exit("needs Chromium: apt-get install chromium")
    with tempfile.TemporaryDirectory() as folder:
        place = Installation(
            folder=Path(folder),
            service="clips.example",
            policy=default_policy(),
            policy_text=default_text(),
            mode="live",
            examine=False,
        )
        with running(place, lambda: datetime.now(UTC)) as made:
            with made.site.desk.write() as unit:
                add_member(unit, LOGIN, PASSWORD, "senior", "nl")
                upload = Upload(
                    "clip-7",
                    "uploader 7",
                    ("CONTENT_TYPE_VIDEO",),
                    unit.now,
                    "Verdubbel uw geld",
                    "Hij zegt het zelf",
                )
                item, _ = take_upload(unit, upload)
                notice = Notice(
                    (item,),
                    "STATEMENT_CATEGORY_SCAMS_AND_FRAUD",
                    "KEYWORD_IMPERSONATION_ACCOUNT_HIJACKING",
                    "nl",
                    "form",
                    "Dat ben ik niet: mijn gezicht is eronder gezet.",
                    "clip-7",
                    "An",
                    "an@example.org",
                    True,
                    depicted=True,
                )
                (case,) = take_notice(unit, notice).cases
            app = create_app(made.site)
            app.include_router(router_of(Looks(Path(folder) / "looks")))
            server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error"))
            thread = threading.Thread(target=server.run)
            thread.start()
            while not server.started:
                time.sleep(0.05)
            address = f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
            try:
                with sync_playwright() as playwright:
                    browser = playwright.chromium.launch(
                        executable_path=chromium,
                        args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
                    )
                    _shots(browser, address, case)
                    browser.close()
            finally:
                server.should_exit = True
                thread.join()


def _shots(browser: Browser, address: str, case: str) -> None:
    phone = browser.new_page(viewport={"width": 390, "height": 844}, locale="nl-NL")
    phone.goto(f"{address}/notice?item=clip-7")
    _keep(phone.screenshot(full_page=True), "desk-notice")
    wide = browser.new_page(viewport={"width": 1000, "height": 800})
    wide.goto(f"{address}/login?lang=nl")
    wide.fill("#login", LOGIN)
    wide.fill("#password", PASSWORD)
    wide.click("main button")
    deadline = time.monotonic() + 60
    while not wide.locator("tbody a").count() and time.monotonic() < deadline:
        time.sleep(0.5)
        wide.reload()
    wide.goto(f"{address}/case/{case}")
    _keep(wide.screenshot(full_page=True), "desk-case")
    wide.goto(f"{address}/?lang=en")
    _keep(wide.screenshot(), "desk-drop")


def _keep(picture: bytes, name: str) -> None:
    path = PICTURES / f"{name}.png"
    path.write_bytes(picture)
    with Image.open(path) as whole:
        whole.convert("P", palette=Image.Palette.ADAPTIVE, colors=64).save(path, optimize=True)
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1024} KiB")


if __name__ == "__main__":
    main()
