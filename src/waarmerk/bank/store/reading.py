"""What is read from a store of banks; each answer is one state of the database."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Final

from waarmerk.bank.store import tables
from waarmerk.bank.store.database import Address, Database
from waarmerk.bank.store.values import MATCHING, Bank, Change, Entry, Live, Source, Status
from waarmerk.errors import UsageError
from waarmerk.record.outbox import Rows

BATCH: Final = 1000
"""Values that one statement names."""
_PAGE: Final = 2_000
_ENTRY: Final = (
    "number, id, bank, status, origin, category, list, confirmers, added_at, since, signals, sha256, note, extra"
)
_MATCHING: Final = ", ".join(f"'{status}'" for status in MATCHING)


class Reader:
    """One connection to a store, for reading; close it. Raises UsageError where there is no store."""

    def __init__(self, address: Address, *, read_only: bool = True, wait_s: float = 20.0) -> None:
        self._read_only, self._wait_s = read_only, wait_s
        self.database = Database(address, read_only=read_only, wait_s=wait_s)
        try:
            with self.database.reading() as rows:
                self.service = self._service(rows)
        except BaseException:
            self.database.close()
            raise

    def reopen(self) -> None:
        """Replaces a connection that has failed."""
        self.database.close()
        self.database = Database(self.database.address, read_only=self._read_only, wait_s=self._wait_s)

    def close(self) -> None:
        """Closes the connection."""
        self.database.close()

    def banks(self) -> list[Bank]:
        """Every bank, by name."""
        with self.database.reading() as rows:
            return [
                Bank(str(name), kind, int(distance), float(share))
                for name, kind, distance, share in rows.all(
                    "SELECT name, kind, distance, share FROM waarmerk_bank ORDER BY name"
                )
            ]

    def bank(self, name: str) -> Bank:
        """The bank of this name; raises UsageError where there is none."""
        banks = {bank.name: bank for bank in self.banks()}
        if name not in banks:
            raise UsageError(
                f"there is no bank {name}",
                where=self.database.address.shown,
                hint=f"there is {', '.join(banks) or 'none'}",
            )
        return banks[name]

    def generation(self) -> int:
        """How many changes this store has seen."""
        with self.database.reading() as rows:
            return int(rows.one("SELECT generation FROM waarmerk_bank_state")[0])

    def entry(self, entry_id: str) -> Entry:
        """The entry of this id; raises UsageError where there is none."""
        with self.database.reading() as rows:
            return self.one(rows, entry_id)

    def numbered(self, numbers: Sequence[int]) -> dict[int, Entry]:
        """Entries by number."""
        found: dict[int, Entry] = {}
        with self.database.reading() as rows:
            for first in range(0, len(numbers), BATCH):
                some = numbers[first : first + BATCH]
                sql = f"SELECT {_ENTRY} FROM waarmerk_bank_entry WHERE number IN ({marks(some)})"  # noqa: S608
                found |= {entry.number: entry for entry in map(_entry, rows.all(sql, some))}
        return found

    def entries(self, bank: str, status: Status | None = None, origin: str | None = None) -> Iterator[Entry]:
        """The entries of a bank, oldest first; of one status, of one source."""
        sql = f"SELECT {_ENTRY} FROM waarmerk_bank_entry WHERE number > ? AND bank = ?"  # noqa: S608
        wanted: list[Any] = [bank]
        for column, value in (("status", status), ("origin", origin)):
            if value is not None:
                sql, wanted = f"{sql} AND {column} = ?", [*wanted, value]
        after = 0
        while True:
            # Page by page, each in a state of its own: a reader of a long list keeps nobody waiting.
            with self.database.reading() as rows:
                page = [_entry(row) for row in rows.all(f"{sql} ORDER BY number LIMIT {_PAGE}", [after, *wanted])]
            yield from page
            if len(page) < _PAGE:
                return
            after = page[-1].number

    def counts(self, bank: str) -> dict[str, int]:
        """How many entries of a bank have each status."""
        sql = "SELECT status, COUNT(*) FROM waarmerk_bank_entry WHERE bank = ? GROUP BY status ORDER BY status"
        with self.database.reading() as rows:
            return {str(status): int(count) for status, count in rows.all(sql, (bank,))}

    def history(self, number: int) -> list[Change]:
        """What became of an entry, oldest first; persons by name, or pseudonym where the name was erased."""
        sql = (
            "SELECT generation, status, at, COALESCE(name, by_whom), reason, because FROM waarmerk_bank_change"
            " LEFT JOIN waarmerk_bank_person ON pid = by_whom WHERE number = ? ORDER BY sequence"
        )
        with self.database.reading() as rows:
            return [Change(*row) for row in rows.all(sql, (number,))]

    def packed(self, number: int) -> bytes:
        """The item of an entry, as stored."""
        with self.database.reading() as rows:
            return bytes(rows.one("SELECT item FROM waarmerk_bank_entry WHERE number = ?", (number,))[0])

    def exact(self, digest: str) -> list[int]:
        """The numbers of the entries whose file has this SHA-256, whatever their status."""
        with self.database.reading() as rows:
            return [
                int(row[0])
                for row in rows.all("SELECT number FROM waarmerk_bank_entry WHERE sha256 = ? ORDER BY 1", (digest,))
            ]

    def changed(self, since: int, as_of: int | None = None) -> Iterator[tuple[int, list[Live]]]:
        """The entries that changed after generation `since`, in pages with the generation read; one page at least.

        From 0 on only those that match are named. `as_of`: as they were at that generation (with `since` 0).
        """
        if as_of is not None:
            state = (
                "(SELECT status FROM waarmerk_bank_change WHERE number = e.number AND generation <= ?"
                " ORDER BY sequence DESC LIMIT 1)"
            )
            sql = (
                f"SELECT number, bank, {state} AS then_status, item FROM waarmerk_bank_entry e"  # noqa: S608
                f" WHERE number > ? AND since <= ? AND {state} IN ({_MATCHING})"
            )
            before, behind = [as_of], [as_of, as_of]
        elif since:
            sql = (
                "SELECT number, bank, status, item FROM waarmerk_bank_entry WHERE number > ?"
                " AND number IN (SELECT number FROM waarmerk_bank_change WHERE generation > ?)"
            )
            before, behind = [], [since]
        else:
            sql = f"SELECT number, bank, status, item FROM waarmerk_bank_entry WHERE number > ? AND status IN ({_MATCHING})"  # noqa: S608, E501
            before, behind = [], []
        with self.database.reading() as rows:
            generation = int(rows.one("SELECT generation FROM waarmerk_bank_state")[0])
            if as_of is not None and as_of > generation:
                raise UsageError(f"there is no generation {as_of} yet", hint=f"the bank is at {generation}")
            # What no longer matches comes first: a withdrawal does not wait for a list of a million.
            wanted = [f"{sql} AND status {word} ({_MATCHING})" for word in ("NOT IN", "IN")] if since else [sql]
            for statement in wanted:
                after = 0
                while True:
                    page = [
                        Live(int(number), bank, status, bytes(item) if status in MATCHING else None)
                        for number, bank, status, item in rows.all(
                            f"{statement} ORDER BY number LIMIT {_PAGE}", [*before, after, *behind]
                        )
                    ]
                    yield (generation if as_of is None else as_of), page
                    if len(page) < _PAGE:
                        break
                    after = page[-1].number

    def one(self, rows: Rows, entry_id: str) -> Entry:
        """The entry of this id, in a transaction that is open; raises UsageError where there is none."""
        row = rows.one(f"SELECT {_ENTRY} FROM waarmerk_bank_entry WHERE id = ?", (entry_id,))  # noqa: S608
        if row is None:
            raise UsageError(
                f"there is no entry {entry_id}", where=self.database.address.shown, hint="see waarmerk bank list"
            )
        return _entry(row)

    def _service(self, rows: Rows) -> str:
        """Whose record this store's events belong to; raises UsageError where there is no store."""
        where = self.database.address.shown
        catalogue = "pg_tables WHERE tablename" if self.database.address.postgres else "sqlite_master WHERE name"
        if rows.one(f"SELECT 1 FROM {catalogue} = 'waarmerk_bank_state'") is None:  # noqa: S608
            raise UsageError("there is no bank here", where=where, hint="make one: waarmerk bank create --bank PATH")
        version, service = rows.one("SELECT version, service FROM waarmerk_bank_state")
        if version != tables.VERSION:
            raise UsageError(
                f"this bank has version {version}, not {tables.VERSION}", where=where, hint="a newer Waarmerk?"
            )
        return str(service)


def _entry(row: Sequence[Any]) -> Entry:
    number, entry_id, bank, status, origin, category, of_list, confirmers, added_at, since, signals, *rest = row
    return Entry(
        int(number), entry_id, bank, status, Source(origin, category, of_list), tuple(confirmers.split()), added_at,
        int(since), tuple(signals.split()), *rest,
    )  # fmt: skip


def marks(values: Sequence[object]) -> str:
    """A parameter's mark for each value."""
    return ", ".join("?" * len(values))
