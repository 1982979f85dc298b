"""A world and a platform run together for some days; what is left is a bundle, what outsiders hold, and the truth.

Rules:
- The same arguments make the same bytes.
- `truth.json` is no evidence: it says what was done wrong, for whoever measures an audit.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from simulation.bundle.note import Key
from simulation.bundle.writer import BundleWriter
from simulation.plaza.habits import HABITS, Habits
from simulation.plaza.recorder import Recorder
from simulation.plaza.service import Plaza
from simulation.world import words
from simulation.world.acts import Nature, Person
from simulation.world.askers import Askers
from simulation.world.chance import stream
from simulation.world.clock import DAY, HOUR, SECOND, Loop, start_of, text
from simulation.world.notebooks import Notebooks, write_table
from simulation.world.people import People
from simulation.world.uploaders import Uploaders, known_fakes

START = "2026-03-02"
SERVICE = "plaza.example"
ORIGIN = "plaza.example/log"
WITNESS = "witness.example/w1"


def simulate(
    folder: Path,
    *,
    seed: int,
    days: int = 14,
    habits: Mapping[str, float] | None = None,
    uploads_per_day: float = 2000,
    notices_per_day: float = 60,
    tier: str = "platform",
) -> dict[str, Any]:
    """Run it and write into a folder, which must be empty or new; the truth. The report is about the first half.

    Raises `ValueError` on arguments that make no world, `OSError` where the folder cannot be written.
    """
    if days < 2:
        raise ValueError(f"a run has at least 2 days, one of them reported, not {days}")
    if uploads_per_day <= 0 or notices_per_day <= 0:
        raise ValueError("there is at least something uploaded and something noticed a day")
    wrong = Habits(seed, habits or {})
    folder.mkdir(parents=True, exist_ok=True)
    if any(folder.iterdir()):
        raise ValueError(f"{folder} is not empty; give a new folder")
    keys = stream(seed, "keys")
    log, witness = (
        Key(name, keys.getrandbits(256).to_bytes(32, "big"), witness=is_witness)
        for name, is_witness in ((ORIGIN, False), (WITNESS, True))
    )
    loop = Loop(start_of(START))
    end = loop.now + days * DAY
    bundle = BundleWriter(folder / "bundle.zip", log, witness, stream(seed, "salts"))
    recorder = Recorder(loop, SERVICE, bundle, stream(seed, "recorder"))
    books = Notebooks(stream(seed, "keeping"))
    platform = Plaza(
        loop,
        recorder,
        books,
        wrong,
        seed=seed,
        service=SERVICE,
        tier=tier,
        period=(loop.now, loop.now + days // 2 * DAY),
        notices_per_day=notices_per_day,
        uploads_per_day=uploads_per_day,
    )
    people = People(stream(seed, "people"))
    uploaders = Uploaders(loop, platform, stream(seed, "uploads"), people, uploads_per_day)
    uploaders.fakes = known_fakes(stream(seed, "fakes"))
    askers = Askers(
        loop,
        platform,
        stream(seed, "asking"),
        people,
        uploaders,
        books,
        notices_per_day=notices_per_day,
        orders_per_day=max(1.5, notices_per_day / 60),
        probes_per_day=4,
        election=loop.now + int(0.7 * days) * DAY,
    )
    heads = folder / "checkpoints"
    heads.mkdir()

    def keep_head() -> None:
        (heads / f"{bundle.tree.size:08}").write_bytes(bundle.head(loop.now // SECOND))
        loop.after(6 * HOUR, keep_head)

    platform.open(uploaders.fakes, days)
    uploaders.begin()
    askers.begin()
    loop.after(5 * HOUR, askers.probe)
    loop.after(HOUR, keep_head)
    forgotten = Person("somebody who will be forgotten", True, "NL", "NL")
    loop.after(2 * HOUR, uploaders.upload, forgotten, Nature(words.NUDITY, False, True), "synthetic")
    loop.after(0.4 * days * DAY, platform.forget, forgotten)
    loop.at(end - 9 * HOUR, platform.publish, folder / "report")
    loop.run(end)
    last = bundle.head(end // SECOND)
    bundle.close(last)
    (heads / f"{bundle.tree.size:08}").write_bytes(last)
    (heads / "witness.key").write_text(witness.verifier + "\n")
    (folder / "log.key").write_text(log.verifier + "\n")
    books.write(folder)
    write_table(folder / "frames.csv", ("hour_at", "item", "salt"), platform.frames)
    for index in books.receipts:
        (folder / "receipts" / f"{index}.json").write_bytes(bundle.receipt(index, last))
    platform.database.write(folder / "dump.csv")
    truth = {
        "seed": seed,
        "from": text(loop.now - days * DAY),
        "to": text(end),
        "entries": bundle.tree.size,
        "habits": {
            name: {"what": HABITS[name], "rate": rate, "cases": wrong.cases[name], "wrong": wrong.wrong[name]}
            for name, rate in wrong.rates.items()
        },
        "innocent": platform.house.innocents,
    }
    (folder / "truth.json").write_text(json.dumps(truth, indent=1) + "\n", encoding="utf-8")
    return truth
