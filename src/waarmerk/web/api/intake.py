"""What a platform, a flagger or an authority sends: media, uploads, notices, orders, complaints, effects, events."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Depends, HTTPException, Request
from sqlalchemy import select

from waarmerk.desk.cases.carry_out import confirm
from waarmerk.desk.intake.backlog import LATER_S
from waarmerk.desk.intake.challenges import Challenge, take_challenge
from waarmerk.desk.intake.notices import Notice, item_of, take_notice
from waarmerk.desk.intake.orders import Order, take_order
from waarmerk.desk.intake.uploads import Upload, declare, take_upload, take_views
from waarmerk.desk.people.keys import Key
from waarmerk.desk.people.pseudonyms import by_email
from waarmerk.desk.review.erasing import erase_person
from waarmerk.desk.store.tables import person
from waarmerk.desk.store.unit import Unit
from waarmerk.errors import DependencyError, InputError
from waarmerk.web.api.idempotent import once
from waarmerk.web.api.models import (
    ComplaintIn,
    ComplaintOut,
    DeclarationIn,
    Digest,
    Done,
    EffectIn,
    ErasureIn,
    ErasureOut,
    EventsIn,
    EventsOut,
    MediumOut,
    NoticeIn,
    NoticeOut,
    OrderIn,
    OrderOut,
    UploadIn,
    UploadOut,
    ViewsIn,
)
from waarmerk.web.site import SiteHere, needs

router = APIRouter(prefix="/v1")
Platform = Annotated[Key, Depends(needs("platform"))]
Flagger = Annotated[Key, Depends(needs("platform", "flagger"))]
Admin = Annotated[Key, Depends(needs("admin"))]
Authority = Annotated[Key, Depends(needs("platform", "authority"))]


@router.put("/media/{sha256}", tags=["intake"])
async def put_medium(sha256: Digest, request: Request, site: SiteHere, key: Platform) -> MediumOut:
    """Keeps a medium, streamed as it comes; the same bytes again change nothing."""
    del key
    if site.media is None:
        raise DependencyError("this desk keeps no media", hint="send uploads without sha256")
    name, size = await site.media.receive(request.stream(), digest=sha256, most=site.max_upload)
    return MediumOut(sha256=name, bytes=size)


@router.post("/uploads", tags=["intake"])
def post_upload(given: UploadIn, request: Request, site: SiteHere, key: Platform) -> UploadOut:
    """Takes an upload and answers at once; examining it is done afterwards."""
    if site.backlog is not None and site.backlog.full():
        raise HTTPException(
            429, "too many uploads wait to be looked at; send it later", {"Retry-After": str(LATER_S)}
        )
    if given.sha256 is not None and (site.media is None or not site.media.has(given.sha256)):
        raise InputError("the medium is not here", where="sha256", hint="put it first, or leave sha256 out")

    def act(unit: Unit) -> UploadOut:
        fields = given.model_dump()
        item, new = take_upload(
            unit,
            Upload(
                **fields
                | {"content_type": tuple(given.content_type), "declared": tuple(given.declared), "size": None}
            ),
        )
        return UploadOut(item=item, new=new)

    return once(site, request, key, given, UploadOut, act)


@router.post("/notices", tags=["intake"])
def post_notice(given: NoticeIn, request: Request, site: SiteHere, key: Flagger) -> NoticeOut:
    """Takes a notice; with a trusted flagger's key it is one of a trusted flagger."""

    def act(unit: Unit) -> NoticeOut:
        fields = given.model_dump() | {"items": tuple(item_of(unit, each) for each in given.items)}
        trusted = key.role == "flagger"
        taken = take_notice(
            unit, Notice(**fields, channel="flagger" if trusted else "api", flagger_ref=key.flagger_ref)
        )
        channel = "flagger" if trusted else "api"
        return NoticeOut(notice=taken.id, number=f"{channel}-{taken.n}", missing=list(taken.missing))

    return once(site, request, key, given, NoticeOut, act)


