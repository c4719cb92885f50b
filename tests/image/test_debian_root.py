"""The roots themselves: the right Debian, thrown away after each test, no network unless it is asked for."""

import os
from pathlib import Path

import pytest

from tests.image.debian_root import DebianRoot, UnavailableError, cached, lent


def test_it_is_debian_13(box_root: DebianRoot) -> None:
    assert box_root.run("cat", "/etc/debian_version").stdout.startswith("13.")
    assert box_root.run("python3", "-c", "import sys; print(sys.version_info[:2])").stdout == "(3, 13)\n"


def test_a_loan_is_thrown_away_and_dirties_nothing(box_root: DebianRoot) -> None:
    box_root.run("sh", "-c", "echo mine > /etc/mine; rm /etc/debian_version; apt-get --version > /dev/null")
    assert (box_root.path / "etc/mine").read_text() == "mine\n"
    with lent("box") as other:
        assert not (other.path / "etc/mine").exists()
        assert (other.path / "etc/debian_version").exists()
    assert not other.path.exists()
    assert not (cached("box") / "etc/mine").exists()


def test_it_has_no_network_but_itself(box_root: DebianRoot) -> None:
    shown = box_root.run("ip", "-brief", "address").stdout.splitlines()
    assert [line.split()[:3] for line in shown] == [["lo", "UNKNOWN", "127.0.0.1/8"]]


def test_a_folder_of_the_host_can_be_shown_to_it(box_root: DebianRoot, tmp_path: Path) -> None:
    (tmp_path / "word").write_text("seen\n")
    assert box_root.run("cat", "/mnt/host/word", binds=[(tmp_path, "/mnt/host")]).stdout == "seen\n"
    assert list((box_root.path / "mnt/host").iterdir()) == []


def test_without_its_tools_the_reason_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(UnavailableError, match="mmdebstrap is not installed"):
        cached("box")


def test_without_root_the_reason_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1_000)
    with pytest.raises(UnavailableError, match="by root only"):
        cached("box")
