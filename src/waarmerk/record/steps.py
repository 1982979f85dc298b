"""A verification told step by step: what each one established, and what it did not.

Rules:
- A step is given out when it holds; the first that does not raises, and nothing after it is claimed.
- The checks are `record.verify` and `record.receipt`; here is their order, and the words.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from waarmerk.errors import IntegrityError, UsageError
from waarmerk.record.bundle.read import Bundle
from waarmerk.record.log.base64 import encode
from waarmerk.record.log.checkpoint import SignedCheckpoint, open_checkpoint
from waarmerk.record.log.keys import VerifierKey
from waarmerk.record.log.tiles import WIDTH
from waarmerk.record.receipt import Receipt, verify_receipt
from waarmerk.record.verify import Tree, verify_events
from waarmerk.values import Json

_SHOWN = 20


@dataclass(frozen=True)
class Step:
    """What was established, what this does not say (`limits`), and the figures for machines."""

    established: str
    limits: str = ""
    facts: dict[str, Json] = field(default_factory=dict)


@dataclass(frozen=True)
class Trust:
    """What a verifier brings: the log's keys, witnesses' keys, how many witnesses must have cosigned (None: all).

    `seen`: a checkpoint that was verified earlier, which the log must still begin with.
    """

    keys: Sequence[VerifierKey]
    witnesses: Sequence[VerifierKey] = ()
    quorum: int | None = None
    seen: SignedCheckpoint | None = None


def bundle_steps(bundle: Bundle, trust: Trust, first: int | None = None, end: int | None = None) -> Iterator[Step]:
    """Verifies a bundle, or its entries `first` to `end` (not included) alone.

    Raises `InputError` where something cannot be read, `IntegrityError` where it does not hold, `UsageError` for a
    range or an earlier checkpoint that the bundle cannot answer for.
    """
    manifest = bundle.manifest
    first = manifest.first if first is None else first
    end = manifest.end if end is None else end
    if not manifest.first <= first < end <= manifest.end:
        raise UsageError(
            f"entries {first} to {end - 1} are not all in it", hint=f"it has {manifest.first} to {manifest.end - 1}"
        )
    yield Step(
        f"a bundle of entries {manifest.first} to {manifest.end - 1} of the log {manifest.origin}",
        "that anything in it is true",
        {"schema": manifest.schema, "first": first, "end": end},
    )
    signed = bundle.signed(trust.keys)
    yield _signed_step(signed)
    yield _witness_step(signed, trust)
    tree = Tree(signed.head, bundle.tile)
    tiles = range(first // WIDTH, -(-end // WIDTH))
    for index in tiles:
        tree.tile(0, index)
    yield Step(
        f"the tree: the hashes of entries {first} to {end - 1} lead to that root, each at its place",
        "what the entries mean",
    )
    if trust.seen is not None:
        yield _seen_step(tree, trust.seen, signed, bundle)
    yield _events_step(tree, bundle, first, end)
    bundle.check_blobs()
    blobs = len(manifest.blobs)
    yield Step(
        f"blobs: {blobs} in it, each is the one that its SHA-256 names" if blobs else "blobs: none in it",
        "what events name by a digest and is not in it",
        {"blobs": blobs},
    )


def receipt_steps(receipt: Receipt, trust: Trust) -> Iterator[Step]:
    """Verifies a receipt. Raises as `bundle_steps` does."""
    if trust.seen is not None:
        raise UsageError("an earlier checkpoint is compared with a bundle, not with a receipt")
    yield Step("a receipt of one event", "that anything in it is true", {"schema": "waarmerk.receipt/1"})
    signed = open_checkpoint(receipt.proof.checkpoint, trust.keys, trust.keys[0].name)
    yield _signed_step(signed)
    yield _witness_step(signed, trust)
    event, _ = verify_receipt(receipt, trust.keys)
    kind = str(event.__struct_config__.tag)
    yield Step(
        f"the event is entry {receipt.proof.index} of that log: {kind} {event.id}, number {event.n} of"
        f" {event.channel} at {event.service}, {event.at}",
        "that what it says is true",
        {"index": receipt.proof.index, "kind": kind, "id": event.id, "channel": event.channel, "n": event.n},
    )


def _signed_step(signed: SignedCheckpoint) -> Step:
    head = signed.head
    keys = ", ".join(f"{key.name}+{key.id.hex()}" for key in signed.signatures)
    return Step(
        f"the checkpoint: {keys} signed that the log has {head.size} entries with the root {encode(head.root)}",
        "that everybody is shown the same log",
        {"origin": head.origin, "size": head.size, "root": encode(head.root)},
    )


def _witness_step(signed: SignedCheckpoint, trust: Trust) -> Step:
    names = [key.name for key in signed.cosigned_by(trust.witnesses)]
    needed = len(trust.witnesses) if trust.quorum is None else trust.quorum
    if len(names) < needed:
        raise IntegrityError(f"{len(names)} of {len(trust.witnesses)} witnesses cosigned, {needed} are needed")
    if not names:
        return Step(
            "witnesses: none was asked for",
            "whether anybody outside saw this checkpoint; give --witness-key",
            {"witnesses": []},
        )
    return Step(
        f"witnesses: {', '.join(names)} cosigned the checkpoint, having seen no other history of this log",
        "what was never logged",
        {"witnesses": names},
    )


def _seen_step(tree: Tree, seen: SignedCheckpoint, signed: SignedCheckpoint, bundle: Bundle) -> Step:
    manifest, size = bundle.manifest, seen.head.size
    evidence = (seen.note.data, signed.note.data)
    if size > manifest.size:
        raise IntegrityError(
            f"{size} entries were seen earlier, this log has {manifest.size}",
            hint="it was cut back, or is an older one",
            evidence=evidence,
        )
    if size not in (0, manifest.size) and not manifest.first <= size <= manifest.end:
        raise UsageError(
            f"this bundle cannot tell how the log looked with {size} entries",
            hint=f"it can for {manifest.first} to {manifest.end}",
        )
    if size and tree.root_at(size) != seen.head.root:
        raise IntegrityError(
            f"the log does not begin with the {size} entries that were seen earlier: their root is"
            f" {encode(tree.root_at(size))} here and was {encode(seen.head.root)}",
            hint="it signed two histories; keep both checkpoints, which prove it",
            evidence=evidence,
        )
    return Step(
        f"the log begins with the {size} entries of the checkpoint that was seen earlier",
        facts={"seen": size},
    )


def _events_step(tree: Tree, bundle: Bundle, first: int, end: int) -> Step:
    absent = Gaps(first, end)
    for verified in verify_events(tree, bundle.events(), first, end):
        absent.present(verified.index)
    absent.close()
    present = end - first - absent.count
    said = f"events: {present} of {end - first} are here, and each is the one that was logged, to the bit"
    if absent.count:
        said += f"; without their event (erased, or not given out): {absent.words()}"
    return Step(
        said,
        "that what they say is true; that nothing was left out before it was logged: only those who hold receipts,"
        " lists and probes of their own can tell",
        {"events": present, "absent": absent.count, "absent_entries": absent.shown},
    )


class Gaps:
    """Counts the entries of a range that did not come, and keeps the first few stretches [first, last]."""

    def __init__(self, first: int, end: int) -> None:
        self._next, self._end = first, end
        self.count = 0
        self.shown: list[tuple[int, int]] = []
        self._stretches = 0

    def present(self, index: int) -> None:
        """One that came; they come in order."""
        if index > self._next:
            self.count += index - self._next
            self._stretches += 1
            if len(self.shown) < _SHOWN:
                self.shown.append((self._next, index - 1))
        self._next = index + 1

    def close(self) -> None:
        """After the last one."""
        self.present(self._end)

    def words(self) -> str:
        """The stretches, such as `entry 3, entries 5 to 9`."""
        parts = [f"entry {a}" if a == b else f"entries {a} to {b}" for a, b in self.shown]
        more = self._stretches - len(self.shown)
        return ", ".join(parts) + (f" and {more} stretches more" if more else "") + f" ({self.count} in all)"
