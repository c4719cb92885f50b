"""The key leaves the boot file: a power cut anywhere loses it in neither place, and nothing ever says it."""

import contextlib
import os
import re
import stat
from pathlib import Path

import pytest

from appliance.config import credential
from appliance.config.credential import CredentialError, move
from appliance.config.secret import CREDENTIAL_FILE, SecretKey, stored
from appliance.errors import SettingsError

KEY = "sk-0123456789abcdef"
BOOT = f'[service]\r\n# the old one was {KEY}\r\nkey = "{KEY}"  # mine\r\n[languages]\r\nmine = "de"\r\n'.encode()
BLANK = BOOT.replace(KEY.encode(), b" " * len(KEY))


@pytest.fixture
def boot(tmp_path: Path) -> Path:
    path = tmp_path / "dragoman.toml"
    path.write_bytes(BOOT)
    return path


@pytest.fixture
def kept(tmp_path: Path) -> Path:
    return tmp_path / "etc" / "credentials" / "key"


def test_the_key_is_stored_and_blanked_in_place(boot: Path, kept: Path) -> None:
    node = boot.stat().st_ino
    words = move(boot, kept)
    assert (kept.read_text(), boot.read_bytes()) == (f"{KEY}\n", BLANK)
    assert (stat.S_IMODE(kept.stat().st_mode), stat.S_IMODE(kept.parent.stat().st_mode)) == (0o600, 0o700)
    assert boot.stat().st_ino == node, "another file would leave the old one's blocks as they were"
    assert "sk-" not in words
    assert move(boot, kept) == f"{boot} holds no key; the key is in {kept}"


def test_a_power_cut_at_any_byte_of_the_blanking_is_mended(boot: Path, kept: Path) -> None:
    move(boot, kept)
    first = BOOT.index(b'"sk') + 1
    remark_blanked = BLANK[:first] + KEY.encode() + BLANK[first + len(KEY) :]
    boot.write_bytes(BLANK + f"# {KEY}\n".encode())  # the second of two places was not reached
    move(boot, kept)
    assert boot.read_bytes() == BLANK + b"# " + b" " * len(KEY) + b"\n"
    for size in range(len(KEY) + 1):
        for rest in (b" " * size + KEY.encode()[size:], KEY.encode()[: len(KEY) - size] + b" " * size):
            boot.write_bytes(remark_blanked[:first] + rest + remark_blanked[first + len(KEY) :])
            move(boot, kept)
            assert (kept.read_text(), boot.read_bytes()) == (f"{KEY}\n", BLANK), rest


@pytest.mark.parametrize("cut_at", [1, 2, 3, 4, 5])
def test_a_power_cut_at_any_step_loses_it_in_neither_place(
    boot: Path, kept: Path, monkeypatch: pytest.MonkeyPatch, cut_at: int
) -> None:
    class Cut(BaseException):
        pass

    steps: list[int] = []

    def cut(_descriptor: int) -> None:
        steps.append(1)
        if len(steps) == cut_at:
            raise Cut

    with monkeypatch.context() as patch, contextlib.suppress(Cut):
        patch.setattr(os, "fsync", cut)
        move(boot, kept)
    assert boot.read_bytes() == BOOT or kept.read_text() == f"{KEY}\n"
    move(boot, kept)
    assert (kept.read_text(), boot.read_bytes()) == (f"{KEY}\n", BLANK)
    assert len(steps) == min(cut_at, 4), "the new folder, the file, its folder, and the boot file"


def test_a_new_key_takes_the_place_of_the_old(boot: Path, kept: Path) -> None:
    move(boot, kept)
    boot.write_text('[service]\nkey = "sk-another"\n')
    move(boot, kept)
    assert (kept.read_text(), boot.read_text()) == ("sk-another\n", '[service]\nkey = "          "\n')


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "there is no key to move"),
        (b"", "there is no key to move"),
        (b"[service]\nvoice = 'Tina'\n", "there is no key to move"),
        (b"service = 5\n", "there is no key to move"),
        (b'[service]\nkey = "sk-\\u0030123"\n', "written with escapes"),
    ],
)
def test_what_cannot_be_moved_is_said_and_changes_nothing(
    boot: Path, kept: Path, content: bytes | None, words: str
) -> None:
    boot.unlink()
    if content is not None:
        boot.write_bytes(content)
    with pytest.raises(CredentialError, match=words) as raised:
        move(boot, kept)
    assert "sk-" not in str(raised.value)
    assert not kept.exists()
    assert content is None or boot.read_bytes() == content


@pytest.mark.parametrize("content", [b"[service\n", b'[service]\nkey = "two words"\n', b"\xff"])
def test_a_broken_boot_file_is_a_problem_of_settings(boot: Path, kept: Path, content: bytes) -> None:
    boot.write_bytes(content)
    with pytest.raises(SettingsError) as raised:
        move(boot, kept)
    assert raised.value.problems
    assert "two words" not in str(raised.value)
    assert boot.read_bytes() == content


def test_where_it_cannot_be_stored_nothing_is_blanked(boot: Path, kept: Path, tmp_path: Path) -> None:
    (tmp_path / "etc").write_text("a file in the way")
    with pytest.raises(CredentialError, match=r"nothing was blanked|cannot be read"):
        move(boot, kept)
    assert boot.read_bytes() == BOOT


def test_a_write_protected_card_is_told_before_anything_is_stored(
    boot: Path, kept: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Path.open

    def protected(path: Path, mode: str = "r", **more: int) -> object:
        if path == boot and "+" in mode:
            raise OSError(30, "Read-only file system")
        return real(path, mode, **more)  # type: ignore[call-overload]

    monkeypatch.setattr(Path, "open", protected)
    with pytest.raises(CredentialError, match="cannot be written: read-only file system"):
        move(boot, kept)
    assert not kept.exists()
    monkeypatch.setattr(credential, "_check_writable", lambda _: None)  # it turned read-only in between
    with pytest.raises(CredentialError, match="the key is stored, but"):
        move(boot, kept)
    assert kept.read_text() == f"{KEY}\n"


def test_the_unit_loads_what_the_command_stores() -> None:
    unit = (Path(__file__).resolve().parents[2] / "systemd" / "dragoman.service").read_text()
    assert re.findall(r"^LoadCredential=dashscope_api_key:(.*)$", unit, re.M) == [str(CREDENTIAL_FILE)]


def test_a_shell_finds_the_stored_key_or_says_why_not(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "key"
    assert stored(file) == (None, "")
    file.write_text(f"{KEY}\n")
    key, where = stored(file)
    assert isinstance(key, SecretKey)
    assert (key.reveal(), where) == (KEY, str(file))
    file.write_text("two words")
    assert stored(file) == (None, f"{file} holds no usable key")

    def closed(*_args: object, **_more: object) -> None:
        raise PermissionError

    monkeypatch.setattr(Path, "open", closed)
    assert stored(file) == (None, f"{file} is for root alone: run this as root")
