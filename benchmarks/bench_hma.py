"""Lookups a second through HMA's API: of the service alone, and through the app. `python benchmarks/bench_hma.py`"""

import os
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from fastapi.testclient import TestClient

from waarmerk.bank.replica import Replica
from waarmerk.bank.signals.pdq import print_hash
from waarmerk.bank.store.database import Address
from waarmerk.bank.store.packing import pack_hash
from waarmerk.bank.store.reading import Reader
from waarmerk.bank.store.store import Store, create_store
from waarmerk.bank.store.values import Bank, By, NewEntry, Source
from waarmerk.web.hma.app import create_hma_app
from waarmerk.web.hma.fetching import Fetcher
from waarmerk.web.hma.keys import Client
from waarmerk.web.hma.service import Service
from waarmerk.web.hma.signals import parse

HASHES, QUESTIONS = 20_000, 500
CATEGORY = "STATEMENT_CATEGORY_SCAMS_AND_FRAUD"


def main() -> None:
    codes = np.random.default_rng(1).integers(0, 2**64, (HASHES, 4), dtype=np.uint64)
    with tempfile.TemporaryDirectory() as folder:
        address = Address.of(str(Path(folder) / "bank.sqlite"))
        create_store(address, "bench")
        store = Store(address, lambda: datetime.now(UTC), os.urandom)
        store.create_bank(Bank("DEFAULT"))
        entries = (NewEntry(pack_hash(code.astype("<u8").tobytes(), 100), ("pdq",)) for code in codes)
        store.add("DEFAULT", Source("bench", CATEGORY), entries, By("bench"))
        service = Service(store, Replica(Reader(address)), category=CATEGORY)
        asked = [print_hash(code) for code in codes[:QUESTIONS]]
        began = time.perf_counter()
        found = sum(len(service.lookup(parse("pdq", text))) for text in asked)
        alone = QUESTIONS / (time.perf_counter() - began)
        client = TestClient(create_hma_app(service, Fetcher([], most=1), lambda _: Client("a", "ask"), max_media=1))
        began = time.perf_counter()
        for text in asked:
            answer = client.get("/m/lookup", params={"signal": text, "signal_type": "pdq"})
            found += len(answer.json()["DEFAULT"])
        app = QUESTIONS / (time.perf_counter() - began)
    print(f"{HASHES} hashes, {found} of {2 * QUESTIONS} found")
    print(f"service {alone:.0f} lookups a second, app {app:.0f}, ratio {app / alone:.2f}")


if __name__ == "__main__":
    main()
