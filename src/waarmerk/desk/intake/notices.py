"""A notice (DSA Art. 16): numbered, its number on the receipt, whatever is missing said at once.

Rules:
- The four elements: reason, exact location, name and e-mail, good faith. A notice of child sexual abuse needs no name
  or e-mail (Art. 16(2)(c)); a notice that lacks something else is taken all the same, and what is missing is told.
- A trusted flagger (Art. 22) is known by a key, never by what the notice says of itself.
- The receipt is sent in the same transaction: nobody's notice is taken without it.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import select, update

from waarmerk.desk.intake.opening import again, join, open_case
from waarmerk.desk.intake.urgency import NOTICE, TRUSTED
from waarmerk.desk.people.pseudonyms import by_email, pid
from waarmerk.desk.store.tables import item, notice
from waarmerk.desk.store.unit import Unit
from waarmerk.desk.telling.messages import tell
from waarmerk.errors import InputError

CHANNELS = ("form", "api", "flagger")


@dataclass(frozen=True)
class Notice:
    """What a notifier says. `items`: ids of the desk. `channel`: form, api or flagger."""

    items: tuple[str, ...]
    category: str
    keyword: str
    language: str
    channel: str
    reason: str = ""
    location: str = ""
    name: str | None = None
    email: str | None = None
    good_faith: bool = False
    csam: bool = False
    depicted: bool = False
    sender_type: str = "individual"
    flagger_ref: str | None = None
    member_state: str | None = None


@dataclass(frozen=True)
class Taken:
    """A notice that was taken: its id, its number in the channel, what it lacks, the cases it went to."""

    id: str
    n: int
    missing: tuple[str, ...] = ()
    cases: tuple[str, ...] = field(default=())


def missing(given: Notice) -> tuple[str, ...]:
    """The elements of Art. 16(2) that a notice lacks."""
    have = {
        "reason": bool(given.reason.strip()),
        "location": bool(given.location.strip()) or bool(given.items),
        "name_email": bool(given.name and given.email) or given.csam,
        "good_faith": given.good_faith,
    }
    return tuple(name for name, there in have.items() if not there)


def take_notice(unit: Unit, given: Notice) -> Taken:
    """Takes a notice, sends its receipt, opens or joins the items' cases.

    Raises `InputError` for an unknown item, a channel that there is not, or a code outside the law's lists.
    """
    if given.channel not in CHANNELS:
        raise InputError(f"there is no channel {given.channel}", hint=", ".join(CHANNELS))
    if not given.items:
        raise InputError("a notice is about at least one item", hint="the exact location, Art. 16(2)(b)")
    sender = pid(unit, by_email(given.email, given.name, given.language)) if given.email else None
    lacks = missing(given)
    new = unit.new_id()
    elements = {name: name not in lacks for name in ("reason", "location", "name_email", "good_faith")}
    trusted = given.flagger_ref is not None
    by = {"type": "person", "pid": sender} if sender else {"type": "machine", "role": "intake"}
    recorded = unit.record(
        "notice.received",
        given.channel,
        by,
        notice=new,
        items=list(given.items),
        sender=sender,
        sender_type="trusted_flagger" if trusted else given.sender_type,
        flagger_ref=given.flagger_ref,
        has_contact=given.email is not None,
        elements=elements,
        csam=given.csam,
        category=given.category,
        keyword=given.keyword,
        language=given.language,
        member_state=given.member_state,
    )
    unit.connection.execute(
        notice.insert().values(
            id=new,
            channel=given.channel,
            n=recorded.n,
            sender=sender,
            sender_type="trusted_flagger" if trusted else given.sender_type,
            flagger_ref=given.flagger_ref,
            reason=given.reason,
            location=given.location,
            good_faith=given.good_faith,
            elements=elements,
            csam=given.csam,
            depicted=given.depicted,
            category=given.category,
            keyword=given.keyword,
            language=given.language,
            received_at=unit.at,
        )
    )
    cases = []
    for item_id in dict.fromkeys(given.items):
        case_id = open_case(unit, item_id, "notice", TRUSTED if trusted else NOTICE)
        join(unit, case_id, "notice", new)
        again(unit, case_id)
        cases.append(case_id)
        if given.csam:
            lock(unit, item_id)
    if sender is not None:
        number = f"{given.channel}-{recorded.n}"
        tell(unit, "receipt", about=new, to=sender, language=given.language, given={"number": number})
        if lacks:
            tell(unit, "incomplete", about=new, to=sender, language=given.language, given={"missing": list(lacks)})
    return Taken(new, recorded.n, lacks, tuple(cases))


def lock(unit: Unit, item_id: str) -> None:
    """From now on nobody is shown the item (Art. 18)."""
    unit.connection.execute(update(item).where(item.c.id == item_id).values(locked=True))


def item_of(unit: Unit, platform_ref: str) -> str:
    """The item that the platform calls so. Raises `InputError` where there is none."""
    found = unit.connection.execute(select(item.c.id).where(item.c.platform_ref == platform_ref)).scalar()
    if found is None:
        raise InputError(f"there is no item {platform_ref} here", hint="is the address copied whole?")
    return str(found)
