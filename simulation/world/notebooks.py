"""What outsiders write down and keep, in the form of `docs/reference/outside-evidence.md`."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from simulation.world.acts import Mail, Order
from simulation.world.chance import Chance
from simulation.world.clock import text
from simulation.world.words import Harm

_FLAGGER = (
    "flagger_ref",
    "sent_at",
    "notice",
    "channel",
    "n",
    "acknowledged_at",
    "category",
    "keyword",
    "decided_at",
)
_ORDERS = ("authority_ref", "type", "member_state", "territory", "sent_at", "received_at", "effect_at")
_PROBES = ("probe", "kind", "sent_at", "notice", "channel", "n", "acknowledged_at", "item", "checked_at", "seen")
_ACKNOWLEDGED = ("holder", "what", "id", "channel", "n", "sent_at", "got_at")
_KEEP = 0.25
_MOST_RECEIPTS = 3000


@dataclass
class Notebooks:
    """What everybody holds in the end. `readers` hear of every mail; `receipts`: where the log has what is held."""

    chance: Chance
    readers: list[Callable[[Mail], None]] = field(default_factory=list)
    receipts: list[int] = field(default_factory=list)
    _rows: dict[str, dict[str, dict[str, str]]] = field(
        default_factory=lambda: {"flagger": {}, "orders": {}, "probes": {}}
    )
    _sent: dict[str, int] = field(default_factory=dict)
    _acknowledged: list[dict[str, str]] = field(default_factory=list)

    def keeps(self) -> bool:
        """See `acts.Outside`."""
        return len(self.receipts) < _MOST_RECEIPTS and self.chance.hit(_KEEP)

    def mail(self, mail: Mail) -> None:
        """See `acts.Outside`."""
        if mail.receipt is not None:
            self.receipts.append(mail.receipt)
        if mail.mine is not None:
            self._note(mail, mail.mine)
        elif mail.what == "statement" and self.chance.hit(_KEEP):
            self._acknowledged.append(
                {"holder": mail.to, "what": "statement", "id": mail.about, "got_at": text(mail.at)}
            )
        for reader in self.readers:
            reader(mail)

    def noticed(self, mine: str, now: int) -> None:
        """Somebody sent a notice or a complaint."""
        self._sent[mine] = now

    def flagged(self, mine: str, ref: str, now: int, harm: Harm) -> None:
        """A trusted flagger enters a notice into its list."""
        self._rows["flagger"][mine] = {
            "flagger_ref": ref,
            "sent_at": text(now),
            "category": harm.category,
            "keyword": harm.keyword,
        }

    def ordered(self, order: Order, now: int) -> None:
        """An authority enters an order into its list."""
        self._rows["orders"][order.mine] = {
            "authority_ref": order.reference,
            "type": order.kind,
            "member_state": order.state,
            "territory": " ".join(order.territory),
            "sent_at": text(now),
        }

    def probe(self, name: str, kind: str, now: int, item: str) -> None:
        """The auditor tries something."""
        row = {"probe": name, "kind": kind, "sent_at": text(now), "item": item}
        self._rows["probes"].setdefault(name, {}).update(row)

    def checked(self, name: str, now: int, seen: str) -> None:
        """The auditor looks what became of it."""
        self._rows["probes"][name] |= {"checked_at": text(now), "seen": seen}

    def write(self, folder: Path) -> None:
        """Every list as its CSV; the acknowledgements beside the receipts."""
        for name, columns in (("flagger", _FLAGGER), ("orders", _ORDERS), ("probes", _PROBES)):
            write_table(folder / f"{name}.csv", columns, self._rows[name].values())
        (folder / "receipts").mkdir()
        write_table(folder / "receipts" / "acknowledgements.csv", _ACKNOWLEDGED, self._acknowledged)

    def _note(self, mail: Mail, mine: str) -> None:
        at = text(mail.at)
        flagged, probe, order = (self._rows[name].get(mine) for name in ("flagger", "probes", "orders"))
        if order is not None:
            order.setdefault({"order_receipt": "received_at", "order_effect": "effect_at"}[mail.what], at)
        if mail.what == "decision" and flagged is not None:
            flagged.setdefault("decided_at", at)
        if mail.what != "receipt" or mail.number is None:
            return
        number = {"channel": mail.number[0], "n": str(mail.number[1])}
        for row in (flagged, probe):
            if row is not None:
                row |= {"notice": mail.about, "acknowledged_at": at, **number}
        if flagged is None and probe is None and mine in self._sent and self.chance.hit(_KEEP):
            what = "challenge" if mine.startswith("complaint") else "notice"
            self._acknowledged.append(
                {
                    "holder": mail.to,
                    "what": what,
                    "id": mail.about,
                    "sent_at": text(self._sent[mine]),
                    "got_at": at,
                    **number,
                }
            )


def write_table(path: Path, columns: tuple[str, ...], rows: Iterable[dict[str, str]]) -> None:
    """A table as CSV."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, columns, restval="", lineterminator="\r\n")
        writer.writeheader()
        writer.writerows(rows)
