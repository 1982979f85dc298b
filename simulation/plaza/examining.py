"""Looking at items: what the tools say, and the record of it where something came of it."""

from __future__ import annotations

from typing import Any

from simulation.plaza.house import House, Item, number
from simulation.plaza.known import Entry
from simulation.world import words
from simulation.world.clock import text

FLOOR = 1.0
"""log10 of the ratio from which a finding is recorded and a person looks."""


def look(house: House, item: Item) -> None:
    """Let the detector look: a ratio, or an abstention where faces are too small."""
    nature, chance = item.upload.nature, house.chance
    if not chance.hit(0.08):
        item.lr = chance.gauss(1.4, 0.8) if nature.synthetic else chance.gauss(-1.2, 0.7)


def record(house: House, item: Item, why: str, entry: Entry | None = None, posted_at: int | None = None) -> None:
    """Record an examination with its findings, and the match if there is one."""
    upload, tools = item.upload, house.setting.tools
    finding: dict[str, Any] = {"tool": tools["faces"], "in_domain": item.lr is not None}
    if item.lr is None:
        finding["abstained"] = "face-too-small"
    else:
        finding["log10_lr"] = number(item.lr)
    matches = []
    if entry is not None:
        matches.append({"entry": entry.id, "signal": "pdq", "distance": house.chance.randrange(0, 28)})
    house.recorder.record(
        "item.examined",
        "examine",
        {"type": "machine", "tool": tools["matcher" if entry else "faces"]},
        item=item.id,
        posted_at=text(item.posted_at if posted_at is None else posted_at),
        uploader=item.pid,
        content_type=[words.VIDEO],
        declared=list(upload.declared),
        provenance="none",
        why=why,
        findings=[finding],
        matches=matches,
        language=upload.uploader.language,
        views_total=item.views(house.loop.now),
    )
