"""What requests and answers of the API look like; the published OpenAPI document is made from these."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from waarmerk.web.api.examples import EXAMPLES


def _with_zone(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise ValueError("a time needs its zone, such as 2026-03-01T12:00:00Z")
    if not datetime(2000, 1, 1, tzinfo=UTC) <= moment <= datetime(2100, 1, 1, tzinfo=UTC):
        raise ValueError("a time lies between the years 2000 and 2100")
    return moment


Moment = Annotated[datetime, AfterValidator(_with_zone)]
Id = Annotated[str, Field(pattern="^[0-9a-f]{32}$")]
Digest = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]
Line = Annotated[str, Field(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f]*$")]
Text = Annotated[str, Field(max_length=20_000, pattern=r"^[^\x00]*$")]
Email = Annotated[str, Field(min_length=3, max_length=254, pattern=r"^[^@\s\x00-\x1f]+@[^@\s\x00-\x1f]+$")]
Spoken = Annotated[str, Field(pattern="^[a-z]{2}$")]
Code = Annotated[str, Field(pattern="^[A-Z0-9_]{1,100}$")]
Views = Annotated[int, Field(ge=0, le=2**53 - 1)]


def _with_example(schema: dict[str, Any], model: type[BaseModel]) -> None:
    if model.__name__ in EXAMPLES:
        schema["examples"] = [EXAMPLES[model.__name__]]


class Model(BaseModel):
    """Unknown fields are refused, not passed over."""

    model_config = ConfigDict(extra="forbid", frozen=True, json_schema_extra=_with_example)


class UploadIn(Model):
    """An upload. `sha256`: of a medium that was put there before; absent where the platform keeps its media."""

    platform_ref: Line
    uploader: Line
    content_type: Annotated[list[Code], Field(min_length=1, max_length=8)]
    posted_at: Moment
    title: Text = ""
    text: Text = ""
    language: Spoken | None = None
    declared: Annotated[list[Literal["synthetic", "satire"]], Field(max_length=2)] = []
    sha256: Digest | None = None
    uploader_contact: bool = True
    uploader_email: Email | None = None
    uploader_language: Spoken = "en"
    extent: Literal["whole", "part"] | None = None


class UploadOut(Model):
    item: Id
    new: bool


class NoticeIn(Model):
    """A notice (Art. 16). `items`: what the platform calls them."""

    items: Annotated[list[Line], Field(min_length=1, max_length=100)]
    category: Code
    keyword: Code
    language: Spoken = "en"
    reason: Text = ""
    location: Text = ""
    name: Line | None = None
    email: Email | None = None
    good_faith: bool = False
    csam: bool = False
    depicted: bool = False
    sender_type: Literal["individual", "entity"] = "individual"
    member_state: Annotated[str, Field(pattern="^[A-Z]{2}$")] | None = None


class NoticeOut(Model):
    notice: Id
    number: str
    missing: list[str]


class OrderIn(Model):
    """An order of an authority (Art. 9, 10)."""

    type: Literal["act", "inform"]
    authority_ref: Line
    member_state: Annotated[str, Field(pattern="^[A-Z]{2}$")]
    category: Code
    keyword: Code
    items: Annotated[list[Line], Field(max_length=1000)] = []
    territory: Annotated[list[Code], Field(min_length=1, max_length=40)]
    language: Spoken = "en"
    text: Text = ""
    deadline: Moment | None = None
    authority_email: Email | None = None


class OrderOut(Model):
    order: Id
    number: str


class ComplaintIn(Model):
    """A complaint (Art. 20) that the platform passes on. `sender`: its uploader, or the notice's e-mail address."""

    decision: Id
    uploader: Line | None = None
    email: Email | None = None
    grounds: Literal["20_1_a", "20_1_b", "20_1_c", "20_1_d", "no_action"] = "20_1_a"
    text: Text = ""
    language: Spoken = "en"
    forum: Literal["internal", "out_of_court"] = "internal"


class ComplaintOut(Model):
    challenge: Id
    admitted: bool


class ErasureIn(Model):
    """A data subject's request (GDPR Art. 17): the uploader as the platform calls them, or a notifier's address.
    `reason`: why it is granted, in words without names."""

    uploader: Line | None = None
    email: Email | None = None
    reason: Line


class ErasureOut(Model):
    """`person`: the pseudonym, which leads to nobody from now on."""

    person: Id


class EffectIn(Model):
    """What the platform did about a decision. `ack`: its own reference of what it did."""

    decision: Id
    effect: Literal["applied", "lifted", "label_shown", "label_lost", "failed"]
    ack: Line
    views_total: Views | None = None


class ViewsIn(Model):
    platform_ref: Line
    total: Views
    at: Moment


class DeclarationIn(Model):
    """The uploader's word. `extent`: how much of it was made or altered; it chooses the icon of its label."""

    platform_ref: Line
    what: Literal["synthetic", "satire"]
    extent: Literal["whole", "part"] | None = None


class EventsIn(Model):
    """Events of the record's catalogue, without `logged_at` and `n`; each with an `id`, so that twice is once."""

    events: Annotated[list[dict[str, Any]], Field(min_length=1, max_length=1000)]


class EventsOut(Model):
    new: int
    seen: int


class Done(Model):
    done: Literal[True] = True


class MediumOut(Model):
    sha256: Digest
    bytes: int


class MessageOut(Model):
    """A message to pass on. `to`: what the platform calls the person (`uploader:NAME`, `mailto:ADDRESS`), or an
    authority's reference; `event`: its receipt is under /v1/receipts once the log holds it. `decision`, `outcome` and
    `item` (as the platform calls it): what it is about in the end, where there is a decision."""

    message: Id
    what: str
    about: Id
    decision: Id | None
    outcome: str | None
    item: str | None
    to: str
    language: str
    subject: str
    body: str
    sent_at: str
    event: Id


class MessagesOut(Model):
    """A page of messages; `next`: the cursor of the page after it, absent where there is none yet."""

    messages: list[MessageOut]
    next: str | None
