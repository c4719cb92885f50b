"""A request of the box: applied, answered, finished after a power cut, and refused where an enemy wrote it."""

import os
import tomllib
from pathlib import Path

import pytest

from appliance.config.asked import asked_from, digest, request
from appliance.provision.applying import provision
from appliance.provision.keyfile import stored_network
from tests.provision.cards import BOOT, PowerCutError, ask, card, cut_at, done, snapshot

WANTED = {
    "wifi.ssid": "Casa",
    "wifi.password": "another secret",
    "wifi.country": "FR",
    "languages.theirs": "fr",
    "run.profile": "kiosk",
    "service.key": "sk-from-a-code",
}


def answered(folder: Path) -> dict[str, object]:
    """What the box is told."""
    return tomllib.loads((folder / "result.toml").read_text("utf-8"))


def test_it_is_applied_and_answered(tmp_path: Path) -> None:
    places = card(tmp_path)
    done(places)
    data = request(asked_from(WANTED))
    path = ask(places, data)
    done(places)
    assert not path.exists()
    assert not places.pending.exists()
    assert answered(places.request_folder) == {"request": digest(data), "ok": True, "words": "done"}
    boot = tomllib.loads(places.boot_file.read_text("utf-8"))
    assert boot["wifi"] == {"ssid": "Casa", "password": "", "country": "FR", "hidden": False, "security": "wpa"}
    assert (boot["languages"], boot["run"]) == ({"mine": "es", "theirs": "fr"}, {"profile": "kiosk"})
    assert "# Written by hand." in places.boot_file.read_text("utf-8")
    network = stored_network(places.profile.read_bytes())
    assert network is not None
    assert (network.ssid, network.password) == ("Casa", "another secret")
    assert places.credential.read_text().strip() == "sk-from-a-code"
    assert "regdom=FR" in places.country.read_text()
    first = snapshot(places)
    done(places)
    assert snapshot(places) == first


def test_a_box_without_a_boot_file_gets_one(tmp_path: Path) -> None:
    places = card(tmp_path, None)
    ask(places, request(asked_from(WANTED)))
    done(places)
    assert tomllib.loads(places.boot_file.read_text("utf-8"))["languages"] == {"theirs": "fr"}
    assert "another secret" not in places.boot_file.read_text("utf-8")


def test_a_power_cut_anywhere_is_made_good_at_the_next_start(tmp_path: Path) -> None:
    data = request(asked_from(WANTED))
    whole = card(tmp_path / "whole")
    done(whole)
    old = {path.removeprefix(str(whole.root)): content for path, content in snapshot(whole).items()}
    ask(whole, data)
    done(whole)
    new = {path.removeprefix(str(whole.root)): content for path, content in snapshot(whole).items()}
    begun = 0
    for step in range(1, 500):
        places = card(tmp_path / str(step))
        done(places)
        path = ask(places, data)
        with pytest.MonkeyPatch.context() as patch:
            cut_at(patch, step)
            try:
                done(places)
            except PowerCutError:
                cut = True
            else:
                cut = False
        begun += places.pending.exists()
        for left in places.request_folder.iterdir():
            left.unlink()  # it is in memory
        assert not path.exists()
        done(places)
        now = {path.removeprefix(str(places.root)): content for path, content in snapshot(places).items()}
        now = {path: content for path, content in now.items() if not path.endswith((".new", "candidate.toml"))}
        assert now in (old, new), step
        if not cut:
            break
    assert step > 40
    assert begun > 20
    print(f"{step - 1} power cuts: the old settings whole, or the new")


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\xff\xfe",
        b"x" * 9_000,
        b'service.url = "wss://evil.example/"\n',
        b'service.ca_file = "/tmp/ca.pem"\n',
        b"keys.privacy_switch = false\n",
        b"cost.daily_minutes = 0\n",
        b'run.journal = "/etc/passwd"\n',
        b'camera.mode = "auto"\n',
        b'service.clone = "always"\n',
        b'wifi.ssid = "a"\nwifi.password = "12345678"\n',
        b'wifi.ssid = "a"\nwifi.country = "DE"\n',
        b'system.hostname = "a\\nb"\n',
        b'system.timezone = "../../../etc/shadow"\n',
        b'languages.theirs = "xx"\n',
        b'wifi.ssid = "a\\u0000b"\nwifi.password = "12345678"\nwifi.country = "DE"\n',
    ],
)
def test_a_hostile_request_changes_nothing(tmp_path: Path, content: bytes) -> None:
    places = card(tmp_path)
    done(places)
    before = snapshot(places)
    path = ask(places, content)
    outcome, _ = provision(places)
    assert len(outcome.failed) == 1
    assert snapshot(places) == before
    assert not path.exists()
    told = answered(places.request_folder)
    assert told["ok"] is False
    assert "evil" not in str(told["words"])


def test_settings_that_the_box_could_not_run_with_change_nothing(tmp_path: Path) -> None:
    places = card(tmp_path, BOOT + '\n[run]\nprofile = "kiosk"\n')
    done(places)
    before = snapshot(places)
    ask(places, request(asked_from({"languages.mine": "", "languages.theirs": "fr"})))
    outcome, _ = provision(places)
    assert len(outcome.failed) == 1
    assert "languages.mine must be set in a kiosk" in outcome.failed[0]
    assert snapshot(places) == before


def test_no_link_is_followed(tmp_path: Path) -> None:
    places = card(tmp_path)
    done(places)
    before = snapshot(places)
    secret = tmp_path / "shadow"
    secret.write_bytes(request(asked_from(WANTED)))
    places.request_folder.mkdir(parents=True)
    (places.request_folder / "request.toml").symlink_to(secret)
    (places.request_folder / "result.toml.part").symlink_to(secret)
    provision(places)
    assert secret.read_bytes().startswith(b"#")
    assert snapshot(places) == before
    assert not (places.request_folder / "request.toml").is_symlink()
    assert answered(places.request_folder)["ok"] is False


def test_a_folder_that_is_a_link_is_no_folder(tmp_path: Path) -> None:
    places = card(tmp_path)
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "request.toml").write_bytes(request(asked_from(WANTED)))
    places.request_folder.parent.mkdir(parents=True)
    places.request_folder.symlink_to(elsewhere)
    done(places)
    assert (elsewhere / "request.toml").exists()
    assert [path.name for path in elsewhere.iterdir()] == ["request.toml"]


def test_a_pipe_and_a_second_name_are_no_request(tmp_path: Path) -> None:
    places = card(tmp_path)
    path = ask(places, b"")
    path.unlink()
    os.mkfifo(path)
    outcome, _ = provision(places)
    assert len(outcome.failed) == 1
    other = tmp_path / "other"
    other.write_bytes(request(asked_from(WANTED)))
    os.link(other, path)
    outcome, _ = provision(places)
    assert len(outcome.failed) == 1
    path.mkdir()
    provision(places)
    assert not path.exists()
