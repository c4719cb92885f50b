"""Profiles of NetworkManager, judged by its own library, and those that somebody brought."""

import warnings
from pathlib import Path

import pytest

from appliance.provision.applying import provision
from appliance.provision.keyfile import (
    KeyfileError,
    Network,
    connection_type,
    rendered,
    stored_network,
    without_secrets,
)
from tests.provision.cards import BOOT, KEYFILE, card, done, snapshot

NETWORKS = [
    Network("Hotel Sol", "correct horse"),
    Network("1;2;", "  lead; \\tr#=ail  ", True, "sae"),
    Network("1234", "\"q'x;\\s abc"),
    Network("[wifi]", "psk=other\\n"),
    Network("#remark", "#remark is long"),
    Network("Ünïcödé ☕", "pässwörd", True),
    Network(" lead", "\\\\\\\\\\\\\\\\"),
    Network("trail ", "f" * 64),
    Network("café; DROP", "=" * 63),
    Network("open", "", False, "open"),
]


@pytest.mark.parametrize("network", NETWORKS, ids=lambda network: network.ssid)
def test_networkmanager_reads_what_we_write(network: Network) -> None:
    import gi

    gi.require_version("NM", "1.0")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", ImportWarning)  # of PyGObject's own importer
        from gi.repository import NM, GLib

    data = rendered(network)
    file = GLib.KeyFile()
    file.load_from_bytes(GLib.Bytes.new(data), GLib.KeyFileFlags.NONE)
    connection = NM.keyfile_read(file, "/", NM.KeyfileHandlerFlags.NONE, None, None)
    connection.normalize({})
    assert connection.verify()
    wireless, security = connection.get_setting_wireless(), connection.get_setting_wireless_security()
    assert wireless.get_ssid().get_data() == network.ssid.encode()
    assert wireless.get_hidden() is network.hidden
    if network.security == "open":
        assert security is None
    else:
        assert security.get_psk() == network.password
        assert security.get_key_mgmt() == {"wpa": "wpa-psk", "sae": "sae"}[network.security]
    assert stored_network(data) == network


def test_a_network_does_not_show_its_password() -> None:
    assert "horse" not in repr(NETWORKS[0])


def test_a_keyfile_beside_the_boot_file_is_taken_as_it_is(tmp_path: Path) -> None:
    places = card(tmp_path, '[wifi]\ncountry = "DE"\n', office=KEYFILE)
    outcome, _ = done(places)
    installed = places.connections / "office.nmconnection"
    assert installed.read_text() == KEYFILE
    assert installed.stat().st_mode & 0o777 == 0o600
    beside = places.boot_file.with_name("office.nmconnection.taken").read_text()
    assert beside == KEYFILE.replace("a second secret", " " * 15)
    assert not places.boot_file.with_name("office.nmconnection").exists()
    assert "office.nmconnection is installed for NetworkManager" in outcome.done
    first = snapshot(places)
    done(places)
    assert snapshot(places) == first


def test_a_keyfile_alone_is_told_that_the_radio_is_off(tmp_path: Path) -> None:
    outcome, _ = done(card(tmp_path, None, office=KEYFILE))
    assert len(outcome.notices) == 1
    assert "the radio stays off until its country is known" in outcome.notices[0]


@pytest.mark.parametrize("content", ["", "nonsense\n", "[wifi]\nssid=x\n", "[connection]\nid=a\n", "\0" * 10])
def test_what_is_no_keyfile_is_left_where_it_is(tmp_path: Path, content: str) -> None:
    places = card(tmp_path, BOOT, broken=content)
    outcome, _ = provision(places)
    assert len(outcome.failed) == 1
    assert outcome.failed[0].startswith("broken.nmconnection: ")
    assert places.boot_file.with_name("broken.nmconnection").read_text() == content
    assert not (places.connections / "broken.nmconnection").exists()


def test_the_boxs_own_profile_is_nobody_elses(tmp_path: Path) -> None:
    places = card(tmp_path, BOOT)
    places.boot_file.with_name("dragoman-wifi.nmconnection").write_text(KEYFILE)
    outcome, _ = provision(places)
    assert outcome.failed == [
        "dragoman-wifi.nmconnection: give it another name: this one is the box's own",
    ]


def test_a_sentence_never_holds_the_line_that_could_not_be_read() -> None:
    with pytest.raises(KeyfileError) as caught:
        connection_type(b"psk is secret words\n")
    assert "secret" not in str(caught.value)


def test_every_secret_of_the_format_is_blanked() -> None:
    text = "[a]\npsk=x1\npassword = x2\r\nwep-key0=x3\npin=1\nssid=stays\nprivate-key-password=x4\npsk-flags=0\n"
    bare = without_secrets(text.encode()).decode()
    assert len(bare) == len(text)
    assert "x" not in bare
    assert "ssid=stays" in bare
    assert "psk-flags=0" in bare
