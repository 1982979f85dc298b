"""Checkpoints stamped by a real authority, made here with `openssl ts`."""

import subprocess
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.record.log.test_wire import serving
from waarmerk.errors import InputError, IntegrityError
from waarmerk.record.anchor import anchor, anchored_at, read_roots
from waarmerk.record.log.checkpoint import Checkpoint
from waarmerk.record.log.sites import Answer

TEXT = Checkpoint("example.com/log", 5, bytes(range(32))).text
CONFIGURATION = """
[req]
distinguished_name = name
prompt = no
[name]
CN = Test root
[root]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
[authority]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = critical, timeStamping
[stamp]
serial = serial
default_policy = 1.2.3.4.1
digests = sha256
signer_digest = sha256
ess_cert_id_alg = sha256
"""


class Authority:
    """A time-stamp authority in a folder: a root, and a certificate for time-stamps under it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir()
        (folder / "cnf").write_text(CONFIGURATION)
        (folder / "serial").write_text("01\n")
        key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-config", "cnf"]
        self.run(
            "req", "-x509", *key, "-keyout", "root.key", "-out", "root.pem", "-days", "30", "-extensions", "root"
        )
        self.run("req", *key, "-subj", "/CN=Test authority", "-keyout", "key", "-out", "csr")
        signed = ["-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-days", "30"]
        self.run("x509", "-req", "-in", "csr", *signed, "-extfile", "cnf", "-extensions", "authority", "-out", "pem")
        self.roots = read_roots((folder / "root.pem").read_bytes())

    def run(self, *arguments: str) -> None:
        subprocess.run(["openssl", *arguments], cwd=self.folder, check=True, capture_output=True)

    def answer(self, query: bytes) -> tuple[int, bytes]:
        (self.folder / "query").write_bytes(query)
        stamp = ["-config", "cnf", "-section", "stamp", "-signer", "pem", "-inkey", "key"]
        self.run("ts", "-reply", "-queryfile", "query", *stamp, "-out", "token")
        return 200, (self.folder / "token").read_bytes()


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("anchor") / "authority")


@pytest.fixture(scope="module")
def token(authority: Authority) -> bytes:
    return anchor(TEXT, authority.roots, authority.answer)


def test_a_checkpoint_is_stamped_now_and_the_stamp_verifies_later(authority: Authority, token: bytes) -> None:
    at = anchored_at(token, TEXT, authority.roots)
    assert abs(datetime.now(UTC) - at) < timedelta(minutes=1)


def test_openssl_verifies_the_same_token(authority: Authority, token: bytes) -> None:
    (authority.folder / "text").write_text(TEXT)
    (authority.folder / "stored").write_bytes(token)
    authority.run("ts", "-verify", "-in", "stored", "-data", "text", "-CAfile", "root.pem")


def test_the_stamp_of_another_checkpoint_is_refused(authority: Authority, token: bytes) -> None:
    with pytest.raises(IntegrityError, match="does not hold"):
        anchored_at(token, TEXT.replace("\n5\n", "\n6\n"), authority.roots)


def test_the_stamp_of_another_authority_is_refused(token: bytes, tmp_path: Path) -> None:
    stranger = Authority(tmp_path / "stranger")
    with pytest.raises(IntegrityError, match="does not hold"):
        anchored_at(token, TEXT, stranger.roots)
    with pytest.raises(IntegrityError, match="does not hold"):
        anchored_at(token, TEXT, [])


def test_an_answer_to_another_query_is_refused(authority: Authority, token: bytes) -> None:
    with pytest.raises(IntegrityError, match="Nonce"):
        anchor(TEXT, authority.roots, lambda _: (200, token))


def test_every_cut_and_any_changed_byte_of_what_is_signed_is_refused(authority: Authority, token: bytes) -> None:
    for end in range(0, len(token), 37):
        with pytest.raises((InputError, IntegrityError)):
            anchored_at(token[:end], TEXT, authority.roots)
    at = anchored_at(token, TEXT, authority.roots)
    stamp = at.strftime("%Y%m%d%H%M%SZ").encode()
    assert stamp in token
    earlier = token.replace(stamp, b"2020" + stamp[4:])
    with pytest.raises((InputError, IntegrityError)):
        anchored_at(earlier, TEXT, authority.roots)


@pytest.mark.parametrize(
    ("status", "body", "what"),
    [
        (500, b"no\n", "answered 500: no"),
        (200, b"", "not a time-stamp"),
        (200, b"0\x03\x02\x01\x02", "not a time-stamp"),
    ],
)
def test_an_answer_that_is_no_token_is_refused(authority: Authority, status: int, body: bytes, what: str) -> None:
    with pytest.raises(InputError, match=what):
        anchor(TEXT, authority.roots, lambda _: (status, body))


def test_a_refusal_of_the_authority_is_refused(authority: Authority) -> None:
    # PKIStatusInfo with status 2 (rejection) and no token.
    with pytest.raises(InputError, match="not a time-stamp that was granted"):
        anchor(TEXT, authority.roots, lambda _: (200, bytes.fromhex("30053003020102")))


def test_a_file_without_a_certificate_is_refused() -> None:
    with pytest.raises(InputError, match="PEM"):
        read_roots(b"nothing")


class _Site:
    """An authority as a site of the log's own small server."""

    max_body = 10_000

    def __init__(self, authority: Authority) -> None:
        self.authority = authority

    def answer(self, method: str, path: str, body: bytes) -> Answer:
        assert method == "POST"
        return Answer(*self.authority.answer(body), "application/timestamp-reply")


def test_the_command_stamps_over_http_and_verify_shows_when(waarmerk, authority: Authority, tmp_path: Path) -> None:
    folder, stamp, root = tmp_path / "log", tmp_path / "stamp", authority.folder / "root.pem"
    key = waarmerk("init", folder, "--origin", "example.com/log").out.strip()
    with serving(_Site(authority)) as server:
        told = waarmerk("anchor", folder, "--authority", server.url, "--root", root, "--out", stamp).out
    assert told.startswith("stamped at 20")
    checked = ["verify", folder / "public", "--key", key, "--stamp", stamp]
    assert "this checkpoint existed at 20" in waarmerk(*checked, "--stamp-root", root).out
    assert "stamped_at" in waarmerk(*checked, "--stamp-root", root, "--format", "json").out
    assert "give --stamp-root" in waarmerk(*checked, code=2).err
    (tmp_path / "lines").write_text("one more\n")
    waarmerk("append", folder, tmp_path / "lines")
    assert "the time-stamp does not hold" in waarmerk(*checked, "--stamp-root", root, code=4).err
