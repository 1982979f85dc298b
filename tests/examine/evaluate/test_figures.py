import numpy as np
import pytest

from tests.examine.evaluate.items import item
from waarmerk.examine.evaluate import figures
from waarmerk.examine.evaluate.figures import Table
from waarmerk.examine.evaluate.run import Examined, PairOfItems, pairs_of


def test_an_abstention_counts_as_no_answer_in_every_figure() -> None:
    table = Table([item(1, "fake", 1.0), item(2, "fake", None), item(3, "real", -1.0), item(4, "real", None)])
    found = figures.video(table)
    # Couples: (1,-1) right, (1,0) right, (0,-1) right, (0,0) a tie.
    assert found.auc == pytest.approx(3.5 / 4)
    assert found.auc_answered == 1.0
    assert found.cllr_fake == pytest.approx((np.log2(1 + 0.1) + 1) / 2)
    assert figures.abstained(table).reasons == {"no-face": 2}
    assert figures.abstained(table).share == 0.5


def test_pairs_are_averaged_over_groups_not_over_couples() -> None:
    items = [
        item(1, "real", 0.0, pair="a", group="a"),
        *(item(2 + n, "fake", 1.0, pair="a", group="a") for n in range(9)),
        item(20, "real", 0.0, pair="b", group="b"),
        item(21, "fake", -1.0, pair="b", group="b"),
    ]
    found = figures.pairs(pairs_of(items))
    assert (found.n, found.groups, found.auc) == (10, 2, 0.5)


def test_a_fake_without_an_original_is_in_no_pair_and_a_tie_is_a_half() -> None:
    items = [
        item(1, "fake", 1.0, pair="a"),
        item(2, "fake", 0.5, pair="b"),
        item(3, "real", 0.5, pair="b"),
        item(4, "real", 0.1),
    ]
    couples = pairs_of(items)
    assert [(c.fake.row.line, c.real.row.line) for c in couples] == [(2, 3)]
    assert figures.pairs(couples).auc == 0.5


def test_matched_pairs_use_the_ratios_after_softening_and_leave_out_what_failed() -> None:
    fake, real = item(1, "fake", 1.0, pair="a"), item(2, "real", 0.0, pair="a")
    other = item(3, "fake", 1.0, pair="a", group="other")
    couples = [PairOfItems(fake, real, (-1.0, 0.0), softened=True), PairOfItems(other, real, None, softened=True)]
    found = figures.pairs(couples)
    assert (found.auc, found.auc_matched, found.softened, found.failed) == (1.0, 0.0, 2, 1)


def test_methods_stand_against_all_reals_and_sources_among_themselves() -> None:
    items = [
        item(1, "real", -1.0, source="a"),
        item(2, "real", 2.0, source="b"),
        item(3, "fake", 1.0, source="a", method="swap"),
        item(4, "fake", 3.0, source="c", method="lip-sync"),
    ]
    table = Table(items)
    methods = figures.by_method(table, [])
    assert (methods["swap"].auc, methods["lip-sync"].auc) == (0.5, 1.0)
    sources = figures.subsets(table, lambda one: one.row.source)
    assert (sources["a"].auc, sources["b"].auc, sources["b"].cllr_fake) == (1.0, None, None)


def test_faces_compression_and_people_make_sets_only_where_they_are_known() -> None:
    items = [
        item(1, "real", 0.0, face=30.0, people="x"),
        item(2, "fake", 0.0, face=80.0, size=10_000),
        item(3, "fake", 0.0, face=None, kind="image", size=500_000),
    ]
    table = Table(items)
    assert list(figures.by_face_size(table)) == ["< 80 px", "80-160 px"]
    assert list(figures.by_compression(table)) == [
        "< 0.03 bits/px of video",
        "0.03-0.08 bits/px of video",
        ">= 2 bits/px of picture",
    ]
    assert list(figures.by_people(table)) == ["x"]


def test_a_format_that_gives_the_class_away_is_found_across_groups() -> None:
    rng = np.random.default_rng(2)
    leaking = [
        item(n, "fake" if n % 2 else "real", 0.0, size=int((200_000 if n % 2 else 90_000) * rng.uniform(0.8, 1.2)))
        for n in range(60)
    ]
    auc, interval = figures.by_format(Table(leaking))
    assert auc is not None
    assert interval is not None
    assert auc > 0.95
    innocent = [item(n, "fake" if n % 2 else "real", 0.0, size=int(100_000 * rng.uniform(0.5, 2))) for n in range(60)]
    blind, _ = figures.by_format(Table(innocent))
    assert blind is not None
    assert blind < 0.7


def test_sharpness_alone_calls_the_blurrier_one_the_fake() -> None:
    items = [
        item(1, "fake", 0.0, sharpness=2.0, pair="a"),
        item(2, "real", 0.0, sharpness=6.0, pair="a"),
        item(3, "real", 0.0, sharpness=None),
    ]
    found = figures.by_sharpness(Table(items), pairs_of(items))
    assert found.pairs == 1.0
    assert found.auc == 1.0


def test_the_calibration_curve_shows_ratios_that_overstate() -> None:
    rng = np.random.default_rng(0)
    # True log10 ratios of two normals one sigma apart, stated twice as strong.
    items = []
    for n in range(600):
        fake = n % 2 == 0
        x = rng.normal(0.5 if fake else -0.5)
        items.append(item(n, "fake" if fake else "real", 2 * x / np.log(10)))
    points = figures.calibration(Table(items))
    slope = np.polyfit([p.stated for p in points], [p.observed for p in points], 1)[0]
    assert slope == pytest.approx(0.5, abs=0.12)
    assert sum(p.real + p.fake for p in points) == 600


def test_a_fall_is_taken_on_the_rows_that_both_could_examine() -> None:
    plain = {n: item(n, "fake" if n % 2 else "real", 1.0 if n % 2 else -1.0) for n in range(8)}
    again = Examined(tuple(item(n, "fake" if n % 2 else "real", 0.0) for n in range(6)), ())
    found = figures.perturbed(plain, again)
    assert (found.n, found.auc, found.fall) == (6, 0.5, 0.5)
    assert found.fall_ci == (0.5, 0.5)


def test_a_bin_of_one_class_stays_on_the_calibration_curve() -> None:
    items = [item(n, "real", -1.0 - n / 100) for n in range(30)] + [
        item(n, "fake", 1.0 + n / 100) for n in range(30, 60)
    ]
    points = figures.calibration(Table(items))
    assert {(point.real > 0, point.fake > 0) for point in points} == {(True, False), (False, True)}
    assert all((point.observed > 0) == (point.fake > 0) for point in points)
