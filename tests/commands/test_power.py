"""``dragoman power``: the request is untrusted, two reboots are an hour apart, and without a mark there is none."""

import os
import subprocess
from pathlib import Path

import pytest

from appliance.commands import power
from appliance.commands.power import APART_MS, PowerError, carry_out
from appliance.workers.host.reboot import MARK_NAME, REQUEST_NAME, Action

LATE = 3 * APART_MS


class Desk:
    """A machine that can be asked, and what systemd was told."""

    def __init__(self, folder: Path) -> None:
        self.runtime, self.state = folder / "run", folder / "state"
        self.runtime.mkdir()
        self.state.mkdir()
        self.orders: list[Action] = []

    def ask(self, text: str, now_ms: int = LATE, boot: str = "a") -> str:
        (self.runtime / REQUEST_NAME).write_bytes(text.encode())
        said = carry_out(self.runtime, self.state, boot, now_ms, self.orders.append)
        assert not os.path.lexists(self.runtime / REQUEST_NAME) or not self.orders
        return said


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return Desk(tmp_path)


@pytest.mark.parametrize("action", Action)
def test_what_is_asked_for_is_done_and_the_cause_is_said(desk: Desk, action: Action) -> None:
    assert desk.ask(f"{action} for a reason\nand more") == f"{action}: for a reason"
    assert desk.orders == [action]


@pytest.mark.parametrize("text", ["", "\n", "halt", "REBOOT", "reboot.target", "poweroff;reboot", "\0reboot", "é"])
def test_anything_else_means_nothing(desk: Desk, text: str) -> None:
    assert desk.ask(text) == "nothing was asked for"
    assert desk.orders == []


def test_nothing_asked(desk: Desk) -> None:
    assert carry_out(desk.runtime, desk.state, "a", 0, desk.orders.append) == "nothing was asked for"


def test_reboots_are_an_hour_apart_in_one_boot(desk: Desk) -> None:
    desk.ask("reboot x", now_ms=5_000)
    assert desk.ask("reboot x", now_ms=5_000 + APART_MS - 1) == (
        "no reboot (x): the last one is too near, 1 minutes are left"
    )
    assert desk.orders == [Action.REBOOT]
    desk.ask("reboot x", now_ms=5_000 + APART_MS)
    assert desk.orders == [Action.REBOOT] * 2


def test_reboots_are_an_hour_apart_over_boots_whatever_the_date_is(desk: Desk) -> None:
    desk.ask("reboot x", now_ms=LATE, boot="a")
    assert "too near" in desk.ask("reboot x", now_ms=APART_MS - 1, boot="b")
    desk.ask("reboot x", now_ms=APART_MS, boot="b")
    assert desk.orders == [Action.REBOOT] * 2


def test_a_power_off_is_never_too_near_and_no_reboot(desk: Desk) -> None:
    desk.ask("reboot x", now_ms=0)
    desk.ask("poweroff x", now_ms=1)
    assert desk.orders == [Action.REBOOT, Action.POWER_OFF]
    assert not desk.ask("reboot x", now_ms=2).startswith("reboot")


def test_a_mark_that_cannot_be_written_means_no_reboot(desk: Desk) -> None:
    desk.state.rmdir()
    with pytest.raises(PowerError, match="no reboot"):
        desk.ask("reboot x")
    assert desk.orders == []


def test_a_mark_that_cannot_be_read_counts_as_one(desk: Desk) -> None:
    (desk.state / MARK_NAME).write_text("?")
    assert "too near" in desk.ask("reboot x", now_ms=APART_MS - 1)


def test_systemd_that_refuses_is_said_and_the_mark_stays(desk: Desk) -> None:
    def refuses(_action: Action) -> None:
        raise subprocess.CalledProcessError(1, "systemctl")

    (desk.runtime / REQUEST_NAME).write_text("reboot x")
    with pytest.raises(PowerError, match="systemctl"):
        carry_out(desk.runtime, desk.state, "a", LATE, refuses)
    assert (desk.state / MARK_NAME).exists(), "it was tried, and that counts"


def test_a_link_in_place_of_the_request_is_not_followed(desk: Desk, tmp_path: Path) -> None:
    (tmp_path / "other").write_text("reboot x")
    (desk.runtime / REQUEST_NAME).symlink_to(tmp_path / "other")
    assert carry_out(desk.runtime, desk.state, "a", LATE, desk.orders.append) == "nothing was asked for"


def test_a_pipe_in_its_place_does_not_block(desk: Desk) -> None:
    os.mkfifo(desk.runtime / REQUEST_NAME)
    assert carry_out(desk.runtime, desk.state, "a", LATE, desk.orders.append) == "nothing was asked for"


def test_letters_that_harm_a_log_are_left_out(desk: Desk) -> None:
    assert desk.ask("reboot a\x1b[2Jb\tc") == "reboot: a?[2Jb?c"
    assert len(desk.ask("poweroff " + "x" * 5_000)) < 250


def test_only_root_may(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1_000)
    with pytest.raises(PowerError, match="only root"):
        power.run(None)  # type: ignore[arg-type]
