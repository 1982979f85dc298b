"""The auditor's sample: items of a bundle, drawn so that neither the platform nor the auditor can choose them.

Rules:
- The population is what lies below the checkpoint that the seed is made from: what came later cannot be shaped with
  the draw in hand. That checkpoint must be one of this very log, and the bundle must hold from its first entry on.
- The beacon must have become known after the checkpoint was made, else whoever made it could try entries until the
  draw pleases. Where it was known before the last entry below it (of whatever service), nothing is drawn. A witness's
  cosignature shows when the checkpoint stood; without one this rests on the platform's clock; without the beacon's
  time nothing shows it. Each is said.
- Uploads are drawn from the hours that the log committed to, so also what nobody acted on.
- A plan in the log that was made for this purpose is shown, with what differs from it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal, get_args

import msgspec

from waarmerk.audit.drawing import Draw, beacon_bytes, seed_of
from waarmerk.audit.figures import upper_bound
from waarmerk.audit.frames import Committed, hours
from waarmerk.audit.load import Keys, witnessed
from waarmerk.audit.loaded import Witnessed
from waarmerk.audit.rows import milliseconds, moment
from waarmerk.errors import InputError, IntegrityError, UsageError
from waarmerk.record.bundle.read import Bundle, open_bundle
from waarmerk.record.events.acting import DecisionMade
from waarmerk.record.events.asking import NoticeReceived
from waarmerk.record.events.checking import SamplePlanned
from waarmerk.record.events.looking import UploadsCounted
from waarmerk.record.events.types import Event
from waarmerk.record.log.checkpoint import Checkpoint, open_checkpoint
from waarmerk.record.log.keys import parse_verifier_key
from waarmerk.record.verify import Tree, verify_event

SCHEMA = "waarmerk.sample/1"
HOUR = 3_600_000
"""Milliseconds."""
Purpose = Literal["notices", "decisions", "uploads"]
PURPOSES: tuple[Purpose, ...] = get_args(Purpose)
After = Literal["witness", "clock", "not_witnessed", "no_time"]
"""A witness, or the platform's clock, show that the beacon is younger; the witnesses named do not; it has no time."""


class Item(msgspec.Struct, frozen=True, kw_only=True):
    """One that was drawn. `index`: the log's entry of the notice, the decision, or the hour that the upload is in."""

    rank: int
    id: str
    ticket: str
    index: int
    hour: str | None = None


class Unsound(msgspec.Struct, frozen=True, kw_only=True):
    """An hour that nothing was drawn from: `verdict` missing, count, root or not_in_log; uploads by the log."""

    hour: str
    verdict: str
    index: int | None
    uploads: int
    listed: int


class Planned(msgspec.Struct, frozen=True, kw_only=True):
    """A plan that the log carries; `differs`: size, checkpoint, or late (the beacon was known)."""

    index: int
    size: int
    checkpoint: int
    beacon: str
    differs: tuple[str, ...]


class Sample(msgspec.Struct, frozen=True, kw_only=True):
    """A drawn sample (schema `waarmerk.sample/1`): the same for whoever has bundle, checkpoint and beacon.

    `probability`: with which each of the population was drawn; `bound`: the share of deviations that n without one
    exclude, one-sided 95 % (exact, for a population much larger than n; 0 where all of it was taken); `after`: what
    shows that the beacon is younger than the checkpoint; `witnessed_at`: when a witness first cosigned that.
    """

    service: str
    purpose: Purpose
    n: int
    population: int
    not_covered: int
    probability: float
    bound: float
    origin: str
    size: int
    root: str
    beacon: str
    seed: str
    last_entry_at: str | None
    beacon_at: str | None
    witnessed_at: str | None
    after: After
    own_key: bool
    plans: tuple[Planned, ...]
    unsound: tuple[Unsound, ...]
    items: tuple[Item, ...]
    schema: str = SCHEMA


