"""Pages: templates with everything escaped, in the reader's language, and the tokens that their forms carry.

Rules:
- The language: what the address asks for, else the member's own, else the browser's, else English.
- A form of somebody who is not logged in carries the token of a cookie that other sites cannot read or send.
"""

from __future__ import annotations

import secrets
from functools import cache

from fastapi import HTTPException, Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, StrictUndefined

from waarmerk.desk.people.accounts import Member, member
from waarmerk.text.words import Language, words
from waarmerk.web.site import Site

SESSION = "wm_session"
_CSRF = "wm_csrf"


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("waarmerk.web", "pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def language(request: Request, who: Member | None = None) -> Language:
    """The language to answer in."""
    asked = request.query_params.get("lang") or (who.language if who else None)
    if asked is None:
        asked = request.headers.get("accept-language", "")[:2].lower()
    return "nl" if asked == "nl" else "en"


def visitor(request: Request, site: Site) -> Member | None:
    """Who is logged in."""
    token = request.cookies.get(SESSION)
    return member(site.desk, token) if token else None


def render(
    request: Request,
    site: Site,
    template: str,
    *,
    who: Member | None = None,
    status: int = 200,
    home: str = "/",
    **values: object,
) -> HTMLResponse:
    """A page. `values`: what its template names."""
    spoken = language(request, who)
    token = request.cookies.get(_CSRF) or secrets.token_urlsafe(32)
    text = (
        _environment()
        .get_template(template)
        .render(
            lang=spoken,
            say=words("desk", spoken).say,
            who=who,
            csrf=token,
            home="/queue" if who else home,
            moment=lambda at: f"{at[:10]} {at[11:16]}",
            **values,
        )
    )
    answer = HTMLResponse(text, status)
    if who is None:
        _set(answer, site, _CSRF, token, hours=12)
    return answer


def check_csrf(request: Request, given: str, who: Member | None = None) -> None:
    """Refuses a form that was not ours to begin with."""
    due = who.csrf if who else request.cookies.get(_CSRF, "")
    if not due or not secrets.compare_digest(due.encode(), given.encode()):
        raise HTTPException(403, "this form is not ours, or too old: load the page again")


def remember(answer: HTMLResponse, site: Site, token: str, hours: int) -> None:
    """Has the browser keep a session."""
    _set(answer, site, SESSION, token, hours)


def _set(answer: HTMLResponse, site: Site, name: str, value: str, hours: int) -> None:
    answer.set_cookie(
        name, value, max_age=hours * 3600, httponly=True, samesite="strict", secure=not site.local, path="/"
    )
