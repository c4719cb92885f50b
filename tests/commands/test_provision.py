"""``dragoman provision``: for root alone, with sentences and exit codes."""

import os
from pathlib import Path

import pytest

from appliance import cli
from tests.provision.cards import BOOT, KEY, PASSWORD, card


def test_whoever_is_not_root_is_told(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert cli.main(["provision"]) == 69
    assert "only root can set up the machine" in capsys.readouterr().err


def test_it_says_what_was_done_and_no_secret(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    places = card(tmp_path)
    assert cli.main(["provision", "--root", str(places.root)]) == 0
    told = capsys.readouterr()
    assert "the machine is called desk-2" in told.out
    assert PASSWORD not in told.out + told.err
    assert KEY not in told.out + told.err


@pytest.mark.parametrize(
    ("boot", "code", "why"),
    [
        (BOOT + "[sreen]\n", 78, 'there is no section ["sreen"] (did you mean "screen"?)'),
        (BOOT.replace("Madrid", "Madird"), 78, "system.timezone must be a time zone"),
        (BOOT.replace(PASSWORD, ""), 69, "wifi.password is empty, and none is stored"),
    ],
)
def test_what_is_wrong_has_an_exit_code(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    boot: str,
    code: int,
    why: str,
) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    places = card(tmp_path, boot)
    assert cli.main(["provision", "--root", str(places.root)]) == code
    assert why in capsys.readouterr().err


def test_a_folder_that_is_not_there(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert cli.main(["provision", "--root", "/no/such/folder"]) == 69
    assert "there is no folder" in capsys.readouterr().err
