"""The tables of the desk, the same in SQLite and PostgreSQL.

Rules:
- An id is 128 random bits in hexadecimal, a time is RFC 3339 in UTC with milliseconds, as in the record: both sort.
- What happened stands in the record; these tables hold what is needed to go on, and the texts that never enter it.
- Names, addresses and logins stand in `person` and `staff` alone; everything else knows a pseudonym.
"""

from __future__ import annotations

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    Float,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    and_,
)

metadata = MetaData()


def _id(name: str, *args: object, **kwargs: object) -> Column[str]:
    return Column(name, String(32), *args, **kwargs)  # type: ignore[arg-type]


def _time(name: str, **kwargs: object) -> Column[str]:
    return Column(name, String(24), **kwargs)  # type: ignore[arg-type]


person = Table(
    "person",
    metadata,
    _id("pid", primary_key=True),
    Column("handle", Text, nullable=False, unique=True),  # what the outside calls them: mailto:..., uploader:...
    Column("name", Text),
    Column("email", Text),
    Column("language", String(2), nullable=False, default="en"),
    Column("warned_at", String(24)),
)

staff = Table(
    "staff",
    metadata,
    _id("pid", primary_key=True),
    Column("login", Text, nullable=False, unique=True),
    Column("password", Text, nullable=False),  # argon2id, with its parameters
    Column("role", String(16), nullable=False),
    Column("language", String(2), nullable=False, default="en"),
    Column("active", Boolean, nullable=False, default=True),
)

session = Table(
    "session",
    metadata,
    Column("token", String(64), primary_key=True),  # SHA-256 of what the browser holds
    _id("staff", ForeignKey("staff.pid"), nullable=False),
    Column("csrf", String(64), nullable=False),
    _time("expires_at", nullable=False),
)

api_key = Table(
    "api_key",
    metadata,
    Column("digest", String(64), primary_key=True),  # SHA-256 of the key
    Column("name", Text, nullable=False, unique=True),
    Column("role", String(16), nullable=False),
    Column("flagger_ref", Text),  # the trusted flagger's number in the public register
    _time("expires_at"),
    _time("revoked_at"),
)

item = Table(
    "item",
    metadata,
    _id("id", primary_key=True),
    Column("platform_ref", Text, nullable=False, unique=True),  # what the platform calls it
    _id("uploader", ForeignKey("person.pid"), nullable=False),
    Column("content_type", JSON, nullable=False),
    Column("title", Text, nullable=False, default=""),
    Column("text", Text, nullable=False, default=""),
    Column("language", String(2)),
    Column("declared", JSON, nullable=False),
    _time("posted_at", nullable=False),
    _time("received_at", nullable=False),
    Column("sha256", String(64)),  # absent where the platform keeps its media to itself
    Column("bytes", Integer),
    Column("uploader_contact", Boolean, nullable=False, default=True),
    Column("views", Integer, nullable=False, default=0),
    Column("views_at", String(24)),
    Column("views_per_hour", Float, nullable=False, default=0.0),
    Column("locked", Boolean, nullable=False, default=False),  # never shown, never exported (DSA Art. 18)
    Column("restrictions", JSON, nullable=False),
    Column("labels", JSON, nullable=False),
    Column("extent", String(8)),  # how much of it is made or altered, by its uploader's word: whole, part
    Index("item_sha256", "sha256"),
    Index("item_uploader", "uploader"),
)

label = Table(
    "label",
    metadata,
    _id("item", ForeignKey("item.id"), primary_key=True),
    _id("decision", nullable=False, index=True),
    Column("kind", String(8)),  # whole, part, basic; absent where no icon of the EU may be shown
    Column("state", String(8), nullable=False),  # asked, shown, lost
    _time("at", nullable=False),  # since when it is in this state
    _time("warned_at"),
    Index("label_state", "state", "at"),
)

frame = Table(
    "frame",
    metadata,
    _id("item", ForeignKey("item.id"), primary_key=True),
    _time("hour", nullable=False, index=True),
    Column("salt", String(64), nullable=False),
    Column("examined", Boolean, nullable=False, default=False),
    Column("abstained", Text),
)

