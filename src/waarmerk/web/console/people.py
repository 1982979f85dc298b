"""A person's page: what stands against them, a warning, a suspension (DSA Art. 23). No name, no address is on it."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Form, HTTPException, Request
from fastapi import Path as PathParameter
from fastapi.responses import HTMLResponse, RedirectResponse, Response
from sqlalchemy import select

from waarmerk.desk.people.accounts import Member
from waarmerk.desk.review.misuse import standing, suspend, warn
from waarmerk.desk.store.tables import person
from waarmerk.errors import ConflictError, UsageError
from waarmerk.text.words import words
from waarmerk.web.console.pages import Text, Who
from waarmerk.web.render import check_csrf, language, render
from waarmerk.web.site import Site, SiteHere

router = APIRouter(include_in_schema=False)
Pid = Annotated[str, PathParameter(pattern="^[0-9a-f]{32}$")]
_MAY = ("senior", "admin")


@router.get("/person/{pid}")
def person_page(pid: Pid, request: Request, site: SiteHere, who: Who, said: str = "") -> HTMLResponse:
    told = words("desk", language(request, who)).find(f"person.{said}") if said in ("warned", "suspended") else ""
    return _page(pid, request, site, who, told or "")


@router.post("/person/{pid}/warn")
def warn_person(
    pid: Pid,
    request: Request,
    site: SiteHere,
    who: Who,
    csrf: Text,
    kind: Annotated[Literal["content", "notices"], Form()],
    explanation: Text = "",
) -> Response:
    _check(request, who, csrf)
    try:
        with site.desk.write() as unit:
            warn(unit, who, pid, kind, explanation)
    except (ConflictError, UsageError) as error:
        return _refused(pid, request, site, who, error)
    return RedirectResponse(f"/person/{pid}?said=warned", 303)


@router.post("/person/{pid}/suspend")
def suspend_person(
    pid: Pid,
    request: Request,
    site: SiteHere,
    who: Who,
    csrf: Text,
    days: Annotated[int, Form()],
    gravity: Text = "",
    intent: Text = "",
    explanation: Text = "",
) -> Response:
    _check(request, who, csrf)
    try:
        with site.desk.write() as unit:
            weighed = {"gravity": gravity, "intent": intent, "explanation": explanation}
            suspend(unit, who, pid, days=days, mode=site.mode, **weighed)
    except (ConflictError, UsageError) as error:
        return _refused(pid, request, site, who, error)
    return RedirectResponse(f"/person/{pid}?said=suspended", 303)


def _check(request: Request, who: Member, csrf: str) -> None:
    check_csrf(request, csrf, who)
    if who.role not in _MAY:
        raise HTTPException(403, "your role may look, not decide")


def _refused(pid: str, request: Request, site: Site, who: Member, error: ConflictError | UsageError) -> HTMLResponse:
    say = words("desk", language(request, who)).say
    return _page(pid, request, site, who, say("decide.conflict", message=error.message), 409)


def _page(pid: str, request: Request, site: Site, who: Member, said: str, status: int = 200) -> HTMLResponse:
    with site.desk.read() as connection:
        if connection.execute(select(person.c.pid).where(person.c.pid == pid)).first() is None:
            raise HTTPException(404, "there is no such person")
        today = site.now()[:10]
        found = [standing(connection, pid, kind, today) for kind in ("content", "notices")]
    return render(
        request, site, "person.html", who=who, status=status, said=said, pid=pid, found=found, may=who.role in _MAY
    )
