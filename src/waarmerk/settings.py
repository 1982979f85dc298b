"""The one typed object from file and environment; read by the command line (and later the web) alone.

Rules:
- First that says something: the command's option, the environment (`WAARMERK_BASE_RATE=0.01`), the settings file,
  the default.
- The file is TOML: the one that `WAARMERK_SETTINGS` names, else `waarmerk/settings.toml` under `XDG_CONFIG_HOME`
  (`~/.config`). A file that was named must exist.
- A key that nobody knows is wrong use, not a remark that is passed over.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

import msgspec
from msgspec import Meta

from waarmerk.errors import UsageError
from waarmerk.text.words import Language
from waarmerk.values import Purpose

PREFIX = "WAARMERK_"
FILE = "WAARMERK_SETTINGS"


class Settings(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """What an operator sets once for every command. Paths in the file are relative to the file."""

    lang: Language = "en"
    purpose: Purpose = "triage"
    base_rate: Annotated[float, Meta(gt=0, lt=1)] = 0.001
    finder: str | None = None
    model: Path | None = None
    trust_anchors: Path | None = None
    known: tuple[Path, ...] = ()
    bank: tuple[str, ...] = ()
    jobs: Annotated[int, Meta(ge=1)] | None = None
    models: Path | None = None


def load(environment: Mapping[str, str]) -> Settings:
    """The settings of this environment; UsageError says which value of which file or variable is wrong."""
    values, where = _file(environment)
    for key in Settings.__struct_fields__:
        given = environment.get(PREFIX + key.upper())
        if given is not None:
            values[key] = given.split(":") if key == "known" else given.split() if key == "bank" else given
            where = f"{PREFIX}{key.upper()}"
            _checked(values, where)
    return _checked(values, where)


def models_folder(settings: Settings, environment: Mapping[str, str]) -> Path:
    """Where the operator's own networks are kept: `models`, else `waarmerk/models` under `XDG_DATA_HOME`."""
    return settings.models or _home(environment, "XDG_DATA_HOME", ".local/share") / "waarmerk" / "models"


def cache_folder(environment: Mapping[str, str]) -> Path:
    """Where answers of evaluations are kept: `waarmerk/eval` under `XDG_CACHE_HOME` (`~/.cache`)."""
    return _home(environment, "XDG_CACHE_HOME", ".cache") / "waarmerk" / "eval"


def _home(environment: Mapping[str, str], variable: str, otherwise: str) -> Path:
    return Path(environment.get(variable) or Path(environment.get("HOME", "/")) / otherwise)


def _file(environment: Mapping[str, str]) -> tuple[dict[str, object], str]:
    named = environment.get(FILE)
    home = environment.get("XDG_CONFIG_HOME") or str(Path(environment.get("HOME", "/")) / ".config")
    path = Path(named) if named else Path(home) / "waarmerk" / "settings.toml"
    try:
        values = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        if named:
            raise UsageError(f"the settings file that {FILE} names does not exist", where=str(path)) from None
        return {}, ""
    except OSError as error:
        if not named:
            return {}, ""
        raise UsageError(f"the settings file cannot be read: {error.strerror}", where=str(path)) from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"the settings file is no TOML: {error}", where=str(path)) from error
    for key, value in values.items():
        if key in {"model", "models", "trust_anchors"} and isinstance(value, str):
            values[key] = str(path.parent / value)
        if key == "known" and isinstance(value, list):
            values[key] = [str(path.parent / str(entry)) for entry in value]
        if key == "bank" and isinstance(value, list):
            values[key] = [str(one) if "://" in str(one) else str(path.parent / str(one)) for one in value]
    return values, str(path)


def _checked(values: dict[str, object], where: str) -> Settings:
    try:
        return msgspec.convert(values, Settings, strict=False, dec_hook=_path)
    except msgspec.ValidationError as error:
        raise UsageError(f"a setting is wrong: {error}", where=where) from error


def _path(kind: type, value: object) -> object:
    return kind(value)
