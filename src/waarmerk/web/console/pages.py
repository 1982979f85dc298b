"""Login, queue, case, decision, and the medium behind its blur.

Rules:
- Every look at a case is kept with who looked; a look at locked material has nothing to show.
- What a person sees carries the case's version, and so does what they decide: of two at once the second is told.
"""

from __future__ import annotations

import re
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Form, HTTPException, Query, Request
from fastapi import Path as PathParameter
from fastapi.responses import FileResponse, HTMLResponse, RedirectResponse, Response
from sqlalchemy import select

from waarmerk.desk.cases.labels import of_kind
from waarmerk.desk.people.accounts import SESSION_HOURS, Member, log_in, log_out, note_look
from waarmerk.desk.policy.choice import Choice, Proposal
from waarmerk.desk.policy.facts import Facts
from waarmerk.desk.policy.policy import Policy
from waarmerk.desk.policy.propose import needs_two
from waarmerk.desk.review import queue
from waarmerk.desk.review.labels import missing
from waarmerk.desk.review.timers import SOON, pressing
from waarmerk.desk.review.verdict import REVIEWERS, SENIORS, Verdict, decide, decide_challenge
from waarmerk.desk.store.tables import case, item
from waarmerk.desk.store.unit import written
from waarmerk.dsa.codes import code
from waarmerk.errors import ConflictError, InputError, UsageError
from waarmerk.text.words import words
from waarmerk.web.render import SESSION, check_csrf, language, remember, render, visitor
from waarmerk.web.site import NO_NUL, Site, SiteHere, limited

router = APIRouter(include_in_schema=False)
_PICTURES = code("content_type", "IMAGE")
_SANDBOX = {"Content-Security-Policy": "default-src 'none'; sandbox", "Content-Disposition": "inline"}


def logged_in(request: Request, site: SiteHere) -> Member:
    """Whoever is logged in; others are sent to the login."""
    who = visitor(request, site)
    if who is None:
        raise HTTPException(303, "log in first", {"Location": "/login"})
    return who


Who = Annotated[Member, Depends(logged_in)]
Text = Annotated[str, Form(max_length=2000, pattern=NO_NUL)]
CaseId = Annotated[str, PathParameter(pattern=NO_NUL)]
After = Annotated[str, Query(max_length=200, pattern=NO_NUL)]


@router.get("/login")
def login_page(request: Request, site: SiteHere) -> HTMLResponse:
    return render(request, site, "login.html", wrong=False)


@router.post("/login", dependencies=[Depends(limited)])
def login(request: Request, site: SiteHere, csrf: Text, login: Text, password: Text) -> Response:
    check_csrf(request, csrf)
    token = log_in(site.desk, login, password)
    if token is None:
        return render(request, site, "login.html", status=403, wrong=True)
    answer = RedirectResponse("/queue", 303)
    remember(answer, site, token, SESSION_HOURS)  # type: ignore[arg-type]
    return answer


@router.post("/logout")
def logout(request: Request, site: SiteHere, who: Who, csrf: Text) -> Response:
    check_csrf(request, csrf, who)
    log_out(site.desk, request.cookies[SESSION])
    answer = RedirectResponse("/login", 303)
    answer.delete_cookie(SESSION)
    return answer


@router.get("/queue")
def queue_page(request: Request, site: SiteHere, who: Who, after: After = "", said: str = "") -> HTMLResponse:
    last = None
    if after:
        priority, _, rest = after.partition(" ")
        opened_at, _, case_id = rest.partition(" ")
        if not re.fullmatch(r"-?[0-9]{1,8}", priority):
            raise InputError("this page of the queue does not exist")
        last = (int(priority), opened_at, case_id)
    with site.desk.read() as connection:
        cases = queue.waiting(connection, last)
        presses = pressing(connection, site.desk.clock())
        labels = missing(connection, site.desk.clock())
    end = cases[-1] if len(cases) == queue.PAGE else None
    told = words("desk", language(request, who)).find(f"decide.{said}") if said in ("done", "second") else ""
    return render(
        request,
        site,
        "queue.html",
        who=who,
        cases=cases,
        presses=presses,
        labels=labels,
        now=site.now(),
        soon=written(site.desk.clock() + SOON),
        said=told,
        more=f"{end.priority} {end.opened_at} {end.id}" if end else "",
    )


@router.get("/case/{case_id}")
def case_page(case_id: CaseId, request: Request, site: SiteHere, who: Who) -> HTMLResponse:
    return _case(case_id, request, site, who)


@router.post("/case/{case_id}")
def decide_case(
    case_id: CaseId,
    request: Request,
    site: SiteHere,
    who: Who,
    csrf: Text,
    version: Annotated[int, Form()],
    choice: Text,
    synthetic: Text = "unknown",
    satire: Text = "",
    explanation: Text = "",
    instead: Text = "",
    body_ref: Annotated[str, Form(max_length=200, pattern=NO_NUL)] = "",
) -> Response:
    check_csrf(request, csrf, who)
    if who.role not in (SENIORS if body_ref.strip() else REVIEWERS):
        raise HTTPException(403, "your role may look, not decide")
    try:
        verdict = _decided(
            site,
            who,
            case_id,
            version,
            choice,
            synthetic,
            satire == "yes",
            explanation,
            instead,
            body_ref.strip() or None,
        )
    except (ConflictError, UsageError) as error:
        say = words("desk", language(request, who)).say
        return _case(case_id, request, site, who, 409, say("decide.conflict", message=error.message))
    for entry in verdict.undone:
        site.retire(entry, who.pid, verdict.challenged)
    return RedirectResponse(f"/queue?said={'second' if verdict.waits_for_second else 'done'}", 303)


