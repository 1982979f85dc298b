"""`check` over an archive by the desk's queue: each input once, in order, whatever dies meanwhile."""

import json
import signal
from pathlib import Path

from typer.testing import CliRunner

from tests.desk.cases.conftest import Crew
from tests.desk.conftest import Place
from waarmerk.cli.desk import app
from waarmerk.desk.cases.checking import checker
from waarmerk.desk.cases.taking import ATTEMPTS, take
from waarmerk.desk.intake import archive
from waarmerk.desk.store import tables
from waarmerk.errors import InputError, UsageError
from waarmerk.examine.inputs import Input
from waarmerk.examine.walk import Examiner, Options


def named(folder: Path, *names: str) -> list[Input]:
    return [Input(str(folder / name)) for name in names]


def paths(place: Place, name: str = "old") -> list[str]:
    with place.desk.read() as connection:
        rows = [json.loads(line) for line in archive.lines(connection, name)]
    return [Path(row.get("path", "")).name for row in rows]


def test_an_archive_is_checked_once_in_its_order_though_workers_are_killed(crew: Crew, tmp_path: Path) -> None:
    place = crew.place
    names = [f"clip-{n:02}" for n in reversed(range(30))]
    assert archive.add(place.desk, "old", named(tmp_path, *names)) == 30
    for _ in range(2):
        process, _ = crew.hire()
        begun = len(paths(place))
        crew.wait(lambda begun=begun: len(paths(place)) > begun)
        crew.kill(process)
    crew.hire()
    crew.wait(lambda: crew.left() == 0)
    assert paths(place) == names


def test_adding_an_archive_again_adds_what_is_new_alone(place: Place, tmp_path: Path) -> None:
    assert archive.add(place.desk, "old", named(tmp_path, "a", "b", "b")) == 2
    assert archive.add(place.desk, "old", named(tmp_path, "b", "c", "a")) == 1
    assert archive.add(place.desk, "another", named(tmp_path, "a")) == 1
    assert len(place.rows(tables.task)) == 4


def test_an_input_that_ends_its_workers_life_is_a_line_with_the_reason(crew: Crew, tmp_path: Path) -> None:
    place = crew.place
    archive.add(place.desk, "old", named(tmp_path, "deadly"))
    with place.desk.write() as unit:
        unit.connection.execute(tables.task.update().values(tries=ATTEMPTS - 1))
    archive.add(place.desk, "old", named(tmp_path, "clip", "text"))
    process, _ = crew.hire()
    assert process.wait(30) == -signal.SIGKILL
    crew.hire()
    crew.wait(lambda: crew.left() == 0)
    with place.desk.read() as connection:
        first, second = (json.loads(line) for line in archive.lines(connection, "old"))
        assert archive.progress(connection, "old") == archive.Progress(inputs=3, over=3, no_media=1)
    assert first["schema"] == "waarmerk.check-error/1"
    assert f"its worker died {ATTEMPTS} times" in first["error"]["message"]
    assert Path(second["path"]).name == "clip"


def test_an_archive_waits_for_what_a_person_asked_for(place: Place, tmp_path: Path) -> None:
    archive.add(place.desk, "old", named(tmp_path, "clip"))
    place.upload()
    with place.desk.write() as unit:
        assert [task.kind for _ in range(2) if (task := take(unit, 0, ("prepare", "check")))] == ["prepare", "check"]


def test_a_worker_that_examines_nothing_leaves_an_archive_to_others(place: Place, tmp_path: Path) -> None:
    archive.add(place.desk, "old", named(tmp_path, "clip"))
    with place.desk.write() as unit:
        assert take(unit, 0, ("prepare", "carry_out")) is None


def test_the_commands_add_tell_how_far_it_is_and_export_in_order(crew: Crew, tmp_path: Path) -> None:
    for name in ("b", "a"):
        (tmp_path / name).write_bytes(b"\0" * 100)

    def ran(*words: str):
        return CliRunner().invoke(app, ["archive", *words, "--database", crew.place.url])

    assert ran("add", "old", str(tmp_path / "b"), str(tmp_path / "a")).output == "2 inputs added to old\n"
    waiting = ran("status", "old")
    assert (waiting.exit_code, waiting.output) == (1, "old: 0 of 2 inputs are over, 0 of them no media\n")
    assert (ran("export", "old").exit_code, ran("export", "old").stdout) == (1, "")
    crew.hire()
    crew.wait(lambda: crew.left() == 0)
    assert ran("status", "old").exit_code == 0
    done = ran("export", "old")
    assert [Path(json.loads(line)["path"]).name for line in done.stdout.splitlines()] == ["b", "a"]
    assert isinstance(ran("status", "older").exception, UsageError)


def test_what_cannot_be_opened_or_examined_has_its_line_and_what_is_no_medium_in_a_folder_has_none(
    place: Place, tmp_path: Path
) -> None:
    text = tmp_path / "notes.bin"
    text.write_bytes(bytes(range(256)) * 20)
    check = checker(Examiner(Options(), clock=lambda: 0.0))
    missing = json.loads(check(tmp_path / "gone.mp4", False) or "")
    assert (missing["schema"], missing["path"]) == ("waarmerk.check-error/1", str(tmp_path / "gone.mp4"))
    assert json.loads(check(text, False) or "")["schema"] == "waarmerk.check-error/1"
    assert check(text, True) is None
    gone = Input(str(tmp_path / "gone"), error=InputError("there is nothing of this name"))
    archive.add(place.desk, "old", [gone])
    with place.desk.read() as connection:
        assert archive.progress(connection, "old").waiting == 0
        assert len(list(archive.lines(connection, "old"))) == 1
