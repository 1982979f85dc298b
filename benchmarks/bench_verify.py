"""What `waarmerk verify` of a bundle costs, part by part, and that its memory is flat.

    python benchmarks/bench_verify.py [--events N] [--write]

Prints a table for a bundle of 100,000 events (--events N: of another size); `--write` puts it into
docs/reference/bundle-format.md. The whole is the command as a person runs it, in a process of its own, with its CPU
time and its highest memory, also for a tenth of the events. The parts are timed apart, in one process, over the same
events: reading (ZIP, lines), the tree, the commitments, parse and schema (msgspec into the kinds' structs), all of
`decode` (parse, schema, calendar, canonical form). Beside it: one SHA-256 of every event, the least that a verifier
must do.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from pathlib import Path

import msgspec

sys.path.insert(0, str(Path(__file__).parent.parent))
from tests.record.making import ORIGIN, event

from waarmerk.record.bundle.read import open_bundle
from waarmerk.record.bundle.write import write_bundle
from waarmerk.record.commitment import commitment
from waarmerk.record.events import catalogue
from waarmerk.record.log.keyring import create_log, read_keys
from waarmerk.record.log.keys import VerifierKey
from waarmerk.record.log.posix import PosixStorage
from waarmerk.record.log.sequencer import open_log
from waarmerk.record.recording import record
from waarmerk.record.store import EventStore, Stored
from waarmerk.record.verify import Tree

PAGE = Path(__file__).parent.parent / "docs/reference/bundle-format.md"
START, END = "<!-- bench_verify: start -->", "<!-- bench_verify: end -->"
BAR = 15.0
BATCH = 20_000


def make(folder: Path, count: int) -> tuple[Path, VerifierKey]:
    """A bundle of `count` events, recorded, logged and exported as a platform would."""
    storage = PosixStorage(folder / f"log-{count}")
    create_log(storage, ORIGIN, bytes(32))
    key = read_keys(storage)[0].verifier
    path = folder / f"{count}.zip"
    with open_log(storage) as log, EventStore(storage.root) as store:
        for first in range(0, count, BATCH):
            batch = [(f"{number:032x}", event(number)) for number in range(first, min(first + BATCH, count))]
            record(storage, log, store, batch, lambda: os.urandom(32))
        write_bundle(path, storage, store, [key])
    return path, key


def whole(path: Path, key: VerifierKey) -> tuple[float, float]:
    """CPU seconds and peak MiB of the command."""
    code = (
        "import resource, sys; from waarmerk.cli.main import run\n"
        "try: run(sys.argv[1:])\n"
        "except SystemExit as end: assert not end.code\n"
        "used = resource.getrusage(resource.RUSAGE_SELF)\n"
        # Not ru_maxrss, which begins with what the parent had.
        "peak = next(line for line in open('/proc/self/status') if line.startswith('VmHWM'))\n"
        "print(used.ru_utime + used.ru_stime, peak.split()[1], file=sys.stderr)"
    )
    arguments = [sys.executable, "-c", code, "verify", str(path), "--key", key.text, "--format", "json"]
    said = subprocess.run(arguments, check=True, capture_output=True, text=True).stderr
    seconds, kib = map(float, said.split())
    return seconds, kib / 1024


def timed(work: Callable[[], object]) -> float:
    start = time.process_time()
    work()
    return time.process_time() - start


def parts(path: Path, key: VerifierKey, count: int) -> Iterator[tuple[str, float]]:
    with open_bundle(path) as bundle:
        tree = Tree(bundle.signed([key]).head, bundle.tile)
        yield "read: ZIP, lines, order", timed(lambda: sum(1 for _ in bundle.events()))
        yield (
            "tree: every tile leads to the root",
            timed(lambda: [tree.tile(0, at) for at in range(-(-count // 256))]),
        )
        events = list(bundle.events())
    yield "commitment: salt and event to the leaf", timed(lambda: [leaf(stored) for stored in events])
    kinds = msgspec.json.Decoder(catalogue._ANY)
    yield "parse and schema alone", timed(lambda: [kinds.decode(stored.event) for stored in events])
    yield "parse, schema, calendar, canonical form", timed(lambda: [catalogue.decode(one.event) for one in events])
    yield "beside: one SHA-256 of every event", timed(lambda: [sha256(one.event).digest() for one in events])


def leaf(stored: Stored) -> bytes:
    return sha256(b"\x00" + commitment(stored.salt, stored.event)).digest()


def main(arguments: Sequence[str]) -> None:
    count = int(arguments[arguments.index("--events") + 1]) if "--events" in arguments else 100_000
    with tempfile.TemporaryDirectory(dir=os.environ.get("WAARMERK_BENCH_DIR")) as name:
        small = whole(*make(Path(name), count // 10))
        path, key = make(Path(name), count)
        size = path.stat().st_size
        seconds, peak = whole(path, key)
        shown = list(parts(path, key, count))
    bare = shown[-1][1]
    rows = [
        ("what", "CPU", "a second", "beside bare hashing", "bar"),
        ("---",) * 5,
        (
            f"waarmerk verify, {count:,} events ({size / 2**20:.0f} MiB)",
            *figures(seconds, count, bare),
            f"< {BAR:.0f} s",
        ),
        *((what, *figures(took, count, bare), "") for what, took in shown),
        (f"memory at its highest, {count:,} events", f"{peak:.0f} MiB", "", "", "flat"),
        (f"memory at its highest, {count // 10:,} events", f"{small[1]:.0f} MiB", "", f"{peak / small[1]:.2f} x", ""),
    ]
    text = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    print(text)
    if "--write" in arguments:
        page = PAGE.read_text(encoding="utf-8")
        before, _, rest = page.partition(START)
        PAGE.write_text(f"{before}{START}\n{text}\n{END}{rest.partition(END)[2]}", encoding="utf-8")


def figures(seconds: float, count: int, bare: float) -> tuple[str, str, str]:
    return f"{seconds:.2f} s", f"{count / seconds:,.0f}", f"{seconds / bare:.1f} x"


if __name__ == "__main__":
    main(sys.argv[1:])
