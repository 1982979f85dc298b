"""The public form for notices (DSA Art. 16), in Dutch and English, for a telephone's screen too."""

from __future__ import annotations

import re
from typing import Annotated

from fastapi import APIRouter, Depends, Form, Request
from fastapi.responses import HTMLResponse

from waarmerk.desk.intake.notices import Notice, item_of, take_notice
from waarmerk.dsa import vocabulary
from waarmerk.dsa.codes import code
from waarmerk.errors import InputError
from waarmerk.text.words import words
from waarmerk.web.render import check_csrf, language, render
from waarmerk.web.site import NO_NUL, SiteHere, limited

router = APIRouter(include_in_schema=False)
Line = Annotated[str, Form(max_length=500, pattern=NO_NUL)]

# What people call it, and the keyword of the law's list; the category follows from the keyword.
_KINDS = {
    "intimate": code("category_specification", "NON_CONSENSUAL_MATERIAL_DEEPFAKE"),
    "child_abuse": code("category_specification", "CHILD_SEXUAL_ABUSE_MATERIAL_DEEPFAKE"),
    "fraud": code("category_specification", "IMPERSONATION_ACCOUNT_HIJACKING"),
    "deception": code("category_specification", "MISINFORMATION_DISINFORMATION"),
    "harassment": code("category_specification", "CYBER_HARASSMENT"),
    "hate": code("category_specification", "HATE_SPEECH"),
    "defamation": code("category_specification", "DEFAMATION"),
}
_EMAIL = re.compile(r"[^@\s]+@[^@\s]+")
_EMPTY = {"location": "", "kind": "intimate", "reason": "", "name": "", "email": ""}


@router.get("/notice")
def notice_page(request: Request, site: SiteHere, item: str = "") -> HTMLResponse:
    given = {**_EMPTY, "location": item[:500], "depicted": False, "csam": False, "good_faith": False}
    return render(request, site, "notice.html", kinds=_KINDS, given=given, wrong="", number="", home="/notice")


@router.post("/notice", dependencies=[Depends(limited)])
def send_notice(
    request: Request,
    site: SiteHere,
    csrf: Line,
    location: Line,
    kind: Line,
    reason: Annotated[str, Form(max_length=10_000, pattern=NO_NUL)] = "",
    depicted: Line = "",
    csam: Line = "",
    name: Line = "",
    email: Line = "",
    good_faith: Line = "",
) -> HTMLResponse:
    check_csrf(request, csrf)
    spoken = language(request)
    given = {
        "location": location,
        "kind": kind,
        "reason": reason,
        "name": name,
        "email": email,
        "depicted": depicted == "yes",
        "csam": csam == "yes" or kind == "child_abuse",
        "good_faith": good_faith == "yes",
    }
    try:
        keyword = _KINDS.get(kind)
        if keyword is None:
            raise InputError("this kind is not on the form")
        with site.desk.write() as unit:
            taken = take_notice(
                unit,
                Notice(
                    items=(item_of(unit, _reference(location)),),
                    category=min(vocabulary.keyword_categories()[keyword]),
                    keyword=keyword,
                    language=spoken,
                    channel="form",
                    reason=reason,
                    location=location,
                    name=name.strip() or None,
                    email=email.strip() if _EMAIL.fullmatch(email.strip()) else None,
                    good_faith=good_faith == "yes",
                    csam=bool(given["csam"]),
                    depicted=depicted == "yes",
                ),
            )
    except InputError:
        wrong = words("desk", spoken).say("notice.unknown")
        return render(
            request,
            site,
            "notice.html",
            status=422,
            kinds=_KINDS,
            given=given,
            wrong=wrong,
            number="",
            home="/notice",
        )
    letters = words("letters", spoken)
    lacks = [letters.say(f"missing.{each}") for each in taken.missing]
    return render(request, site, "notice.html", number=f"form-{taken.n}", missing=lacks, home="/notice")


def _reference(location: str) -> str:
    """What the platform calls an item: the last part of an address, or what was given."""
    return location.strip().rstrip("/").rpartition("/")[2] or location.strip()
