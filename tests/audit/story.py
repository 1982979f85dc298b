"""A platform's record told in a few lines: events at hours of one week, in a real log, as a real bundle."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import msgspec

from tests.record.events import examples
from tests.record.making import Record as Log
from tests.record.making import salt
from waarmerk.audit.load import Keys, load
from waarmerk.audit.loaded import Record
from waarmerk.audit.obligations import all_obligations
from waarmerk.audit.paper import Setting
from waarmerk.audit.results import Result
from waarmerk.audit.run import Options, Worked, audit_record
from waarmerk.record.events.catalogue import encode
from waarmerk.record.events.types import Event, Party
from waarmerk.record.store import Stored

START = datetime(2026, 2, 2, tzinfo=UTC)
EXAMPLE = {str(event.__struct_config__.tag): event for event in examples.EXAMPLES}
PERSON, OTHER, UPLOADER = "1" * 32, "2" * 32, "3" * 32
REMOVED = examples.REMOVED
FULL = ("restriction", "territory", "duration", "facts", "source", "automated_detection", "automated_decision")
FULL = (*FULL, "ground", "redress_20", "redress_21", "redress_court")


def ident(name: str) -> str:
    """128 bits for a name."""
    return sha256(name.encode()).hexdigest()[:32]


def clock(hours: float) -> str:
    """A time, hours after the story's start."""
    return f"{START + timedelta(hours=hours):%Y-%m-%dT%H:%M:%S}.{round(hours * 3_600_000) % 1000:03d}Z"


class Story:
    """Events of a service; every method takes the hour at which it happened, and fields to change."""

    def __init__(self, *, declared: bool = True, service: str = "video.example") -> None:
        self.events: list[tuple[float, int, Event]] = []
        self.numbers: Counter[str] = Counter()
        self.service = service
        if declared:
            self.event("service.declared", 0, benchmarks={})

    def event(self, kind: str, hour: float, *, logged: float | None = None, **fields: Any) -> Event:
        """Any event: the catalogue's example with these fields."""
        channel = fields.pop("channel", "web")
        self.numbers[channel] += 1
        fields = {"service": self.service, "by": Party(type="machine"), "n": self.numbers[channel], **fields}
        logged = hour if logged is None else logged
        made = msgspec.structs.replace(
            EXAMPLE[kind],
            id=ident(f"{kind} {len(self.events)} {self.service}"),
            channel=channel,
            at=clock(hour),
            logged_at=clock(logged),
            **fields,
        )
        self.events.append((logged, len(self.events), made))
        return made

    def notice(self, name: str, hour: float, **fields: Any) -> None:
        """A complete notice of one item from somebody with an address."""
        elements = fields.pop("elements", {})
        whole = {"reason": True, "location": True, "name_email": True, "good_faith": True, **elements}
        self.event(
            "notice.received",
            hour,
            **{
                "notice": ident(name),
                "items": (ident(f"item of {name}"),),
                "sender_type": "individual",
                "flagger_ref": None,
                "elements": msgspec.convert(whole, type(EXAMPLE["notice.received"].elements)),  # type: ignore[attr-defined]
                **fields,
            },
        )

    def decide(self, name: str, hour: float, *, answers: str = "notice", of: str = "", **fields: Any) -> None:
        """A live decision by a person that restricts; it answers `of` (its own name where nothing is said)."""
        made = EXAMPLE["decision.made"]
        of = of or name
        ids = (ident(of),) if answers != "own" else ()
        subject = fields.pop("subject", ident(f"item of {of}"))
        self.event(
            "decision.made",
            hour,
            **{
                "decision": ident(f"decision {name}"),
                "subject": msgspec.structs.replace(made.subject, id=subject),  # type: ignore[attr-defined]
                "because": msgspec.structs.replace(made.because, type=answers, ids=ids),  # type: ignore[attr-defined]
                "taken_up_at": clock(fields.pop("taken_up", hour)),
                "basis": ("person",),
                "automated_detection": False,
                "deciders": (PERSON,),
                "until": None,
                "misuse": None,
                "satire_weighed": None,
                **fields,
            },
        )

    def effect(self, name: str, hour: float, **fields: Any) -> None:
        """What a decision did to its item."""
        subject = fields.pop("subject", ident(f"item of {name}"))
        fields = {"decision": ident(f"decision {name}"), **fields}
        self.event("effect.applied", hour, subject=subject, **fields)

    def message(self, what: str, about: str, hour: float, **fields: Any) -> None:
        """A message with every element."""
        self.event("message.sent", hour, **{"what": what, "about": ident(about), "elements": FULL, **fields})

    def statement(self, name: str, hour: float, body: dict[str, Any] | None = None, **fields: Any) -> None:
        """A statement of reasons that agrees with `decide` and `effect` at the same hour, sent to the database."""
        agreed = {
            "automated_detection": "No",
            "automated_decision": "AUTOMATED_DECISION_NOT_AUTOMATED",
            "source_type": "SOURCE_ARTICLE_16",
            "territorial_scope": ["NL"],
            "application_date": clock(hour)[:10],
            "decision_facts": "The video shows a person who did not agree to it.",
        }
        fields = {"puid": f"p-{name}", "decision": ident(f"decision {name}"), **fields}
        self.event("statement.submitted", hour, body={**agreed, **(body or {})}, **fields)

    def complaint(self, name: str, hour: float, *, of: str = "", **fields: Any) -> None:
        """An admitted complaint about a decision."""
        self.event(
            "challenge.received",
            hour,
            **{
                "challenge": ident(f"complaint {name}"),
                "decision": ident(f"decision {of or name}"),
                "admitted": True,
                "refusal": None,
                **fields,
            },
        )

    def close(self, name: str, hour: float, **fields: Any) -> None:
        """A complaint decided by another person, the first decision upheld."""
        self.event(
            "challenge.closed",
            hour,
            **{
                "challenge": ident(f"complaint {name}"),
                "outcome": "upheld",
                "deciders": (OTHER,),
                "automated": "AUTOMATED_DECISION_NOT_AUTOMATED",
                "carried_out_by": None,
                "body_ref": None,
                **fields,
            },
        )

    def until(self, hour: float) -> Story:
        """The record goes on to this hour."""
        self.event("uploads.counted", hour, start=clock(hour - 1), end=clock(hour))
        return self

    def log(self) -> Log:
        """The events in a log, in the order in which they were logged."""
        log = Log(0)
        order = sorted(self.events, key=lambda one: one[:2])
        stored = [Stored(index, salt(index), encode(event)) for index, (_, _, event) in enumerate(order)]
        log.events = {one.index: one for one in stored}
        log.log(stored)
        return log

    def bundle(self, path: Path, **more: Any) -> Path:
        """The record as a bundle."""
        return self.log().bundle(path, **more)


def loaded(path: Path, keys: Keys | None = None) -> list[Record]:
    """The records of a bundle with every field that an obligation reads."""
    return load(path, keys or Keys(), [read for one in all_obligations() for read in one.row.reads])


def audited(story: Story, folder: Path, tier: Any = "vlop", **settings: Any) -> Worked:
    """The story through bundle and loader to its audit."""
    benchmarks = settings.pop("benchmarks", {})
    options = Options(Setting(tier=tier, **settings), benchmarks=benchmarks)
    (record,) = loaded(story.bundle(folder / "story.zip"))
    return audit_record(record, all_obligations(), options)


def result_of(story: Story, name: str, folder: Path, **settings: Any) -> Result:
    """What one obligation says of a story."""
    results = audited(story, folder, **settings).audited.results
    return next(result for result in results if result.id == name)
