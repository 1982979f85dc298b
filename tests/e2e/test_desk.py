"""The desk in a real browser: a notice on a telephone, a decision by keyboard, a complaint that restores, a dropped
file. What axe finds wrong with a page fails its test."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
import uvicorn
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, sync_playwright
from sqlalchemy import select, update

from tests.desk.conftest import Place, choice
from tests.support import clips
from tests.web.conftest import Web
from waarmerk.desk.cases.carry_out import ask_platform, confirm, tell_uploader
from waarmerk.desk.intake.challenges import Challenge, take_challenge
from waarmerk.desk.people.accounts import add_member
from waarmerk.desk.review.verdict import decide
from waarmerk.desk.store import tables
from waarmerk.web.public.looking import Looks, router_of

PASSWORD = "correct horse battery"
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = shutil.which("chromium")
    assert program, "these tests need Chromium: make system"
    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(
            executable_path=program,
            args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"],
        )
        yield opened
        opened.close()


class Served:
    """A desk that listens on loopback."""

    def __init__(self, folder: Path) -> None:
        self.place = Place(f"sqlite:///{folder}/desk.db")
        self.web = Web(self.place, folder)
        object.__setattr__(self.web.site, "local", True)  # cookies go over plain loopback
        self.web.app.include_router(router_of(Looks(folder / "scratch")))
        self.server = uvicorn.Server(uvicorn.Config(self.web.app, host="127.0.0.1", port=0, log_level="error"))
        self.thread = threading.Thread(target=self.server.run)
        self.thread.start()
        while not self.server.started:
            assert self.thread.is_alive()
        self.address = f"http://127.0.0.1:{self.server.servers[0].sockets[0].getsockname()[1]}"
        with self.place.desk.write() as unit:
            for login in ("anne", "bram"):
                add_member(unit, login, PASSWORD, "senior")

    def stop(self) -> None:
        self.server.should_exit = True
        self.thread.join()
        self.place.desk.engine.dispose()


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    made = Served(tmp_path)
    yield made
    made.stop()


def opened(browser: Browser, served: Served, path: str, **options) -> Page:
    context = browser.new_context(**options)
    context.set_default_timeout(30_000)
    page = context.new_page()
    page.goto(served.address + path)
    return page


def logged_in(browser: Browser, served: Served, login: str) -> Page:
    page = opened(browser, served, "/login")
    page.fill("#login", login)
    page.fill("#password", PASSWORD)
    page.click("main button")
    page.wait_for_url("**/queue")
    return page


def nothing_wrong(page: Page) -> None:
    """Nothing that axe finds."""
    found = Axe().run(page).response["violations"]
    assert [(each["id"], each["nodes"][0]["html"]) for each in found] == []


def test_a_notice_in_dutch_on_a_telephone(browser: Browser, served: Served) -> None:
    served.web.upload("v1")
    page = opened(browser, served, "/notice", viewport=PHONE, locale="nl-NL")
    nothing_wrong(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.fill("#location", "https://clips.example/watch/v1")
    page.fill("#reason", "Dat is mijn gezicht <img src=x onerror=alert(1)>")
    page.fill("#name", "An")
    page.fill("#email", "an@example.org")
    page.check("[name=good_faith]")
    page.click("main button")
    assert "Uw nummer is form-1" in page.inner_text("main")
    nothing_wrong(page)
    (event,) = served.place.events("notice.received")
    assert event["elements"] == {"reason": True, "location": True, "name_email": True, "good_faith": True}


def test_a_wrong_address_is_said_and_nothing_that_was_typed_is_lost(browser: Browser, served: Served) -> None:
    page = opened(browser, served, "/notice?lang=nl")
    page.fill("#location", "https://clips.example/watch/nowhere")
    page.fill("#reason", "omdat")
    page.click("main button")
    assert "Onder dat adres vinden wij het niet" in page.inner_text("[role=alert]")
    assert page.input_value("#reason") == "omdat"
    nothing_wrong(page)


def test_a_reviewer_decides_by_keyboard_and_hostile_text_stays_text(browser: Browser, served: Served) -> None:
    served.web.upload("v1", title="<script>document.title='gone'</script>", text='"><img src=x onerror=alert(1)>')
    case = served.place.notice(served.place.row(tables.item).id).cases[0]
    served.place.waiting(case)
    page = logged_in(browser, served, "anne")
    nothing_wrong(page)
    page.click("tbody a")
    nothing_wrong(page)
    assert "<script>" in page.inner_text("main")
    assert page.title().startswith("Case ")
    page.keyboard.press("1")
    page.keyboard.press("Enter")
    page.wait_for_url("**/queue?said=done")
    (event,) = served.place.events("decision.made")
    assert (event["outcome"], len(event["deciders"])) == ("restrict", 1)
    assert served.place.rows(tables.look)


def test_the_second_of_two_who_decide_at_once_is_told(browser: Browser, served: Served) -> None:
    case = served.place.notice(served.place.upload()).cases[0]
    served.place.waiting(case)
    pages = [logged_in(browser, served, login) for login in ("anne", "bram")]
    for page in pages:
        page.goto(f"{served.address}/case/{case}")
    for page, key in zip(pages, "12", strict=True):
        page.keyboard.press(key)
        page.keyboard.press("Enter")
        page.wait_for_load_state()
    pages[1].wait_for_selector("[role=alert]")
    assert "somebody else decided" in pages[1].inner_text("[role=alert]")
    assert len(served.place.events("decision.made")) == 1


def test_a_complaint_restores(browser: Browser, served: Served) -> None:
    place = served.place
    case = place.notice(place.upload()).cases[0]
    place.waiting(case)
    with place.desk.write() as unit:
        decision = decide(unit, case, "a" * 32, choice(), 0).decision
        assert decision
        tell_uploader(unit, decision)
        ask_platform(unit, decision)
        confirm(unit, decision, "applied", "ack")
        uploader = unit.connection.execute(select(tables.item.c.uploader)).scalar_one()
        challenge, _ = take_challenge(unit, Challenge(decision, uploader, "20_1_a", "this is satire", "nl"))
    complaint = place.row(tables.case, tables.case.c.challenge == challenge)
    place.waiting(complaint.id)
    page = logged_in(browser, served, "bram")
    page.click("tbody a")
    nothing_wrong(page)
    assert "this is satire" in page.inner_text("main")
    page.fill("#explanation", "u hebt gelijk")
    page.check("input[value=reversed]")
    page.click("#decide button")
    page.wait_for_url("**/queue?said=done")
    assert place.events("challenge.closed")[0]["outcome"] == "reversed"
    assert place.events("decision.made")[-1]["outcome"] == "restore"


def test_what_is_locked_is_never_shown(browser: Browser, served: Served) -> None:
    served.web.upload("v1", title="the title")
    place = served.place
    case = place.notice(place.row(tables.item).id, csam=True, name=None, email=None).cases[0]
    place.waiting(case)
    page = logged_in(browser, served, "anne")
    page.goto(f"{served.address}/case/{case}")
    text = page.inner_text("main")
    assert "locked" in text and "the title" not in text and "my face" not in text
    assert page.goto(f"{served.address}/case/{case}/medium").status == 404
    assert place.events("material.viewed")[0]["role"] == "senior"


def test_the_medium_plays_behind_its_blur_and_the_timeline_seeks(
    browser: Browser, served: Served, tmp_path: Path
) -> None:
    place, media = served.place, served.web.site.media
    assert media
    clip = clips.portrait_clip(tmp_path / "clip.mp4", seconds=4.0)
    items = [served.web.upload(ref, sha256=media.add(clip)) for ref in ("v1", "v2")]
    known, case = (place.row(tables.case, tables.case.c.item == item).id for item in items)
    place.waiting(known)
    with place.desk.write() as unit:
        decision = decide(unit, known, "a" * 32, choice(), 0).decision
        unit.connection.execute(tables.banked.insert().values(entry="e" * 32, decision=decision))
        match = {"entry": "e" * 32, "status": "confirmed", "signal": "pdq", "distance": 2, "ranges": [[1, 3, 2, 4]]}
        looked = update(tables.case).where(tables.case.c.id == case).values(looked={"matches": [match]})
        unit.connection.execute(looked)
    place.waiting(case)
    page = logged_in(browser, served, "anne")
    page.goto(f"{served.address}/case/{case}")
    page.wait_for_function("[...document.querySelectorAll('video')].every((each) => each.readyState >= 1)")
    both = "[...document.querySelectorAll('video')]"
    assert page.evaluate(f"{both}.map((each) => getComputedStyle(each).filter)") == ["blur(18px) grayscale(1)"] * 2
    assert page.evaluate(f"{both}.every((each) => each.muted)")
    nothing_wrong(page)
    page.click(".timeline")  # its middle
    times = page.evaluate(f"{both}.map((each) => each.currentTime)")
    assert times == pytest.approx([2.0, 3.0], abs=0.05)
    page.click("#toggle")
    assert page.evaluate(f"{both}.map((each) => getComputedStyle(each).filter)") == ["none"] * 2
    page.set_viewport_size(PHONE)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    page.screenshot(path=str(tmp_path / "case.png"), full_page=True)


@pytest.mark.parametrize("language", ["nl", "en"])
def test_a_person_is_warned_and_then_suspended_on_their_page(browser: Browser, served: Served, language: str) -> None:
    place = served.place
    page = logged_in(browser, served, "anne")
    page.set_viewport_size(PHONE)

    def illegal() -> None:
        place.later(hours=1)
        case = place.notice(place.upload()).cases[0]
        place.waiting(case)
        with place.desk.write() as unit:
            decide(unit, case, "b" * 32, choice(), 0)

    illegal()
    illegal()
    uploader = place.rows(tables.item)[0].uploader
    address = f"{served.address}/person/{uploader}?lang={language}"
    page.goto(address)
    nothing_wrong(page)
    page.fill("[name=explanation]", "<b>two fakes</b> of one person")
    page.click("main button")
    page.wait_for_url("**said=warned")
    assert place.events("message.sent")[-1]["what"] == "warning"
    assert page.locator("main form").count() == 0
    illegal()
    page.goto(address)
    nothing_wrong(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    for name, text in (("gravity", "grave"), ("intent", "went on"), ("days", "30"), ("explanation", "again")):
        page.fill(f"[name={name}]", text)
    page.click("main button")
    page.wait_for_url("**said=suspended")
    assert place.events("decision.made")[-1]["subject"] == {"type": "account", "id": uploader}


def test_a_form_from_elsewhere_is_refused(served: Served) -> None:
    answer = served.web.client.post("/notice", data={"csrf": "x", "location": "v1", "kind": "fraud"})
    assert answer.status_code == 403
    assert served.web.client.get("/queue", follow_redirects=False).headers["location"] == "/login"
    wrong = served.web.client.get("/login")
    token = wrong.text.partition('name="csrf" value="')[2].partition('"')[0]
    refused = served.web.client.post("/login", data={"csrf": token, "login": "anne", "password": "x" * 20})
    assert refused.status_code == 403
    assert "do not go together" in refused.text


def test_a_dropped_file_is_examined_and_its_report_opens(browser: Browser, served: Served, tmp_path: Path) -> None:
    file = clips.still(tmp_path / "portrait.png")
    page = opened(browser, served, "/")
    nothing_wrong(page)
    page.set_input_files("#file", str(file))
    page.click("main button")
    page.wait_for_url("**/report", timeout=120_000)
    assert "portrait.png" in page.inner_text("body")
    assert list((tmp_path / "scratch").iterdir()) == []


def test_a_dropped_file_that_is_no_medium_is_said_in_one_sentence(
    browser: Browser, served: Served, tmp_path: Path
) -> None:
    file = tmp_path / "notes.txt"
    file.write_text("no picture")
    page = opened(browser, served, "/")
    page.set_input_files("#file", str(file))
    page.click("main button")
    page.locator("#state", has_text="could not be examined").wait_for()
    nothing_wrong(page)
