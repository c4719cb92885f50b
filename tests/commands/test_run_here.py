"""``dragoman run --here``: misuse, what is missing, and a log that waits for the end of the picture."""

import argparse
import logging
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from appliance.commands import here
from appliance.config.here import HereOptions, read_here
from appliance.errors import DeviceError, Kind
from tests.readme import ROOT


def parsed(*words: str) -> argparse.Namespace:
    parser = argparse.ArgumentParser()
    here.add_arguments(parser)
    return parser.parse_args(words)


@pytest.mark.parametrize("words", [("--from", "de"), ("--to", "fr"), ("--headphones",)])
def test_its_options_want_it(words: tuple[str, ...]) -> None:
    assert here.misuse(parsed(*words)) == f"{words[0]} needs --here"
    assert here.misuse(parsed("--here", *words)) == ""
    assert here.asked(parsed()) is None


def test_options_become_what_is_asked_for() -> None:
    assert here.asked(parsed("--here")) == HereOptions()
    assert here.asked(parsed("--here", "--from", "de", "--to", "fr", "--headphones")) == HereOptions("de", "fr", True)


def test_the_box_sees_the_key_alone() -> None:
    given = {
        "DASHSCOPE_API_KEY": "k",
        "STATE_DIRECTORY": "/s",
        "RUNTIME_DIRECTORY": "/r",
        "CREDENTIALS_DIRECTORY": "/c",
    }
    assert here.environment_of(given) == {"DASHSCOPE_API_KEY": "k"}


def test_without_a_terminal_and_without_a_key_both_are_said(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "appliance", "run", "--here"],
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT), "HOME": str(tmp_path)},
        cwd=tmp_path,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 78
    terminal, key = done.stderr.splitlines()
    assert terminal.startswith("--here: needs a terminal")
    assert key.startswith("DASHSCOPE_API_KEY: holds no key")
    assert list(tmp_path.iterdir()) == []


class Device:
    def __init__(self, error: DeviceError | None = None, hang: threading.Event | None = None) -> None:
        self.error, self.hang, self.closed = error, hang, False

    def open(self) -> None:
        if self.hang is not None:
            self.hang.wait(30)
        if self.error is not None:
            raise self.error

    def close(self) -> None:
        self.closed = True


def test_a_device_that_opens_is_closed_again() -> None:
    device = Device()
    assert here.refusal(lambda: device) == ""
    assert device.closed


@pytest.mark.parametrize(("kind", "hint"), [(Kind.ABSENT, False), (Kind.BUSY, True)])
def test_a_device_that_does_not_open_says_why(kind: Kind, hint: bool) -> None:
    said = here.refusal(lambda: Device(DeviceError("microphone", kind, "default is so")))
    assert said.startswith("default is so")
    assert ("pipewire-alsa" in said) is hint


def test_a_sound_server_that_hangs_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(here, "OPENS_WITHIN_S", 0.05)
    over = threading.Event()
    assert "did not answer" in here.refusal(lambda: Device(hang=over))
    over.set()


def test_the_greeting_names_the_languages_and_the_keys() -> None:
    words = here.greeting(read_here(None, {}, HereOptions("auto", "ja")).settings)
    assert words.startswith("Any language to Japanese;")
    assert "Press t" in words
    assert "Ctrl-C" in words


def test_the_log_waits_is_bounded_and_tells_a_crash_at_once(capsys: pytest.CaptureFixture[str]) -> None:
    held = here.HeldLog()
    logger = logging.Logger("of this test")
    logger.addHandler(held)
    logger.info("never")
    for number in range(30):
        logger.warning("warning %d", number)
    assert capsys.readouterr().err == ""
    held.tell()
    assert capsys.readouterr().err.splitlines() == [f"warning {number}" for number in range(10, 30)]
    logger.critical("a bug")
    assert capsys.readouterr().err == "a bug\n"
