"""Analyzers by name: the built-in ones and a stranger's, found the same way; what cannot be loaded is told."""

from importlib.metadata import EntryPoint

import pytest

from waarmerk.errors import UsageError
from waarmerk.examine.analyzers.interface import AnalyzerOptions, Need, Watch
from waarmerk.examine.analyzers.registry import GROUP, load, registered
from waarmerk.values import Asset

EXAMPLE = "examples.analyzer.standstill:StandstillAnalyzer"


class Misnamed:
    name, version = "other", "1"
    needs: Need = "frames"

    def start(self, asset: Asset, options: AnalyzerOptions) -> Watch:
        raise NotImplementedError


class Unreadable(Misnamed):
    name = "unreadable"
    needs: Need = "file"


class Needy(Misnamed):
    name = "needy"
    needs = "smell"  # type: ignore[assignment]


def point(name: str, value: str) -> EntryPoint:
    return EntryPoint(name=name, value=value, group=GROUP)


def test_every_built_in_analyzer_loads_in_the_order_of_the_report() -> None:
    found = registered()
    assert found.missing == ()
    names = [analyzer.name for analyzer in found.analyzers]
    assert names[:4] == ["manipulation", "matching", "provenance", "container"]


def test_a_strangers_analyzer_stands_behind_the_built_in_ones() -> None:
    found = load([point("standstill", EXAMPLE), point("matching", "waarmerk.bank.analyzer:MatchingAnalyzer")])
    assert [analyzer.name for analyzer in found.analyzers] == ["matching", "standstill"]


@pytest.mark.parametrize(
    ("points", "sentence"),
    [
        ([point("gone", "no_such_module:Thing")], "ModuleNotFoundError"),
        ([point("gone", "json:Thing")], "AttributeError"),
        ([point("misnamed", f"{__name__}:Misnamed")], "registered as 'misnamed' but calls itself 'other'"),
        ([point("unreadable", f"{__name__}:Unreadable")], "names no reader"),
        ([point("needy", f"{__name__}:Needy")], "needs 'smell'"),
        ([point("twin", EXAMPLE), point("twin", "other:Twin")], "two packages register"),
    ],
)
def test_what_cannot_be_loaded_is_kept_with_the_reason(points: list[EntryPoint], sentence: str) -> None:
    found = load([*points, point("standstill", EXAMPLE)])
    assert [analyzer.name for analyzer in found.analyzers] == ["standstill"]
    ((name, why),) = found.missing
    assert name == points[0].name
    assert sentence in why


def test_one_package_found_twice_on_the_path_is_one_analyzer() -> None:
    assert len(load([point("standstill", EXAMPLE)] * 2).analyzers) == 1


def test_a_name_that_nobody_has_is_wrong_use() -> None:
    found = load([point("standstill", EXAMPLE)])
    assert found.only(["standstill"]).analyzers == found.analyzers
    with pytest.raises(UsageError, match="no analyzer 'smell'"):
        found.only(["smell"])