@dataclass(frozen=True)
class Wanted:
    """What is to be drawn. `checkpoint`: the bytes of a signed note; `frames`: the list of uploads, for uploads."""

    purpose: Purpose
    n: int
    checkpoint: bytes
    beacon: str
    beacon_at: int | None = None
    frames: Path | None = None
    service: str | None = None


def draw_sample(path: Path, keys: Keys, wanted: Wanted) -> Sample:
    """Draws from a bundle.

    Raises `UsageError` for a wish that makes no draw, `InputError` where a file cannot be read, `IntegrityError`
    where bundle or checkpoint do not verify or do not belong together.
    """
    if wanted.n < 1:
        raise UsageError(f"--n is at least 1, not {wanted.n}")
    if (wanted.purpose == "uploads") != (wanted.frames is not None):
        raise UsageError("--frames belongs to --purpose uploads, which cannot be drawn without it")
    beacon = beacon_bytes(wanted.beacon)
    with open_bundle(path) as bundle:
        log_keys = list(keys.log) or [parse_verifier_key(text) for text in bundle.manifest.keys]
        if not log_keys:
            raise UsageError("the bundle brings no key and none was given", where=str(path), hint="give --key")
        tree = Tree(bundle.signed(log_keys).head, bundle.tile)
        signed = open_checkpoint(wanted.checkpoint, log_keys, bundle.manifest.origin)
        head, seen = signed.head, witnessed(signed, keys.witnesses)
        _check_head(bundle, tree, head, wanted.checkpoint, str(path))
        seed = seed_of(head, wanted.purpose, beacon)
        pass_ = _Pass(wanted, head, Draw(seed, wanted.n), seen, own_key=not keys.log)
        for stored in bundle.events():
            pass_.take(stored.index, verify_event(stored, tree.leaf(stored.index)).event)
    return pass_.sample(seed, beacon)


def _check_head(bundle: Bundle, tree: Tree, head: Checkpoint, checkpoint: bytes, where: str) -> None:
    manifest = bundle.manifest
    if head.size > manifest.size:
        raise InputError(
            f"the checkpoint has {head.size} entries, the bundle's log {manifest.size}",
            where=where,
            hint="export the bundle after the checkpoint was published",
        )
    if manifest.first or manifest.end < head.size:
        raise InputError(
            f"the bundle holds entries {manifest.first} to {manifest.end - 1}, not all of 0 to {head.size - 1}",
            where=where,
            hint="a sample is drawn from a bundle of the whole log up to the checkpoint",
        )
    if head.size and tree.root_at(head.size) != head.root:
        raise IntegrityError(
            "the checkpoint is signed, and the bundle's log had another root at that size",
            where=where,
            evidence=(checkpoint,),
        )


