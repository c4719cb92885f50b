"""What is done with the boot file, and that it may be cut off anywhere."""

import tomllib
from pathlib import Path

import pytest

from appliance.provision.applying import provision
from appliance.provision.keyfile import stored_network
from appliance.provision.places import WRITTEN, Places
from tests.provision.cards import BOOT, KEY, KEYFILE, PASSWORD, PowerCutError, card, cut_at, done, snapshot


def test_everything_goes_to_its_place(tmp_path: Path) -> None:
    places = card(tmp_path)
    outcome, _ = done(places)
    network = stored_network(places.profile.read_bytes())
    assert network is not None
    assert (network.ssid, network.password, network.security) == ("Hotel Sol", PASSWORD, "wpa")
    assert places.profile.stat().st_mode & 0o777 == 0o600
    assert places.connections.stat().st_mode & 0o777 == 0o700
    assert places.credential.read_text().strip() == KEY
    assert "ieee80211_regdom=ES" in places.country.read_text()
    assert "WirelessEnabled=true" in places.radio_state.read_text()
    assert places.hostname.read_text() == "desk-2\n"
    assert "127.0.1.1\tdesk-2" in places.hosts.read_text()
    assert places.localtime.readlink() == Path("/usr/share/zoneinfo/Europe/Madrid")
    assert places.timezone.read_text() == "Europe/Madrid\n"
    assert places.locale.read_text() == "LANG=C.UTF-8\n"
    assert len(outcome.done) == 8
    told = "".join(outcome.done + outcome.notices)
    assert PASSWORD not in told
    assert KEY not in told


def test_the_boot_file_keeps_all_but_the_secrets(tmp_path: Path) -> None:
    places = card(tmp_path)
    done(places)
    now = places.boot_file.read_text("utf-8")
    assert now == BOOT.replace(KEY, " " * len(KEY)).replace(PASSWORD, " " * len(PASSWORD))


def test_a_second_time_changes_nothing(tmp_path: Path) -> None:
    places = card(tmp_path)
    done(places)
    first = snapshot(places)
    outcome, _ = done(places)
    assert snapshot(places) == first
    assert outcome.done == []


def test_only_what_is_declared_is_written(tmp_path: Path) -> None:
    places = card(tmp_path, office=KEYFILE)
    before = snapshot(places)
    done(places)
    boot = str(places.boot_file.parent)
    for path, content in snapshot(places).items():
        name = "/" + str(Path(path).relative_to(places.root))
        assert before.get(path) == content or path.startswith(boot) or name.startswith(WRITTEN), name


def test_a_power_cut_anywhere_loses_nothing(tmp_path: Path) -> None:
    whole = card(tmp_path / "whole", office=KEYFILE)
    done(whole)
    expected = {path.removeprefix(str(whole.root)): content for path, content in snapshot(whole).items()}
    for step in range(1, 500):
        places = card(tmp_path / str(step), office=KEYFILE)
        with pytest.MonkeyPatch.context() as patch:
            count = cut_at(patch, step)
            try:
                done(places)
            except PowerCutError:
                cut = True
            else:
                cut = False
        _nothing_lost(places)
        done(places)
        now = {path.removeprefix(str(places.root)): content for path, content in snapshot(places).items()}
        leftovers = {path for path in now if path.endswith(".new")}
        assert {path: content for path, content in now.items() if path not in leftovers} == expected, step
        if not cut:
            break
    assert count() > 40
    print(f"{step - 1} power cuts, nothing lost")


def _nothing_lost(places: Places) -> None:
    """At every moment the password and the key are somewhere whole."""
    profile = stored_network(places.profile.read_bytes()) if places.profile.is_file() else None
    boot = tomllib.loads(places.boot_file.read_text("utf-8"))
    assert boot["wifi"]["password"] == PASSWORD or (profile is not None and profile.password == PASSWORD)
    stored = places.credential.is_file() and places.credential.read_text().strip() == KEY
    assert stored or boot["service"]["key"] == KEY


@pytest.mark.parametrize("blanked", [1, 5, 12])
def test_a_password_that_was_half_blanked_is_not_taken_for_a_new_one(tmp_path: Path, blanked: int) -> None:
    places = card(tmp_path)
    done(places)
    torn = " " * blanked + PASSWORD[blanked:]
    places.boot_file.write_text(BOOT.replace(PASSWORD, torn), "utf-8")
    done(places)
    network = stored_network(places.profile.read_bytes())
    assert network is not None
    assert network.password == PASSWORD
    assert places.boot_file.read_text("utf-8").count("horse") == 0


def test_a_new_password_takes_the_place_of_the_old(tmp_path: Path) -> None:
    places = card(tmp_path)
    done(places)
    places.boot_file.write_text(BOOT.replace(PASSWORD, "quite another"), "utf-8")
    done(places)
    network = stored_network(places.profile.read_bytes())
    assert network is not None
    assert network.password == "quite another"


def test_a_mistake_elsewhere_keeps_nobody_from_the_network(tmp_path: Path) -> None:
    places = card(tmp_path, BOOT + '[screen]\nlettters = "large"\n')
    outcome, layer = provision(places)
    assert [problem.sentence for problem in layer.problems] == [
        '[screen] has no key "lettters" (did you mean "letters"?)'
    ]
    assert places.profile.is_file()
    assert not outcome.failed


def test_a_mistake_in_wifi_stores_nothing(tmp_path: Path) -> None:
    places = card(tmp_path, BOOT.replace('country = "es"', 'country = "xx"'))
    _, layer = provision(places)
    assert len(layer.problems) == 1
    assert not places.profile.exists()
    assert PASSWORD in places.boot_file.read_text("utf-8")
    assert places.hostname.read_text() == "desk-2\n"


def test_no_boot_file_is_nothing_to_do(tmp_path: Path) -> None:
    places = card(tmp_path, None)
    outcome, _ = done(places)
    assert outcome.done == []


def test_a_password_that_nobody_stored_is_asked_for(tmp_path: Path) -> None:
    places = card(tmp_path, BOOT.replace(PASSWORD, ""))
    outcome, _ = provision(places)
    assert outcome.failed == ["Wi-Fi: wifi.password is empty, and none is stored for this network: write it once more"]


def test_an_open_network_needs_no_password(tmp_path: Path) -> None:
    text = BOOT.replace(f"password = '{PASSWORD}'", 'security = "open"')
    places = card(tmp_path, text)
    done(places)
    assert b"wifi-security" not in places.profile.read_bytes()


def test_another_country_on_the_command_line_is_told(tmp_path: Path) -> None:
    places = card(tmp_path)
    places.boot_file.with_name("cmdline.txt").write_text("rootwait cfg80211.ieee80211_regdom=GB quiet\n")
    outcome, _ = done(places)
    assert outcome.notices == ["the kernel's command line names another country (GB): take it out there"]
