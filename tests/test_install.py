"""What a stranger installs: small enough, complete enough, and nothing more than the extra asks for."""

from pathlib import Path

import pytest

from tests.record.making import Record
from tests.support.installs import install
from waarmerk.record.log.reader import Reader
from waarmerk.record.receipt import make_receipt

pytestmark = pytest.mark.slow


def test_the_bare_install_is_small_and_checks_papers_and_logs(tmp_path: Path) -> None:
    bare = install(tmp_path / "bare", None)
    assert bare.megabytes() < 40
    assert bare.run("waarmerk", "--version").returncode == 0
    fines = bare.run("waarmerk", "dsa", "fines", "--turnover", "12.5e9")
    assert fines.returncode == 0, fines.stderr
    assert "750,000,000" in fines.stdout
    log = bare.run("waarmerk", "log", "init", str(tmp_path / "log"), "--origin", "example.org/log")
    assert log.returncode == 0, log.stderr


def test_the_bare_install_verifies_receipts_and_bundles(tmp_path: Path) -> None:
    bare = install(tmp_path / "bare", None)
    record = Record(300)
    receipt, bundle = tmp_path / "receipt.json", record.bundle(tmp_path / "bundle.zip")
    receipt.write_bytes(make_receipt(Reader(record.storage, [record.key]), [record.key], record.events[7]).data)
    for file in (receipt, bundle):
        verify = bare.run("waarmerk", "verify", str(file), "--key", record.key.text)
        assert verify.returncode == 0, verify.stderr
        assert verify.stdout.endswith("verified\n")
    maps = bare.run("waarmerk", "record", "maps")
    assert maps.returncode == 1
    assert "pip install 'waarmerk[import]'" in maps.stderr
    tables = bare.run(
        "waarmerk", "record", "open", str(bundle), "--key", record.key.text, "--csv", str(tmp_path / "t")
    )
    assert tables.returncode == 0, tables.stderr


def test_the_bare_install_says_what_checking_a_video_needs(tmp_path: Path) -> None:
    bare = install(tmp_path / "bare", None)
    check = bare.run("waarmerk", "check", "clip.mp4")
    assert check.returncode == 1
    assert "pip install 'waarmerk[check]'" in check.stderr
    assert "Traceback" not in check.stderr


def test_the_extra_check_stays_under_450_megabytes_and_examines(tmp_path: Path) -> None:
    from tests.support.clips import portrait_clip  # needs the decoder of the test environment

    clip = portrait_clip(tmp_path / "clip.mp4")
    extra = install(tmp_path / "check", "check")
    assert extra.megabytes() < 450
    check = extra.run("waarmerk", "check", "--format", "json", str(clip))
    assert check.returncode == 0, check.stderr
    assert '"schema":"waarmerk.check/1"' in check.stdout.replace(" ", "")


def test_the_extra_audit_alone_audits_a_bundle(tmp_path: Path) -> None:
    from tests.audit.story import Story

    story = Story()
    story.notice("a", 1)
    story.message("receipt", "a", 40)
    bundle = story.until(400).bundle(tmp_path / "bundle.zip")
    extra = install(tmp_path / "audit", "audit")
    asked = ("waarmerk", "audit", "run", str(bundle), "--tier", "platform", "--fail-on", "law")
    audit = extra.run(*asked)
    assert audit.returncode == 3, audit.stderr
    assert "N1   NEGATIVE" in audit.stdout
    loaded = extra.run(
        "python",
        "-c",
        "import sys; from waarmerk.cli.main import run\n"
        "try: run(sys.argv[1:])\n"
        "except SystemExit: pass\n"
        "print(*sorted({name.partition('.')[0] for name in sys.modules}), file=sys.stderr)",
        *asked[1:],
    )
    heavy = {"av", "onnxruntime", "c2pa", "PIL", "torch", "starlette", "uvicorn", "sqlalchemy", "scipy"}
    assert "waarmerk" in loaded.stderr.split()
    assert heavy.isdisjoint(loaded.stderr.split())