@dataclass
class _Pass:
    """One pass over a bundle's events."""

    wanted: Wanted
    head: Checkpoint
    draw: Draw[tuple[int, str | None]]
    witnessed: Witnessed | None
    own_key: bool
    committed: dict[int, Committed] = field(default_factory=dict)
    plans: list[tuple[int, SamplePlanned]] = field(default_factory=list)
    services: set[str] = field(default_factory=set)
    last_at: int | None = None
    end: int = 0
    kinds: int = 0

    def take(self, index: int, event: Event) -> None:
        self.end = max(self.end, milliseconds(event.logged_at))
        if index < self.head.size:
            self.last_at = max(self.last_at or 0, milliseconds(event.logged_at))
        if self.wanted.service not in (None, event.service):
            return
        self.services.add(event.service)
        if isinstance(event, SamplePlanned) and event.purpose == "audit" and event.unit == self.wanted.purpose:
            self.plans.append((index, event))
        if isinstance(event, UploadsCounted) and self.wanted.purpose == "uploads":
            self.committed[milliseconds(event.start)] = Committed(index, event.uploads, event.frame_root)
        if index >= self.head.size:
            return
        purpose = self.wanted.purpose
        if purpose == "notices" and isinstance(event, NoticeReceived):
            self.draw.offer(event.notice, (index, None))
        elif purpose == "decisions" and isinstance(event, DecisionMade):
            self.draw.offer(event.decision, (index, None))
        elif not (purpose == "uploads" and isinstance(event, UploadsCounted)):
            return
        self.kinds += 1

    def sample(self, seed: bytes, beacon: bytes) -> Sample:
        wanted = self.wanted
        if len(self.services) > 1:
            raise UsageError(f"the bundle has several services: {', '.join(sorted(self.services))}", hint="--service")
        if wanted.service is not None and not self.services:
            raise UsageError(f"the bundle has no event of a service {wanted.service}")
        if not self.kinds:
            raise InputError(
                f"below the checkpoint's {self.head.size} entries the log has nothing to draw {wanted.purpose} from"
            )
        after = self._after()
        unsound = tuple(self._hours())
        drawn = self.draw.drawn()
        population = self.draw.population
        return Sample(
            service=next(iter(self.services)),
            purpose=wanted.purpose,
            n=len(drawn),
            population=population,
            not_covered=sum(hour.uploads for hour in unsound),
            probability=len(drawn) / population if population else 0.0,
            bound=0.0 if len(drawn) == population else upper_bound(0, len(drawn)),
            origin=self.head.origin,
            size=self.head.size,
            root=self.head.root.hex(),
            beacon=beacon.hex(),
            seed=seed.hex(),
            last_entry_at=None if self.last_at is None else moment(self.last_at),
            beacon_at=None if wanted.beacon_at is None else moment(wanted.beacon_at),
            witnessed_at=moment(min(self.witnessed.times)) if self.witnessed and self.witnessed.times else None,
            after=after,
            own_key=self.own_key,
            plans=tuple(self._planned(index, plan) for index, plan in self.plans),
            unsound=unsound,
            items=tuple(
                Item(rank=rank, id=item, ticket=ticket, index=index, hour=hour)
                for rank, (ticket, item, (index, hour)) in enumerate(drawn, 1)
            ),
        )

    def _after(self) -> After:
        known = self.wanted.beacon_at
        if known is None:
            return "no_time"
        if known <= (self.last_at or 0):
            raise UsageError(
                f"the beacon was known at {moment(known)}, before the last entry below the checkpoint"
                f" ({moment(self.last_at or 0)}): whoever wrote that entry could know the draw",
                hint="take an earlier checkpoint, or a later round of the beacon",
            )
        if self.witnessed is None:
            return "clock"
        return "witness" if any(at < known for at in self.witnessed.times) else "not_witnessed"

    def _hours(self) -> Iterator[Unsound]:
        if self.wanted.frames is None:
            return
        for hour in hours(self.wanted.frames, self.committed):
            known = hour.committed
            if known is not None and known.index >= self.head.size:
                continue  # counted after the checkpoint: not in the population, whatever the list has of it
            if known is None and hour.start + HOUR > self.end:
                continue  # not over when the bundle ends: the list was written later
            if hour.verdict != "holds":
                index, uploads = (None, 0) if known is None else (known.index, known.uploads)
                yield Unsound(hour=hour.at, verdict=hour.verdict, index=index, uploads=uploads, listed=hour.listed)
            elif known is not None:
                for item in hour.items:
                    self.draw.offer(item, (known.index, hour.at))

    def _planned(self, index: int, plan: SamplePlanned) -> Planned:
        source = plan.seed_source
        differs = {
            "size": plan.size != self.wanted.n,
            "checkpoint": source.checkpoint != self.head.size,
            "late": self.wanted.beacon_at is not None and milliseconds(plan.logged_at) >= self.wanted.beacon_at,
        }
        return Planned(
            index=index,
            size=plan.size,
            checkpoint=source.checkpoint,
            beacon=source.beacon,
            differs=tuple(name for name, holds in differs.items() if holds),
        )