notice = Table(
    "notice",
    metadata,
    _id("id", primary_key=True),
    Column("channel", Text, nullable=False),
    Column("n", Integer, nullable=False),
    _id("sender", ForeignKey("person.pid")),
    Column("sender_type", String(16), nullable=False),
    Column("flagger_ref", Text),
    Column("reason", Text, nullable=False, default=""),
    Column("location", Text, nullable=False, default=""),
    Column("good_faith", Boolean, nullable=False),
    Column("elements", JSON, nullable=False),
    Column("csam", Boolean, nullable=False),
    Column("depicted", Boolean, nullable=False, default=False),  # the sender says: that is me
    Column("category", Text, nullable=False),
    Column("keyword", Text, nullable=False),
    Column("language", String(2), nullable=False),
    _time("received_at", nullable=False),
    _id("decision"),
)

authority_order = Table(
    "authority_order",
    metadata,
    _id("id", primary_key=True),
    Column("n", Integer, nullable=False),
    Column("type", String(8), nullable=False),
    Column("authority_ref", Text, nullable=False),
    Column("authority_email", Text),
    Column("member_state", String(2), nullable=False),
    Column("category", Text, nullable=False),
    Column("keyword", Text, nullable=False),
    Column("territory", JSON, nullable=False),
    Column("text", Text, nullable=False, default=""),
    Column("language", String(2), nullable=False),
    _time("received_at", nullable=False),
    _time("deadline"),
    _time("answered_at"),
)

case = Table(
    "desk_case",
    metadata,
    _id("id", primary_key=True),
    _id("item", ForeignKey("item.id"), nullable=False, index=True),
    Column("why", String(16), nullable=False),  # upload, notice, order, challenge, retroactive
    # queued, waiting (for a person), decided, closed (nothing to decide), parked
    Column("state", String(16), nullable=False),
    Column("priority", Integer, nullable=False),  # smaller is sooner
    _time("opened_at", nullable=False),
    _time("taken_up_at"),
    _time("deadline"),
    Column("looked", JSON(none_as_null=True)),  # what was seen of the medium, without the report
    Column("facts", JSON),
    Column("proposal", JSON),
    Column("parked", Text),
    Column("version", Integer, nullable=False, default=0),  # two people at once: the second is told
    _id("challenge"),
    Index("case_queue", "state", "priority", "opened_at", "id"),
)

cause = Table(
    "cause",
    metadata,
    _id("case", ForeignKey("desk_case.id"), primary_key=True),
    # notice, order; of an entry of the bank its status when it was matched: seeded, confirmed, or: retired
    Column("kind", String(16), primary_key=True),
    _id("id", primary_key=True),
    Index("cause_of", "kind", "id"),
)

examination = Table(
    "examination",
    metadata,
    _id("case", ForeignKey("desk_case.id"), primary_key=True),
    Column("report", JSON, nullable=False),  # schema waarmerk.check/1
    _time("at", nullable=False),
)

decision = Table(
    "decision",
    metadata,
    _id("id", primary_key=True),
    _id("case", ForeignKey("desk_case.id"), nullable=False, index=True),
    _id("item", ForeignKey("item.id"), nullable=False, index=True),
    _time("at", nullable=False),
    Column("outcome", String(16), nullable=False),
    Column("mode", String(8), nullable=False),
    Column("body", JSON, nullable=False),  # the fields of the event decision.made
    Column("explanation", JSON, nullable=False),  # what the statement of reasons says, by language
    _id("second_pid"),  # the second person, where two must agree
    _id("undoes"),  # the decision that this one takes back
    _time("carried_out_at"),
)

agreement = Table(
    "agreement",
    metadata,
    _id("case", ForeignKey("desk_case.id"), primary_key=True),
    _id("pid", nullable=False),  # who proposed first, where a second person must agree
    Column("choice", JSON, nullable=False),
    _time("at", nullable=False),
)

challenge = Table(
    "challenge",
    metadata,
    _id("id", primary_key=True),
    Column("n", Integer, nullable=False),
    _id("decision", ForeignKey("decision.id"), nullable=False, index=True),
    Column("forum", String(16), nullable=False),
    _id("sender", ForeignKey("person.pid"), nullable=False),
    Column("grounds", String(16), nullable=False),
    Column("text", Text, nullable=False, default=""),
    Column("language", String(2), nullable=False),
    Column("admitted", Boolean, nullable=False),
    Column("refusal", Text),
    _time("received_at", nullable=False),
    _time("closed_at"),
    Column("outcome", String(24)),
)

