"""A list examined: every row once, softened once more where its pair asks for it, again under each perturbation.

Rules:
- Rows go through the batch of `check`, on all cores; what the cache holds is not examined again, and what two rows
  share (the same part of the same medium) is examined once.
- A row that cannot be examined is named with its reason; only a wrong option ends the evaluation.
- Within a pair the sharper side is softened to the sharpness of the other and examined again.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from waarmerk.errors import InputError
from waarmerk.examine.batch import examine_all
from waarmerk.examine.evaluate.cache import Cache, state
from waarmerk.examine.evaluate.changes import PLAIN, Change
from waarmerk.examine.evaluate.lists import Row, Unusable
from waarmerk.examine.evaluate.measures import softening
from waarmerk.examine.evaluate.work import Measured, Task, analyzers, kept
from waarmerk.examine.inputs import Input
from waarmerk.examine.media.medium import open_medium
from waarmerk.examine.walk import Options
from waarmerk.values import Sha256

Tell = Callable[[str, int, int], None]
"""Told the stage, and how many of its rows are done of how many."""


@dataclass(frozen=True)
class Setup:
    """Who examines: `only` one analyzer, or the conclusion; `networks`: folders of own networks."""

    options: Options
    only: str | None = None
    networks: tuple[Path, ...] = ()
    jobs: int | None = None
    cache: Path | None = None


@dataclass(frozen=True)
class Item:
    """A row with what was measured of it."""

    row: Row
    measured: Measured

    @property
    def log10_lr(self) -> float:
        """What counts in every figure: 0 where it abstained."""
        return self.measured.log10_lr or 0.0


@dataclass(frozen=True)
class PairOfItems:
    """A fake beside its original; `matched`: both log10 ratios after the sharper side was softened, fake first."""

    fake: Item
    real: Item
    matched: tuple[float, float] | None = None
    softened: bool = False

    @property
    def group(self) -> str:
        """The fake's group."""
        return self.fake.row.group


@dataclass(frozen=True)
class Examined:
    """A list examined under one change."""

    items: tuple[Item, ...]
    unusable: tuple[Unusable, ...]


@dataclass
class Evaluator:
    """Examines rows by one setup; raises UsageError for an analyzer that does not exist."""

    setup: Setup
    tell: Tell = field(default=lambda stage, done, total: None)  # noqa: ARG005

    def __post_init__(self) -> None:
        analyzers(self.setup.only, self.setup.networks)
        self.state = state(self.setup.options, self.setup.only, self.setup.networks)
        self._cache = Cache(self.setup.cache, self.state)
        self._digests: dict[str, Sha256 | InputError] = {}

    def examined(self, rows: Sequence[Row], change: Change = PLAIN) -> Examined:
        """Every row under one change."""
        answers = self._answers([(row.path, Task(row.part, change)) for row in rows], change.name)
        items, unusable = [], []
        for row, answer in zip(rows, answers, strict=True):
            if isinstance(answer, Measured):
                items.append(Item(row, answer))
            else:
                unusable.append(Unusable(row.line, row.listed, answer))
        return Examined(tuple(items), tuple(unusable))

    def paired(self, items: Sequence[Item]) -> list[PairOfItems]:
        """Every fake beside every original of its pair, with their ratios at one sharpness."""
        pairs = pairs_of(items)
        tasks = [_softer(pair) for pair in pairs]
        asked = [(path, task) for path, task in filter(None, tasks)]
        answers = iter(self._answers(asked, "softened pairs"))
        return [
            pair if task is None else _matched(pair, next(answers)) for pair, task in zip(pairs, tasks, strict=True)
        ]

    def _answers(self, asked: Sequence[tuple[str, Task]], stage: str) -> list[Measured | str]:
        """What was measured for each path and task, or the sentence why it could not be."""
        found: dict[tuple[str, Task], Measured | str] = {}
        keys: dict[int, tuple[str, str, Task]] = {}
        self.tell(stage, 0, len(asked))

        def waiting() -> Iterator[Input]:
            begun: set[tuple[str, Task]] = set()
            for path, task in asked:
                if (path, task) in begun:
                    continue
                begun.add((path, task))
                digest = self._digest(path)
                if isinstance(digest, InputError):
                    found[path, task] = _reason(digest)
                    continue
                key = self._cache.key(digest, task)
                if (known := self._cache.get(key)) is not None:
                    found[path, task] = known
                    continue
                one = Input(path, work=task)
                keys[id(one)] = key, path, task
                held.append(one)
                yield one

        held: list[Input] = []
        setup = self.setup
        outcomes = examine_all(
            waiting(),
            setup.options,
            jobs=setup.jobs,
            registry=partial(analyzers, setup.only, setup.networks),
        )
        for outcome in outcomes:
            key, path, task = keys[id(outcome.input)]
            if isinstance(outcome.result, Exception):
                found[path, task] = _reason(outcome.result)
            else:
                measured = kept(outcome.result, setup.only)
                self._cache.put(key, measured)
                found[path, task] = measured
            self.tell(stage, len(found), len(asked))
        self.tell(stage, len(asked), len(asked))
        return [found[one] for one in asked]

    def _digest(self, path: str) -> Sha256 | InputError:
        if path not in self._digests:
            try:
                with open_medium(path) as medium:
                    self._digests[path] = medium.sha256
            except InputError as error:
                self._digests[path] = error
        return self._digests[path]


def pairs_of(items: Sequence[Item]) -> list[PairOfItems]:
    """Every fake beside every original that the list names as its pair, in the order of the list."""
    originals: dict[str, list[Item]] = defaultdict(list)
    for item in items:
        if item.row.pair and not item.row.fake:
            originals[item.row.pair].append(item)
    return [
        PairOfItems(item, original, (item.log10_lr, original.log10_lr))
        for item in items
        if item.row.fake and item.row.pair
        for original in originals[item.row.pair]
    ]


def _softer(pair: PairOfItems) -> tuple[str, Task] | None:
    """Which side is examined again, and how soft; None where both are equally sharp, or one shows no face."""
    sides = pair.fake.measured, pair.real.measured
    if any(side.curve is None or side.face is None for side in sides):
        return None
    fake_is_sharper = (sides[0].sharpness or 0.0) > (sides[1].sharpness or 0.0)
    sharper, other = (pair.fake, pair.real) if fake_is_sharper else (pair.real, pair.fake)
    measured = sharper.measured
    blur = softening(measured.curve or [], other.measured.sharpness or 0.0, measured.face or 0.0)
    return (
        (sharper.row.path, Task(sharper.row.part, Change("softened", blur=round(blur, 2)))) if blur >= 0.01 else None
    )


def _matched(pair: PairOfItems, answer: Measured | str) -> PairOfItems:
    if not isinstance(answer, Measured):
        return PairOfItems(pair.fake, pair.real, None, softened=True)
    fake_is_sharper = (pair.fake.measured.sharpness or 0.0) > (pair.real.measured.sharpness or 0.0)
    value = answer.log10_lr or 0.0
    matched = (value, pair.real.log10_lr) if fake_is_sharper else (pair.fake.log10_lr, value)
    return PairOfItems(pair.fake, pair.real, matched, softened=True)


def _reason(error: Exception) -> str:
    message = getattr(error, "message", "") or str(error)
    hint = getattr(error, "hint", "")
    return f"{message} ({hint})" if hint else message
