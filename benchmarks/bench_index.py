"""What a search in a bank costs, beside a bare sweep by faiss over the same hashes on the same machine.

    python benchmarks/bench_index.py [--codes 1000000] [--large 10000000] [--import] [--write]

Random hashes; queries are known hashes with 0 to 31 bits turned, so every one has a partner; recall is counted.
CPU time of one thread, medians of rounds that take turns. `--large` also fills an index of so many and asks it from
two threads; `--import` adds a million while it is asked. `--write` puts the tables into docs/reference/index-cost.md.
faiss is not a part of Waarmerk: `pip install faiss-cpu`; without it those rows are left out.
"""

from __future__ import annotations

import argparse
import resource
import statistics
import threading
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from waarmerk.bank.index import plain
from waarmerk.bank.index.hamming import HammingIndex, best_kernels
from waarmerk.bank.signals.pdq import DISTANCE

PAGE = Path(__file__).resolve().parents[1] / "docs/reference/index-cost.md"
ROUNDS = 7
ASKED = 32
STEP = 256
Codes = NDArray[np.uint64]


def random_codes(rng: np.random.Generator, count: int) -> Codes:
    return rng.integers(0, 2**64, (count, 4), dtype=np.uint64)


def near(rng: np.random.Generator, codes: Codes, count: int) -> tuple[NDArray[np.int64], Codes]:
    """Places of known hashes, and those hashes with up to 31 bits turned."""
    places = rng.integers(0, len(codes), count)
    queries = codes[places].copy()
    for query in queries:
        for bit in rng.choice(256, rng.integers(0, DISTANCE + 1), replace=False):
            query[bit // 64] ^= np.uint64(1) << np.uint64(bit % 64)
    return places, queries


def filled(codes: Codes, index: HammingIndex) -> HammingIndex:
    index.add(np.arange(len(codes), dtype=np.uint32), codes)
    index.settle()
    return index


def recall(index: HammingIndex, places: NDArray[np.int64], queries: Codes) -> float:
    hits = index.search(queries)
    found = set(zip(hits.query.tolist(), hits.label.tolist(), strict=True))
    return sum((number, place) in found for number, place in enumerate(places.tolist())) / len(places)


def faiss_sweep(codes: Codes) -> Callable[[Codes], object] | None:
    try:
        import faiss
    except ModuleNotFoundError:
        return None
    faiss.omp_set_num_threads(1)
    index = faiss.IndexBinaryFlat(256)
    index.add(codes.view(np.uint8).reshape(-1, 32))
    return lambda queries: index.range_search(queries.view(np.uint8).reshape(-1, 32), DISTANCE + 1)


def cpu_ms(work: Callable[[Codes], object], queries: Codes, batch: int) -> float:
    start = time.process_time()
    for first in range(0, len(queries), batch):
        work(queries[first : first + batch])
    return 1e3 * (time.process_time() - start) / len(queries)


def flat(count: int) -> list[str]:
    rng = np.random.default_rng(1)
    codes = random_codes(rng, count)
    places, queries = near(rng, codes, ASKED)
    kernels = best_kernels()
    ways: dict[str, Callable[[Codes], object] | None] = {
        "faiss IndexBinaryFlat": faiss_sweep(codes),
        f"sweep, {kernels.NAME}": (swept := filled(codes, HammingIndex(kernels, tables=False))).search,
        f"tables, {kernels.NAME}": (indexed := filled(codes, HammingIndex(kernels))).search,
        "sweep, numpy": filled(codes, HammingIndex(plain, tables=False)).search,
        "tables, numpy": filled(codes, HammingIndex(plain)).search,
    }
    there = {name: way for name, way in ways.items() if way is not None}
    for way in there.values():
        way(queries[:2])
    rows = [
        f"| {count:,} hashes, CPU ms a query | one query a call | ratio | {ASKED} a call | ratio |",
        "|---|---|---|---|---|",
    ]
    times: dict[tuple[str, int], list[float]] = {(name, batch): [] for name in there for batch in (1, ASKED)}
    for _ in range(ROUNDS):
        for name, batch in times:
            times[name, batch].append(cpu_ms(there[name], queries, batch))
    base = "faiss IndexBinaryFlat"
    for name in there:
        cells = [name]
        for batch in (1, ASKED):
            # Of rounds that follow each other, so that a busy machine slows both sides.
            ratio = (
                f"{statistics.median(a / b for a, b in zip(times[name, batch], times[base, batch], strict=True)):.2f}"
                if base in there
                else ""
            )
            cells += [f"{statistics.median(times[name, batch]):.3f}", ratio]
        rows.append(f"| {' | '.join(cells)} |")
    rows += ["", f"Recall at {DISTANCE} bits: {recall(swept, places, queries):.3f} by the sweep,"
             f" {recall(indexed, places, queries):.3f} by tables."]  # fmt: skip
    return rows


def asked_for(index: HammingIndex, queries: Codes, seconds: float, batch: int) -> tuple[float, list[float]]:
    """Look-ups a second from two threads, and the wall time of each call, ms."""
    counts, walls = [0, 0], [[], []]  # type: ignore[var-annotated]
    end = time.perf_counter() + seconds

    def ask(thread: int) -> None:
        place = thread * batch
        while (start := time.perf_counter()) < end:
            place = (place + 2 * batch) % (len(queries) - batch)
            index.search(queries[place : place + batch])
            walls[thread].append(1e3 * (time.perf_counter() - start))
            counts[thread] += batch

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(2)]
    start = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - start), walls[0] + walls[1]


