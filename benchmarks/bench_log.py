"""What the log costs beside the bare work: appends, a large log, proofs, rebuilding.

    python benchmarks/bench_log.py [--million] [--write]

Prints a table. `--million` builds a log of a million entries; `--write` puts the table into docs/concepts/log.md.
Appends stand beside two bare costs, in turns on the same disk: "one hash" is one SHA-256 an entry, the entries in one
file, and fsync; "tree hashes" is the two hashes an entry that RFC 6962 asks for (a leaf, a node), and the same file.
Rebuilding stands beside one SHA-256 an entry, in memory.
"""

from __future__ import annotations

import os
import random
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from hashlib import sha256
from pathlib import Path

from waarmerk.record.log.fsck import fsck
from waarmerk.record.log.keyring import create_log, read_keys
from waarmerk.record.log.posix import PosixStorage
from waarmerk.record.log.proof import parse_proof, verify_proof
from waarmerk.record.log.reader import Reader
from waarmerk.record.log.sequencer import open_log

PAGE = Path(__file__).parent.parent / "docs/concepts/log.md"
START, END = "<!-- bench_log: start -->", "<!-- bench_log: end -->"
COMMITMENT, EVENT = 32, 1_000
ROUNDS = 7


def seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def random_entries(count: int, size: int = COMMITMENT) -> list[bytes]:
    data = os.urandom(count * size)
    return [data[at : at + size] for at in range(0, len(data), size)]


def bare_append(folder: Path, entries: Sequence[bytes], *, tree: bool) -> None:
    for entry in entries:
        sha256(b"\x00" + entry).digest()
    if tree:
        pair = bytes(64)
        for _ in entries:
            sha256(b"\x01" + pair).digest()
    with (folder / "bare").open("wb") as file:
        file.write(b"".join(entries))
        file.flush()
        os.fsync(file.fileno())


def appends(folder: Path, batch: int, size: int) -> tuple[str, ...]:
    """Entries a second, and how many times the bare costs that is: the best of rounds that take turns."""
    storage = PosixStorage(folder / f"batch-{batch}-{size}")
    create_log(storage, "bench.example/log", bytes(32))
    ours = one = two = float("inf")
    with open_log(storage) as log:
        for _ in range(ROUNDS):
            entries = random_entries(batch, size)
            one = min(one, seconds(lambda entries=entries: bare_append(folder, entries, tree=False)))
            ours = min(ours, seconds(lambda entries=entries: log.append(entries)))
            two = min(two, seconds(lambda entries=entries: bare_append(folder, entries, tree=True)))
    return (
        f"append {batch:,} entries of {size:,} bytes",
        f"{batch / ours:,.0f} a second",
        f"one hash: {batch / one:,.0f}; tree hashes: {batch / two:,.0f}",
        f"{ours / one:.1f} x; {ours / two:.1f} x",
        "<= 3 x",
    )


def build(folder: Path, size: int, batch: int) -> tuple[PosixStorage, float]:
    storage = PosixStorage(folder / f"log-{size}")
    create_log(storage, "bench.example/log", bytes(32))
    taken = 0.0
    with open_log(storage) as log:
        for _ in range(size // batch):
            entries = random_entries(batch)
            taken += seconds(lambda entries=entries: log.append(entries))
    return storage, taken


def proofs(storage: PosixStorage, size: int) -> tuple[float, float]:
    """Seconds to make one inclusion proof from the files (checkpoint and tiles read anew), and to verify it."""
    keys = [key.verifier for key in read_keys(storage)]
    made, checked = [], []
    for index in random.Random(1).sample(range(size), 50):
        start = time.perf_counter()
        data = Reader(storage, keys).prove(index).data
        middle = time.perf_counter()
        verify_proof(parse_proof(data), keys)
        made.append(middle - start)
        checked.append(time.perf_counter() - middle)
    return sorted(made)[25], sorted(checked)[25]


def rebuilding(storage: PosixStorage) -> float:
    """Seconds to rebuild the log and compare every file."""
    keys = [key.verifier for key in read_keys(storage)]
    return min(seconds(lambda: fsck(storage, keys)) for _ in range(3))


def bare_hashing(size: int) -> float:
    """Seconds to hash as many entries, measured on at most 100,000."""
    entries = random_entries(min(size, 100_000))
    return min(seconds(lambda: [sha256(entry).digest() for entry in entries]) for _ in range(5)) * size / len(entries)


def peak_mib() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


def main(arguments: Sequence[str]) -> None:
    rows = []
    with tempfile.TemporaryDirectory(dir=os.environ.get("WAARMERK_BENCH_DIR")) as name:
        folder = Path(name)
        for batch, length in ((256, COMMITMENT), (4_096, COMMITMENT), (65_536, COMMITMENT), (16_384, EVENT)):
            rows.append(appends(folder, batch, length))
        size = 1_000_000 if "--million" in arguments else 100_000
        storage, taken = build(folder, size, size // 20)
        peak = peak_mib()
        rows.append((f"a log of {size:,} built", f"{taken:.1f} s", f"{size / taken:,.0f} a second", "", ""))
        made, checked = proofs(storage, size)
        rows.append(
            (
                f"inclusion proof in {size:,}",
                f"made {made * 1000:.2f} ms",
                f"verified {checked * 1000:.2f} ms",
                f"{(made + checked) * 1000:.2f} ms",
                "< 1 ms each",
            )
        )
        ours = rebuilding(storage)
        grown = peak_mib() - peak
        bare = bare_hashing(size)
        rows.append((f"fsck of {size:,}", f"{ours:.2f} s", f"{bare:.2f} s bare", f"{bare / ours:.2f}", ">= 0.25"))
        rows.append(("memory that proofs and fsck added", f"{grown:.0f} MiB", "", "", "flat"))
    table = [("what", "the log", "beside", "ratio", "bar"), ("---",) * 5, *rows]
    text = "\n".join(f"| {' | '.join(row)} |" for row in table)
    print(text)
    if "--write" in arguments:
        page = PAGE.read_text(encoding="utf-8")
        before, _, rest = page.partition(START)
        PAGE.write_text(f"{before}{START}\n{text}\n{END}{rest.partition(END)[2]}", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
