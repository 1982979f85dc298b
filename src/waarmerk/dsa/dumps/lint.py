"""Lint daily dumps: stream every row once through the rules, count, compare days.

The loop in `_read_rows` is the only part that runs once a row: what it calls is bound to local names, what it decides
is remembered by the engine, and nothing of a row is kept but counts, first examples and 40 bytes for its identifier.
"""

from __future__ import annotations

import csv
import zipfile
import zlib
from collections.abc import Callable, Iterable, Sequence
from operator import itemgetter
from pathlib import Path

from waarmerk.dsa.dumps.archive import Dumps, NotRead, Opened, list_files
from waarmerk.dsa.dumps.columns import Heading, Lines, Reader, read_heading, reread
from waarmerk.dsa.dumps.duplicates import Duplicates
from waarmerk.dsa.dumps.engine import Engine
from waarmerk.dsa.dumps.tally import Flags, Tally
from waarmerk.dsa.rules import Breach, Rule, declare
from waarmerk.errors import InputError

Progress = Callable[[int, int, int], None]
"""Hears bytes behind us, bytes in all, rows so far."""

_TELL_EVERY = 5_000
_DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, OSError)

declare("uuid_reused", "impossible", basis="server: every statement gets an identifier of its own", scope="dump")
declare("flag_flips", "question", basis="DSA 17(3)(b), (c), 24(5)", scope="dump")


class Linter:
    """One run over dumps: `tally` and the lists beside it are the answer."""

    def __init__(self, rules: Iterable[Rule], *, progress: Progress | None = None) -> None:
        self.tally = Tally()
        self.rows = 0
        self.files: list[str] = []
        self.not_read: list[str] = []
        self.unreadable: list[InputError] = []
        self.not_checked: set[str] = set()
        self.unknown_columns: set[str] = set()
        self._rules = list(rules)
        self._progress = progress
        self._engines: dict[tuple[tuple[str, int], ...], Engine] = {}
        self._platforms: dict[str, int] = {}
        self._duplicates = Duplicates()

    def run(self, paths: Sequence[Path]) -> None:
        """Read everything; InputError where nothing could be read at all."""
        files = list_files(paths)
        dumps = Dumps(files)
        try:
            for member in dumps:
                if isinstance(member, NotRead):
                    self.not_read.append(member.name)
                elif isinstance(member, InputError):
                    self.unreadable.append(member)
                else:
                    self._read(member, dumps)
            if not self.files:
                if self.unreadable:
                    raise self.unreadable[0]
                raise InputError(
                    "no dump stands here (a CSV or a ZIP of CSVs)",
                    where=str(paths[0]),
                    hint="give the daily dumps as the database publishes them",
                )
            self._find_shared()
        finally:
            self._duplicates.close()
        if self._progress:
            self._progress(dumps.total, dumps.total, self.rows)

    def _read(self, member: Opened, dumps: Dumps) -> None:
        try:
            lines = Lines(member.stream, member.name)
        except InputError as error:
            self.unreadable.append(error)
            return
        except _DAMAGED as error:
            self.unreadable.append(_damaged(error, member.name))
            return
        reader = csv.reader(iter(lines))
        try:
            heading = read_heading(reader, member.name)
            self.files.append(member.name)
            self._read_rows(member.name, lines, reader, heading, dumps)
        except InputError as error:
            where = error.where or f"{member.name}:{reader.line_num + 1}"
            self.unreadable.append(InputError(error.message, where=where, hint=error.hint))
        except _DAMAGED as error:
            self.unreadable.append(_damaged(error, member.name))
        if lines.undecodable:
            bad = self.tally.bad[member.name]
            bad.count += lines.undecodable - 1
            bad.add(0, "lint.bad.encoding")
        lines.release()

    def _engine(self, heading: Heading) -> Engine:
        key = tuple(sorted(heading.index.items()))
        engine = self._engines.get(key)
        if engine is None:
            engine = self._engines[key] = Engine(heading, self._rules)
            self.not_checked.update(engine.not_checked)
        self.unknown_columns.update(heading.unknown)
        return engine

    def _read_rows(self, name: str, lines: Lines, reader: Reader, heading: Heading, dumps: Dumps) -> None:
        engine = self._engine(heading)
        index, width = heading.index, heading.width
        file_number = len(self.files) - 1
        tally, platforms, keep, texts = self.tally, self._platforms, self._duplicates.add, self.tally.texts
        flags_of = itemgetter(
            *(index[column] for column in ("platform_name", "automated_detection", "automated_decision")),
            *(index[column] for column in ("source_type", "category")),
        )
        uuid_at, platform_at, made_at = index["uuid"], index["platform_name"], index["created_at"]
        facts_at = index.get("decision_facts")
        day, groups, counts = "", engine.groups(""), dict[Flags, int]()
        last_line = reader.line_num
        while True:
            try:
                for row in reader:
                    line = last_line + 1
                    last_line = reader.line_num
                    if len(row) != width:
                        again = reread(lines.last) if row and line == last_line else []
                        if len(again) == width:
                            row = again  # noqa: PLW2901 - the same row, read as it was meant
                            tally.reread += 1
                        elif row:
                            tally.bad[name].add(line, "lint.bad.columns", found=str(len(row)), due=str(width))
                            continue
                        else:
                            continue
                    self.rows += 1
                    if row[made_at][:10] != day:
                        day = row[made_at][:10]
                        groups = engine.groups(day)
                        counts = tally.days.setdefault(day, {})
                    flags = flags_of(row)
                    if flags in counts:
                        counts[flags] += 1
                    else:
                        counts[flags] = 1
                    platform = row[platform_at]
                    for columns, remembered, find in groups:
                        hit = remembered.get(hash(columns(row)))
                        if hit is None:
                            hit = find(row)
                        if hit:
                            for rule, breach in hit:
                                tally.add(platform, rule, breach, row[uuid_at], name, line)
                    if facts_at is not None:
                        text = row[facts_at]
                        texts[platform].add(text, hash(text))
                    number = platforms.get(platform)
                    if number is None:
                        number = platforms[platform] = len(platforms)
                    keep(row[uuid_at], hash(tuple(row)), number, file_number, line)
                    if not self.rows % _TELL_EVERY and self._progress:
                        self._progress(dumps.position(), dumps.total, self.rows)
                break
            except csv.Error as error:
                # An open quote swallows lines until a field is too long; reading goes on after them.
                tally.bad[name].add(last_line + 1, "lint.bad.csv", found=str(error))
                last_line = reader.line_num

    def _find_shared(self) -> None:
        names = list(self._platforms)
        rule = next((rule for rule in self._rules if rule.id == "uuid_reused"), None)
        for shared in self._duplicates.shared():
            platform = names[shared.platform]
            if shared.same:
                self.tally.repeats[platform] += 1
            elif rule is not None:
                breach = Breach("uuid", {"uuid": shared.uuid})
                self.tally.add(platform, rule, breach, shared.uuid, self.files[shared.file], shared.line)


def _damaged(error: Exception, where: str) -> InputError:
    return InputError(f"the file breaks off or is damaged: {error}", where=where, hint="fetch it anew")