message = Table(
    "message",
    metadata,
    _id("id", primary_key=True),
    Column("what", String(24), nullable=False),
    _id("about", nullable=False, index=True),
    Column("recipient", Text, nullable=False),  # a pseudonym, or an authority's reference
    Column("language", String(2), nullable=False),
    Column("subject", Text, nullable=False),
    Column("body", Text, nullable=False),
    Column("elements", JSON, nullable=False),
    Column("event", String(32), nullable=False, index=True),  # its event, whose receipt goes along
    _time("sent_at", nullable=False),
)

delivery = Table(
    "delivery",
    metadata,
    _id("id", primary_key=True),  # the webhook's id: the same at every attempt
    Column("kind", String(32), nullable=False),
    Column("body", JSON, nullable=False),
    _id("decision"),
    Column("attempts", Integer, nullable=False, default=0),
    _time("next_at"),  # absent once it was acknowledged or given up
    _time("acknowledged_at"),
    Column("failure", Text),
)

statement = Table(
    "statement",
    metadata,
    Column("puid", String(500), primary_key=True),
    _id("decision", ForeignKey("decision.id"), nullable=False, unique=True),
    Column("body", JSON, nullable=False),
    Column("state", String(16), nullable=False),  # waiting, created, rejected
    Column("uuid", Text),
    Column("failure", Text),
    _time("at", nullable=False),
)

task = Table(
    "task",
    metadata,
    _id("id", primary_key=True),  # the workflow's id
    Column("kind", String(16), nullable=False),  # prepare (a case), carry_out (a decision), check (archived)
    _id("subject", nullable=False),
    Column("priority", Integer, nullable=False),
    _time("created_at", nullable=False),
    Column("slot", Integer),  # the place of the worker that holds it
    _time("taken_at"),
    Column("tries", Integer, nullable=False, server_default="0"),  # how often it was begun
    _time("done_at"),
    Index("task_subject", "subject"),
)
_due = and_(task.c.slot.is_(None), task.c.done_at.is_(None))
_begun = and_(task.c.slot.is_not(None), task.c.done_at.is_(None))
Index("task_due", task.c.priority, task.c.created_at, sqlite_where=_due, postgresql_where=_due)
Index("task_begun", task.c.slot, sqlite_where=_begun, postgresql_where=_begun)

archived = Table(
    "archived",
    metadata,
    _id("id", primary_key=True),
    Column("archive", Text, nullable=False),
    Column("n", Integer, nullable=False),  # its place in the order in which the inputs were named
    Column("path", LargeBinary, nullable=False),  # as the system keeps names: bytes, absolute
    Column("found", Boolean, nullable=False),  # in a folder: where it is no medium it is passed over
    Column("line", Text),  # schema waarmerk.check/1 or waarmerk.check-error/1; absent until it was examined
    _time("over_at"),
    Index("archived_order", "archive", "n", unique=True),
    Index("archived_path", "archive", "path", unique=True),
)

look = Table(
    "look",
    metadata,
    _id("id", primary_key=True),
    _id("staff", nullable=False),
    _id("item", nullable=False, index=True),
    _time("at", nullable=False),
    Column("purpose", Text, nullable=False),
)

adopted = Table(
    "adopted",
    metadata,
    Column("digest", String(64), primary_key=True),
    Column("kind", String(8), nullable=False),  # policy, tool
    Column("body", Text, nullable=False),
    _time("at", nullable=False),
)

mark = Table(
    "mark",
    metadata,
    Column("name", String(32), primary_key=True),
    _time("at", nullable=False),  # how far a regular duty has come: a time, or the bank's generation
)

banked = Table(
    "banked",
    metadata,
    Column("entry", String(64), primary_key=True),
    _id("decision", nullable=False, index=True),  # on whose word the bank knows it
)

idempotency = Table(
    "idempotency",
    metadata,
    Column("scope", Text, primary_key=True),  # who asked, and under which key
    Column("request", String(64), nullable=False),
    Column("status", Integer, nullable=False),
    Column("body", Text, nullable=False),
    _time("at", nullable=False),
)
