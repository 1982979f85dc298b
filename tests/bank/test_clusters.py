"""Campaigns among uploads: what belongs together, what does not, and how it is told."""

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from tests.bank.store.storing import ANN, DESK, digest, entry, frames, make, medium, sqlite, video
from tests.cli.test_bank import ORIGINAL, SMALL, bank  # noqa: F401 a fixture
from waarmerk.bank.answer import ask
from waarmerk.bank.clusters import Cluster, clusters, harmless_of, known_links
from waarmerk.bank.clusters_page import clusters_page
from waarmerk.bank.replica import Replica
from waarmerk.bank.seen import Seen, note_matches, remember, seen
from waarmerk.bank.signals.vpdq import FrameHashes
from waarmerk.bank.store.store import Store
from waarmerk.bank.store.values import Bank


def upload(number: int, *seeds: int, account: str | None = "a", file: int | None = None) -> Seen:
    """An upload of clips one after the other, each of twelve frames; `file`: whose bytes it has."""
    clips = [frames(seed, 12) for seed in seeds]
    joined = np.concatenate([clip.codes for clip in clips])
    count = len(joined)
    found = FrameHashes(np.arange(count), np.full(count, 100, np.uint8), joined, np.arange(count) / 4.0)
    at = f"2026-03-{1 + number // 24:02d}T{number % 24:02d}:00:00.000Z"
    return Seen(number, f"u{number}", at, account, medium(found, digest(number if file is None else file)))


def together(found: list[Cluster]) -> list[list[str]]:
    return [[one.item for one in cluster.uploads] for cluster in found]


def test_uploads_that_show_the_same_are_one_cluster_and_others_are_none() -> None:
    found = clusters([upload(1, 5), upload(2, 6), upload(3, 5, 7), upload(4, 8), upload(5, 5)])
    assert together(found) == [["u1", "u3", "u5"]]
    (cluster,) = found
    assert [(link.item, link.known, link.signal) for link in cluster.links] == [
        ("u3", False, "vpdq"),
        ("u5", False, "vpdq"),
    ]


def test_an_upload_that_shows_two_joins_their_clusters() -> None:
    assert together(clusters([upload(1, 5), upload(2, 6), upload(3, 5, 6)])) == [["u1", "u2", "u3"]]


def test_a_variant_that_shows_more_brings_what_shows_only_that() -> None:
    uploads = [upload(1, 5), upload(2, 5, 6), *(upload(number, 5) for number in range(3, 20)), upload(20, 6)]
    assert len(together(clusters(uploads))[0]) == 20


def test_copies_of_one_file_are_one_variant_and_the_spread_is_by_day_and_new_account() -> None:
    (cluster,) = clusters(
        [upload(1, 5, account="a", file=1), upload(2, 5, account="b", file=1), upload(30, 5, account="a"),
         upload(31, 5, account="c"), upload(32, 5, account=None, file=31)]
    )  # fmt: skip
    assert (cluster.accounts, cluster.variants) == (3, 3)
    assert [one.variant for one in cluster.uploads] == [0, 0, 1, 2, 2]
    assert cluster.spread() == [("2026-03-01", 2, 2), ("2026-03-02", 3, 1)]
    told = cluster.json()
    assert (told["first_seen"], told["uploads"]) == ("2026-03-01T01:00:00.000Z", 5)
    assert told["links"][0] == {"item": "u2", "other": "u1", "signal": "sha256", "distance": 0, "transform": "none"}


def test_the_largest_cluster_comes_first_and_the_order_of_coming_decides_nothing() -> None:
    uploads = [upload(1, 5), upload(2, 6), upload(3, 6), upload(4, 5), upload(5, 6)]
    assert together(clusters(uploads)) == [["u2", "u3", "u5"], ["u1", "u4"]]
    assert together(clusters(uploads[::-1])) == [["u2", "u3", "u5"], ["u1", "u4"]]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    with make(sqlite(tmp_path), Bank("DEFAULT"), Bank("HARMLESS", "harmless")) as made:
        yield made


def remembered(store: Store, *uploads: Seen) -> None:
    replica = Replica(store)
    for one in uploads:
        remember(store, one.item, one.account, one.signals)
        answer = ask(replica, one.signals)
        note_matches(store, one.item, answer.matches, answer.generation, "upload")


def test_two_halves_of_one_known_item_are_one_campaign_until_it_is_retired(store: Store) -> None:
    whole = video(5, 12)
    given = whole.frames
    half = [
        FrameHashes(given.frame[part], given.quality[part], given.codes[part], given.t_s[part])
        for part in (slice(0, 6), slice(6, 12))
    ]
    (known,) = store.add("DEFAULT", DESK, [entry(whole)], ANN).ids
    remembered(store, *(Seen(n, f"h{n}", "", "a", medium(part, digest(n))) for n, part in enumerate(half)))
    (cluster,) = clusters(seen(store), known_links(store))
    assert ([one.item for one in cluster.uploads], cluster.known) == (["h0", "h1"], (known,))
    assert {link.other for link in cluster.links} == {known}
    store.change([known], "retired", ANN)
    assert clusters(seen(store), known_links(store)) == []


def test_a_harmless_opening_joins_nothing(store: Store) -> None:
    uploads = [upload(1, 5), upload(2, 5)]
    assert len(clusters(uploads, harmless=harmless_of(Replica(store)))) == 1
    store.add("HARMLESS", DESK, [entry(video(5))], ANN)
    assert clusters(uploads, harmless=harmless_of(Replica(store))) == []


@pytest.mark.parametrize("language", ["en", "nl"])
def test_the_page_shows_every_upload_once_and_says_no_more_than_it_knows(language: str) -> None:
    uploads = [upload(1, 5, account="<b>"), upload(2, 5, account="b"), upload(3, 5, account=None)]
    text = clusters_page(clusters(uploads), 3, language)
    assert f'<html lang="{language}">' in text
    assert text.count("<circle") == 3
    assert len(re.findall("<line[^>]*stroke-opacity", text)) == 2
    assert "<b>" not in text
    assert "http" not in text.replace("http://www.w3.org/2000/svg", "").replace("http-equiv", "")
    assert clusters_page([], 0, language).count("<h2>") == 0


def test_a_person_sees_the_campaign_of_two_pictures(bank, tmp_path: Path) -> None:  # noqa: F811
    for item, picture in (("u1", ORIGINAL), ("u2", SMALL)):
        assert bank("match", picture, "--remember", "--item", item, "--account", item).code == 0
    (told,) = bank("clusters", "--format", "json").json()
    assert (told["uploads"], told["accounts"], told["variants"], told["known"]) == (2, 2, 2, [])
    said = bank("clusters", "--html", tmp_path / "page.html", "--lang", "nl")
    assert "1 clusters among 2 uploads" in said.out
    assert "Campagne 1" in (tmp_path / "page.html").read_text()
    assert bank("clusters", "--least", 3).out == "0 clusters among 2 uploads\n"
    assert bank("clusters", "--lang", "de").code == 2
