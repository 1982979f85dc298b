"""The simulated platform whole: its rooms put together, behind the border of `simulation.world.acts`."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from simulation.plaza.checking import Checking
from simulation.plaza.complaints import Complaints
from simulation.plaza.database import Database
from simulation.plaza.desk import Desk
from simulation.plaza.habits import Habits
from simulation.plaza.house import Decision, House
from simulation.plaza.intake import Intake
from simulation.plaza.known import Known, Watch
from simulation.plaza.recorder import Recorder
from simulation.plaza.report import Ledger, publish
from simulation.plaza.setting import Setting
from simulation.plaza.staff import Pool
from simulation.plaza.telling import Telling
from simulation.world import words
from simulation.world.acts import Complaint, Notice, Order, Outside, Person, Upload
from simulation.world.chance import stream
from simulation.world.clock import HOUR, Loop

CHANNELS = ("web", "api", "orders", "complaints", "bodies", "import-oldtool")


class Plaza:
    """A platform that works through the world's acts. `period`: what its report is about, [start, end)."""

    def __init__(
        self,
        loop: Loop,
        recorder: Recorder,
        outside: Outside,
        habits: Habits,
        *,
        seed: int,
        service: str,
        tier: str,
        period: tuple[int, int],
        notices_per_day: float,
        uploads_per_day: float,
    ) -> None:
        chance = stream(seed, "platform")
        own = 0.004 * uploads_per_day
        general = Pool(
            loop, stream(seed, "reviewers"), minutes_a_day=notices_per_day * 8 * 0.85 + own * 8, seniors=False
        )
        seniors = Pool(
            loop, stream(seed, "seniors"), minutes_a_day=notices_per_day * (0.3 * 22 + 0.2 * 18), seniors=True
        )
        setting = Setting(loop, recorder, chance, tier, period)
        self.house = House(loop, recorder, setting, habits, chance, general, seniors, outside, chance.name())
        self.ledger = Ledger(period)
        recorder.readers.append(self.ledger.read)
        self._telling = Telling(self.house)
        self.database = Database(self.house, stream(seed, "database"), service)
        self._known, self._watch = Known(self.house), Watch(self.house)
        self._desk = Desk(self.house, self._known, self._telling, self.database)
        self._intake = Intake(self.house, self._known, self._watch, self._desk, self._telling, stream(seed, "items"))
        self._complaints = Complaints(self.house, self._known, self._desk, self._telling)
        self._checking = Checking(self.house, self._telling, self.database, stream(seed, "checking"))
        self._desk.learned = self._learned
        self._service, self._seed = service, seed

    def open(self, fakes: list[tuple[str, words.Harm]], days: int) -> None:
        """The first morning: what the service declares, what its bank holds, who works."""
        house, loop = self.house, self.house.loop
        house.setting.declare(house.admin, CHANNELS)
        self._known.seed(fakes)
        self._checking.plan(days)
        house.general.begin()
        house.seniors.begin()
        loop.after(HOUR, self._intake.count)
        loop.after(3 * HOUR, self.database.begin)
        loop.after(HOUR // 2, self._watch.begin)
        loop.at(self.ledger.period[1], self._drift)
        if days > 4:
            loop.after(int(0.55 * days * 24 * HOUR), self._known.withdraw, fakes[0][0])

    def publish(self, folder: Path) -> None:
        """Write the transparency report into a folder and record that it was published."""
        publish(self.house, self.ledger, self._service, folder)

    @property
    def frames(self) -> list[dict[str, str]]:
        """The list of all uploads that an auditor is given."""
        return self._intake.frames

    def crowd(self, uploads: int) -> None:
        """See `acts.Platform`."""
        self._intake.crowd(uploads)

    def upload(self, upload: Upload) -> str:
        """See `acts.Platform`."""
        return self._intake.upload(upload)

    def notice(self, notice: Notice) -> None:
        """See `acts.Platform`."""
        self._intake.notice(notice)

    def order(self, order: Order) -> None:
        """See `acts.Platform`."""
        self._intake.order(order)

    def complain(self, complaint: Complaint) -> None:
        """See `acts.Platform`."""
        self._complaints.complain(complaint)

    def look(self, item: str) -> Literal["up", "down", "labelled"]:
        """See `acts.Platform`."""
        found = self.house.items[item]
        return "down" if found.down else "labelled" if found.labelled else "up"

    def forget(self, who: Person) -> None:
        """See `acts.Platform`."""
        self._checking.erase(who)

    def _drift(self) -> None:
        self._intake.drifting = True

    def _learned(self, decision: Decision) -> None:
        self._intake.again(self._known.learn(decision))