@router.post("/orders", tags=["intake"])
def post_order(given: OrderIn, request: Request, site: SiteHere, key: Authority) -> OrderOut:
    """Takes an authority's order."""

    def act(unit: Unit) -> OrderOut:
        fields = given.model_dump() | {
            "items": tuple(item_of(unit, each) for each in given.items),
            "territory": tuple(given.territory),
        }
        order, n = take_order(unit, Order(**fields))
        return OrderOut(order=order, number=f"orders-{n}")

    return once(site, request, key, given, OrderOut, act)


def _handle(given: ComplaintIn | ErasureIn, asked: str) -> str:
    """The handle of the one person that a body names, by the platform's name or by an address."""
    if (given.uploader is None) == (given.email is None):
        raise InputError(f"{asked}: uploader or email, one of them")
    return f"uploader:{given.uploader}" if given.uploader else by_email(str(given.email), None, "en").handle


@router.post("/complaints", tags=["intake"])
def post_complaint(given: ComplaintIn, request: Request, site: SiteHere, key: Platform) -> ComplaintOut:
    """Takes a complaint about a decision, of the uploader or of whoever sent the notice."""
    handle = _handle(given, "say who complains")

    def act(unit: Unit) -> ComplaintOut:
        sender = unit.connection.execute(select(person.c.pid).where(person.c.handle == handle)).scalar()
        if sender is None:
            raise InputError("this person is not known here", hint="the uploader and the notifiers may complain")
        challenge, admitted = take_challenge(
            unit,
            Challenge(given.decision, str(sender), given.grounds, given.text, given.language, given.forum),
        )
        return ComplaintOut(challenge=challenge, admitted=admitted)

    return once(site, request, key, given, ComplaintOut, act)


@router.post("/erasures", tags=["people"])
def post_erasure(given: ErasureIn, request: Request, site: SiteHere, key: Admin) -> ErasureOut:
    """Forgets who somebody was and what they wrote, and records that; refused while something of theirs is open."""
    handle = _handle(given, "say who is to be forgotten")

    def act(unit: Unit) -> ErasureOut:
        by = {"type": "machine", "role": "admin"}
        return ErasureOut(person=erase_person(unit, handle, by, f"{key.name}: {given.reason}"))

    return once(site, request, key, given, ErasureOut, act)


@router.post("/effects", tags=["platform"])
def post_effect(given: EffectIn, request: Request, site: SiteHere, key: Platform) -> Done:
    """The platform's word on what it did about a decision."""

    def act(unit: Unit) -> Done:
        confirm(unit, given.decision, given.effect, given.ack, views_total=given.views_total)
        return Done()

    return once(site, request, key, given, Done, act)


@router.post("/views", tags=["platform"])
def post_views(given: ViewsIn, site: SiteHere, key: Platform) -> Done:
    """How often an item was seen until a time."""
    del key
    with site.desk.write() as unit:
        take_views(unit, item_of(unit, given.platform_ref), given.total, given.at)
    return Done()


@router.post("/declarations", tags=["platform"])
def post_declaration(given: DeclarationIn, site: SiteHere, key: Platform) -> Done:
    """The uploader's word that an item is synthetic, or satire."""
    del key
    with site.desk.write() as unit:
        declare(unit, item_of(unit, given.platform_ref), given.what, given.extent)
    return Done()


@router.post("/events", tags=["record"])
def post_events(given: EventsIn, site: SiteHere, key: Platform) -> EventsOut:
    """Records what the platform's own tool did: all events of a batch or none; an id that was seen is passed over."""
    del key
    new = 0
    with site.desk.write() as unit:
        for number, event in enumerate(given.events):
            new += _recorded(unit, event, f"events.{number}")
    return EventsOut(new=new, seen=len(given.events) - new)


def _recorded(unit: Unit, event: dict[str, Any], where: str) -> bool:
    if "id" not in event:
        raise InputError("an event has an id of its own", where=where, hint="128 random bits in hexadecimal")
    if event.get("service") != unit.service:
        raise InputError(f"this desk records the service {unit.service}", where=f"{where}.service")
    try:
        return unit.record_given(event)
    except InputError as error:
        raise InputError(error.message, where=where, hint=error.hint) from error
