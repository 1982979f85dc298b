"""Stores for tests, in SQLite and PostgreSQL, and items to keep in them."""

import itertools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy as np
import psycopg

from waarmerk.bank.signals.interface import Asked, KnownItem, MediumSignals, Parts
from waarmerk.bank.signals.vpdq import FrameHashes
from waarmerk.bank.store.database import Address
from waarmerk.bank.store.packing import pack_hash, pack_item
from waarmerk.bank.store.store import Store, create_store
from waarmerk.bank.store.values import Bank, By, NewEntry, Source

SCAM = "STATEMENT_CATEGORY_SCAMS_AND_FRAUD"
DESK = Source("desk", SCAM)
ANN = By("Ann", "looked at it")
BOB = By("Bob", "looked again")
START = datetime(2026, 3, 4, 5, 6, 7, tzinfo=UTC)


class Clock:
    """One second later at every look."""

    def __init__(self) -> None:
        self.now = START

    def __call__(self) -> datetime:
        self.now += timedelta(seconds=1)
        return self.now


@contextmanager
def fresh_database(server: str) -> Iterator[str]:
    """The URL of a new PostgreSQL database."""
    name = f"bank{os.urandom(6).hex()}"
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    host, user, _ = (part.partition("=")[2] for part in server.split())
    yield f"postgresql://{user}@/{name}?host={host}"


def make(address: str, *banks: Bank) -> Store:
    """A store with these banks (DEFAULT, if none); closed by the caller."""
    create_store(Address.of(address), "platform.example")
    store = opened(address)
    for bank in banks or (Bank("DEFAULT"),):
        store.create_bank(bank)
    return store


def opened(address: str, wait_s: float = 20.0) -> Store:
    return Store(Address.of(address), Clock(), os.urandom, wait_s=wait_s)


def codes(seed: int, count: int = 1) -> np.ndarray:
    return np.random.default_rng(seed).integers(0, 2**64, (count, 4), dtype=np.uint64)


def single(seed: int, status="confirmed", quality: int = 100) -> NewEntry:
    """A picture of which only the hash is known."""
    return NewEntry(pack_hash(codes(seed)[0].astype("<u8").tobytes(), quality), ("pdq",), None, status)


def frames(seed: int, count: int) -> FrameHashes:
    return FrameHashes(
        np.arange(count), np.full(count, 100, np.uint8), codes(seed, count), np.arange(count, dtype=np.float64) / 4
    )


def video(seed: int, count: int = 12, audio=None) -> KnownItem:
    return KnownItem("video", frames(seed, count), Parts.none(), audio, digest(seed))


def entry(item: KnownItem, status="confirmed") -> NewEntry:
    return NewEntry(pack_item(item), ("vpdq",), item.sha256, status)


def digest(seed: int) -> str:
    return f"{seed:064x}"


def medium(found: FrameHashes, sha256: str = "f" * 64, kind: str = "video") -> MediumSignals:
    """An upload that shows these frames."""
    asked = Asked(found.codes, np.arange(len(found)), np.zeros(len(found), np.uint8))
    return MediumSignals(sha256, kind, float(len(found)) / 4, found, asked, Parts.none())


def upload(*seeds: int, sha256: str = "f" * 64) -> MediumSignals:
    """An upload that shows the single hashes of these seeds, one a frame."""
    joined = np.concatenate([codes(seed) for seed in seeds])
    count = len(joined)
    return medium(
        FrameHashes(np.arange(count), np.full(count, 100, np.uint8), joined, np.arange(count) / 4.0), sha256
    )


def sqlite(folder: Path) -> str:
    return str(folder / f"bank-{next(_numbers)}.sqlite")


_numbers = itertools.count()