@router.get("/case/{case_id}/medium")
def medium(case_id: CaseId, site: SiteHere, who: Who) -> Response:
    """The medium's preview, in ranges where the browser asks for them; never of a locked item."""
    with site.desk.read() as connection:
        row = connection.execute(
            select(item.c.id, item.c.sha256, item.c.locked)
            .join(case, case.c.item == item.c.id)
            .where(case.c.id == case_id)
        ).first()
    return _shown(site, who, row, "medium")


@router.get("/case/{case_id}/known/{entry}")
def known_medium(case_id: CaseId, entry: CaseId, site: SiteHere, who: Who) -> Response:
    """The preview of a known item that a case's item shows, where it was uploaded here; never of a locked one."""
    with site.desk.read() as connection:
        found = {each.entry: each for each in queue.known(connection, case_id)}.get(entry)
        row = None
        if found is not None and found.item is not None:
            query = select(item.c.id, item.c.sha256, item.c.locked).where(item.c.id == found.item)
            row = connection.execute(query).first()
    return _shown(site, who, row, "known")


def _shown(site: Site, who: Member, row: Any, purpose: str) -> Response:
    made = None
    if row is not None and row.sha256 is not None and not row.locked and site.previews is not None:
        made = site.previews.of(row.sha256)
    if row is None or made is None:
        raise HTTPException(404, "there is nothing to show")
    with site.desk.write() as unit:
        note_look(unit, who, row.id, purpose)
    path, kind = made
    return FileResponse(path, media_type=kind, headers=_SANDBOX)


def _case(case_id: str, request: Request, site: Site, who: Member, status: int = 200, said: str = "") -> HTMLResponse:
    with site.desk.read() as connection:
        found = queue.whole(connection, case_id)
        matches = [] if found.item.locked else queue.known(connection, case_id)
    disputed = found.challenge is not None and found.challenge.forum == "out_of_court"
    with site.desk.write() as unit:
        note_look(unit, who, found.item.id, "case")
    return render(
        request,
        site,
        "case.html",
        who=who,
        status=status,
        said=said,
        case=found.case,
        item=found.item,
        notices=found.notices,
        orders=found.orders,
        challenge=found.challenge,
        challenged=found.challenged,
        report=found.report,
        matches=matches,
        decisions=found.decisions,
        label=found.label,
        icon=of_kind(found.label.kind)["icon"] if found.label else None,
        first=found.first,
        proposal=found.case.proposal,
        rules=site.policy().rules,
        may=who.role in (SENIORS if disputed else REVIEWERS),
        disputed=disputed,
        video=_PICTURES not in found.item.content_type,
    )


def _decided(
    site: Site,
    who: Member,
    case_id: str,
    version: int,
    chosen: str,
    synthetic: str,
    satire: bool,
    explanation: str,
    instead: str,
    body_ref: str | None,
) -> Verdict:
    complaint = chosen in ("upheld", "reversed", "omitted")
    with site.desk.write() as unit:
        told = {"en": explanation, "nl": explanation}
        if complaint and (chosen != "reversed" or not instead):
            return decide_challenge(unit, case_id, who.pid, chosen, told, version, body_ref=body_ref)  # type: ignore[arg-type]
        row = unit.connection.execute(select(case.c.proposal, case.c.facts).where(case.c.id == case_id)).first()
        if row is None or row.proposal is None:
            raise InputError(f"there is no case {case_id} to decide")
        proposal = msgspec.convert(row.proposal, Proposal)
        made = _choice(site.policy(), proposal, instead if complaint else chosen, site.mode)
        made = msgspec.structs.replace(
            made,
            synthetic=synthetic if synthetic in ("yes", "no") else "unknown",
            satire_weighed=True if satire else made.satire_weighed,
        )
        rule = next((each for each in site.policy().rules if each.name == made.rule), None)
        two = rule is not None and row.facts is not None and needs_two(rule, msgspec.convert(row.facts, Facts))
        if complaint:
            done = {"instead": made, "needs_two": two, "body_ref": body_ref}
            return decide_challenge(unit, case_id, who.pid, chosen, told, version, **done)  # type: ignore[arg-type]
        return decide(unit, case_id, who.pid, made, version, needs_two=two)


def _choice(policy: Policy, proposal: Proposal, chosen: str, mode: str) -> Choice:
    """What a person chose: the proposal, another rule of the policy, or to leave it."""
    if chosen == "no_action":
        return Choice(
            outcome="no_action",
            rule=proposal.choice.rule,
            category=proposal.choice.category,
            mode="shadow" if mode == "shadow" else "live",
        )
    name = chosen.removeprefix("rule:")
    if name == proposal.choice.rule:
        return proposal.choice
    for rule in policy.rules:
        if rule.name == name:
            return Choice(
                outcome=rule.outcome,
                rule=rule.name,
                category=rule.category,
                restrictions=rule.restrictions,
                keywords=rule.keywords,
                territory=proposal.choice.territory,
                ground=rule.ground,
                ground_ref=rule.ground_ref,
                basis=("context",),
                art18=rule.art18,
                explanation=rule.explanation,
                mode="shadow" if mode == "shadow" else rule.mode,
            )
    raise InputError(f"the policy has no rule {name}")