def large(count: int) -> list[str]:
    rng = np.random.default_rng(2)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    index = HammingIndex()
    part = 1 << 20
    start = time.process_time()
    queries, places = [], []
    for first in range(0, count, part):
        codes = random_codes(rng, min(part, count - first))
        index.add(np.arange(first, first + len(codes), dtype=np.uint32), codes)
        found = near(rng, codes, 200)
        places.append(found[0] + first)
        queries.append(found[1])
    index.settle()
    built = time.process_time() - start
    asked, at = np.concatenate(queries), np.concatenate(places)
    index.search(asked[:10])
    share = recall(index, at[:500], asked[:500])
    start = time.process_time()
    index.search(asked)
    cpu = (time.process_time() - start) / len(asked)
    rate, _ = asked_for(index, asked, 8.0, 16)
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    shape = index.shape()
    memory = f"{shape.bytes / 1e9:.2f} GB in segments of {', '.join(f'{rows:,}' for rows in shape.segments)}"
    return [
        f"| {count:,} hashes, {best_kernels().NAME} | figure | bar |", "|---|---|---|",
        f"| memory of the index | {memory} | 1.1 GB |",
        f"| most memory of the process while it was built | {peak / 1e6:.2f} GB ({before / 1e6:.2f} before) | |",
        f"| CPU of a look-up | {1e3 * cpu:.3f} ms; {2 / cpu:,.0f} a second on two cores | 4,000 on two |",
        f"| look-ups a second from two threads, as it came | {rate:,.0f} | 4,000 |",
        f"| recall at {DISTANCE} bits | {share:.3f} | 1.000 |",
        f"| building | {built:.0f} CPU seconds | |",
    ]  # fmt: skip


def imported(count: int) -> list[str]:
    """A million hashes come while the index is asked: as a replica that follows a store, and as fast as they can."""
    rng = np.random.default_rng(3)
    codes, new = random_codes(rng, count), random_codes(rng, 1_000_000)
    _, queries = near(rng, codes, 2000)

    def walls(index: HammingIndex, until: Callable[[], bool]) -> list[float]:
        found = []
        while not until():
            place = len(found) % 2000
            start = time.perf_counter()
            index.search(queries[place : place + 1])
            found.append(1e3 * (time.perf_counter() - start))
            time.sleep(0.001)
        return found

    lines = [
        f"| a million imported into {count:,} | hashes a second | p99 of a look-up | at rest | ratio (bar: 2) |",
        "|---|---|---|---|---|",
    ]
    for name, pause in (
        ("five times as fast as a store takes them in", 0.006),
        ("as fast as an index takes them in", 0.0005),
    ):
        index = filled(codes, HammingIndex())
        index.search(queries[:10])
        end = time.perf_counter() + 5
        resting = walls(index, lambda end=end: time.perf_counter() > end)
        done = threading.Event()

        def bring(index: HammingIndex = index, pause: float = pause, done: threading.Event = done) -> None:
            for first in range(0, len(new), STEP):
                some = new[first : first + STEP]
                index.add(np.arange(count + first, count + first + len(some), dtype=np.uint32), some)
                time.sleep(pause)
            done.set()

        importer = threading.Thread(target=bring)
        start = time.perf_counter()
        importer.start()
        asked = walls(index, done.is_set)
        rate = len(new) / (time.perf_counter() - start)
        importer.join()
        index.settle()
        busy, rest = float(np.percentile(asked, 99)), float(np.percentile(resting, 99))
        lines.append(f"| {name} | {rate:,.0f} | {busy:.2f} ms | {rest:.2f} ms | {busy / rest:.1f} |")
    return lines


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--codes", type=int, default=1_000_000)
    parser.add_argument("--large", type=int, default=0)
    parser.add_argument("--import", dest="imported", action="store_true")
    parser.add_argument("--write", action="store_true")
    given = parser.parse_args()
    wanted = [lambda: flat(given.codes)]
    wanted += [lambda: imported(given.codes)] if given.imported else []
    wanted += [lambda: large(given.large)] if given.large else []
    tables = []
    for work in wanted:
        tables.append("\n".join(work()) + "\n")
        print(tables[-1], flush=True)
    text = "\n".join(tables)
    if given.write:
        command = "python benchmarks/bench_index.py --import --large 10000000 --write"
        head = f"# What a search in the bank costs\n\n`{command}`\n\n"
        PAGE.write_text(head + text, encoding="utf-8")


if __name__ == "__main__":
    main()
