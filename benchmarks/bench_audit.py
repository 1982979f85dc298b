"""What `waarmerk audit run` costs: time and memory over 100,000 and 1,000,000 events.

    python benchmarks/bench_audit.py [--events N ...] [--write]

The record is a fortnight of the simulated platform (`simulation`, seed 7), repeated with new ids, later times and
numbers that go on, in a real log. The command runs in a process of its own, as a person runs it; its wall-clock time
and its highest memory are measured. `--write` puts the table into docs/reference/audit.md.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path
from typing import IO

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs/reference/audit.md"
START, END = "<!-- bench_audit: start -->", "<!-- bench_audit: end -->"
BARS = {100_000: (30.0, 1024.0), 1_000_000: (300.0, 1024.0)}
CODE = (
    "import resource, sys; from waarmerk.cli.main import run\n"
    "try: run(sys.argv[1:])\n"
    "except SystemExit as end: assert not end.code\n"
    "used = resource.getrusage(resource.RUSAGE_SELF)\n"
    "peak = next(line for line in open('/proc/self/status') if line.startswith('VmHWM'))\n"
    "print(used.ru_utime + used.ru_stime, peak.split()[1], file=sys.stderr)"
)
"""Runs `waarmerk` with its arguments and tells CPU seconds and peak KiB on standard error."""
ORIGIN = "example.com/log"
BATCH = 20_000
_ID = re.compile(r'(["-])([0-9a-f]{32})"')
_TIME = re.compile(r'"([0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:]{8}\.[0-9]{3})Z"')


class Repeated:
    """The events of a simulated fortnight, again and again, up to `count`: what a bundle is written from."""

    def __init__(self, lines: Sequence[dict[str, object]], count: int) -> None:
        self.count = count
        self._texts = [json.dumps(line, separators=(",", ":"), ensure_ascii=False, sort_keys=True) for line in lines]
        self._kinds = [str(line["channel"]) for line in lines]
        self._most: dict[str, int] = {}
        for line in lines:
            channel = str(line["channel"])
            self._most[channel] = max(self._most.get(channel, 0), int(str(line["n"])))

    def texts(self, first: int, end: int) -> Iterator[bytes]:
        for index in range(first, end):
            round_, at = divmod(index, len(self._texts))
            yield self._again(self._texts[at], self._kinds[at], round_)

    def between(self, first: int, end: int) -> Iterator[object]:
        from waarmerk.record.store import Stored

        for index, text in enumerate(self.texts(first, end), first):
            yield Stored(index, salt(index), text)

    def blob(self, digest: str) -> IO[bytes] | None:
        return None

    def _again(self, text: str, channel: str, round_: int) -> bytes:
        if not round_:
            return text.encode()
        mask = int.from_bytes(sha256(b"%d" % round_).digest()[:16], "big")
        text = _ID.sub(lambda found: f'{found[1]}{int(found[2], 16) ^ mask:032x}"', text)
        text = _TIME.sub(lambda found: f'"{later(found[1], 14 * round_)}Z"', text)
        number = self._most[channel] * round_
        return re.sub(r'"n":([0-9]+)(,"|})', lambda found: f'"n":{int(found[1]) + number}{found[2]}', text).encode()


def later(moment: str, days: int) -> str:
    return (datetime.fromisoformat(moment) + timedelta(days=days)).isoformat(timespec="milliseconds")


def salt(index: int) -> bytes:
    return sha256(b"salt %d" % index).digest()


def fortnight(folder: Path) -> list[dict[str, object]]:
    """The events of the simulated platform's fortnight, without what is about one moment alone."""
    import zipfile

    made = folder / "world"
    subprocess.run(
        [sys.executable, str(ROOT / "simulation/__main__.py"), "--seed", "7", "--out", str(made)],
        check=True,
        capture_output=True,
    )
    with zipfile.ZipFile(made / "bundle.zip") as bundle, bundle.open("events.jsonl") as stream:
        return [json.loads(line)["event"] for line in stream]


def bundle_of(events: Repeated, folder: Path) -> tuple[Path, str]:
    """A bundle of them, and the key of its log."""
    from waarmerk.record.bundle.write import write_bundle
    from waarmerk.record.commitment import commitment
    from waarmerk.record.log.keyring import create_log, read_keys
    from waarmerk.record.log.posix import PosixStorage
    from waarmerk.record.log.sequencer import open_log

    storage = PosixStorage(folder / f"log-{events.count}")
    create_log(storage, ORIGIN, bytes(32))
    key = read_keys(storage)[0].verifier
    with open_log(storage) as log:
        for first in range(0, events.count, BATCH):
            end = min(first + BATCH, events.count)
            texts = enumerate(events.texts(first, end), first)
            log.append([commitment(salt(index), text) for index, text in texts])
    path = folder / f"{events.count}.zip"
    write_bundle(path, storage, events, [key])  # type: ignore[arg-type]
    return path, key.text


def measured(path: Path, key: str) -> tuple[float, float, float]:
    """Wall-clock seconds, CPU seconds and peak MiB of the command."""
    arguments = [sys.executable, "-c", CODE, "audit", "run", str(path), "--tier", "vlop", "--key", key]
    start = time.perf_counter()
    said = subprocess.run([*arguments, "--format", "json"], check=True, capture_output=True, text=True)
    wall = time.perf_counter() - start
    seconds, kib = map(float, said.stderr.split())
    return wall, seconds, kib / 1024


def main(arguments: Sequence[str]) -> None:
    asked = [int(one) for one in arguments if one.isdigit()] or list(BARS)
    rows = [("events", "wall clock", "CPU", "a second", "memory at its highest", "bar"), ("---",) * 6]
    with tempfile.TemporaryDirectory(dir=os.environ.get("WAARMERK_BENCH_DIR")) as name:
        lines = fortnight(Path(name))
        for count in asked:
            path, key = bundle_of(Repeated(lines, count), Path(name))
            wall, cpu, peak = measured(path, key)
            bar = BARS.get(count)
            rows.append(
                (
                    *(f"{count:,}", f"{wall:.1f} s", f"{cpu:.1f} s", f"{count / wall:,.0f}", f"{peak:.0f} MiB"),
                    f"{bar[0]:.0f} s, {bar[1]:.0f} MiB" if bar else "",
                )
            )
    text = "\n".join(f"| {' | '.join(row)} |" for row in rows)
    print(text)
    if "--write" in arguments:
        page = PAGE.read_text(encoding="utf-8")
        before, _, rest = page.partition(START)
        PAGE.write_text(f"{before}{START}\n{text}\n{END}{rest.partition(END)[2]}", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1:])
