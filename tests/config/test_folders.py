"""The folders that systemd lends: the first of several, or none."""

from pathlib import Path

from appliance.config.folders import runtime_folder, state_folder


def test_the_first_folder_is_the_box_s_own() -> None:
    assert state_folder({"STATE_DIRECTORY": "/var/lib/a:/var/lib/b"}) == Path("/var/lib/a")
    assert runtime_folder({"RUNTIME_DIRECTORY": "/run/a"}) == Path("/run/a")


def test_outside_of_systemd_there_is_none() -> None:
    assert state_folder({}) is None
    assert runtime_folder({"RUNTIME_DIRECTORY": ""}) is None
