"""Settings: option before environment before file before default, and nothing passed over."""

from pathlib import Path

import pytest

from waarmerk.errors import UsageError
from waarmerk.settings import Settings, load


def named(tmp_path: Path, text: str) -> dict[str, str]:
    file = tmp_path / "settings.toml"
    file.write_text(text, encoding="utf-8")
    return {"WAARMERK_SETTINGS": str(file)}


def test_nothing_set_gives_the_defaults(tmp_path: Path) -> None:
    assert load({"HOME": str(tmp_path)}) == Settings()


def test_the_file_in_the_configuration_folder_is_read(tmp_path: Path) -> None:
    (tmp_path / "waarmerk").mkdir()
    (tmp_path / "waarmerk/settings.toml").write_text('lang = "nl"\njobs = 3\n', encoding="utf-8")
    settings = load({"XDG_CONFIG_HOME": str(tmp_path)})
    assert (settings.lang, settings.jobs) == ("nl", 3)


def test_paths_in_the_file_are_relative_to_it(tmp_path: Path) -> None:
    settings = load(named(tmp_path, 'model = "m"\nknown = ["a.txt", "/b.txt"]\n'))
    assert settings.model == tmp_path / "m"
    assert settings.known == (tmp_path / "a.txt", Path("/b.txt"))


def test_the_environment_comes_before_the_file(tmp_path: Path) -> None:
    environment = named(tmp_path, "base_rate = 0.2\n") | {"WAARMERK_BASE_RATE": "0.01", "WAARMERK_KNOWN": "/a:/b"}
    settings = load(environment)
    assert settings.base_rate == 0.01
    assert settings.known == (Path("/a"), Path("/b"))


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("lang = 'fr'", r"'fr'"),
        ("base_rate = 1.5", r"< 1"),
        ("colour = 1", "unknown field `colour`"),
        ("jobs = 0", ">= 1"),
        ("lang = ", "no TOML"),
    ],
)
def test_a_wrong_value_is_wrong_use_and_names_the_file(tmp_path: Path, text: str, sentence: str) -> None:
    environment = named(tmp_path, text)
    with pytest.raises(UsageError, match=sentence) as refused:
        load(environment)
    assert refused.value.where == environment["WAARMERK_SETTINGS"]


def test_a_wrong_variable_is_named(tmp_path: Path) -> None:
    with pytest.raises(UsageError) as refused:
        load({"HOME": str(tmp_path), "WAARMERK_PURPOSE": "fun"})
    assert refused.value.where == "WAARMERK_PURPOSE"


def test_a_file_that_was_named_must_exist(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="does not exist"):
        load({"WAARMERK_SETTINGS": str(tmp_path / "none.toml")})
