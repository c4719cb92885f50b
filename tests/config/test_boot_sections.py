"""The sections that the boot file alone may have."""

from pathlib import Path

import pytest

from appliance.config.boot_sections import BOOT_RULES
from appliance.config.countries import countries, guess
from appliance.config.layer import parse
from appliance.config.reading import BootPaths, read
from appliance.config.show import render

GOOD = """\
[wifi]
ssid = "Hôtel Sol"
password = "correct horse"
country = "es"
hidden = true
security = "sae"
[system]
hostname = "desk-2"
timezone = "Europe/Madrid"
locale = "es_ES.UTF-8"
"""


def told(text: str, *, boot: bool = True) -> list[str]:
    """Every problem of a file."""
    return [str(problem) for problem in parse(text.encode(), "boot", key_allowed=boot).problems]


def test_every_key_is_read() -> None:
    layer = parse(GOOD.encode(), "boot", key_allowed=True)
    assert layer.problems == []
    assert layer.boot == {
        "wifi.ssid": "Hôtel Sol",
        "wifi.password": "correct horse",
        "wifi.country": "ES",
        "wifi.hidden": True,
        "wifi.security": "sae",
        "system.hostname": "desk-2",
        "system.timezone": "Europe/Madrid",
        "system.locale": "es_ES.UTF-8",
    }
    assert layer.boot.keys() == BOOT_RULES.keys()
    assert layer.places["wifi.country"] == "boot:4"


def test_they_stand_in_the_boot_file_alone() -> None:
    assert told(GOOD, boot=False) == [
        "boot:1: [wifi] may stand in the boot file alone: it is about the machine",
        "boot:7: [system] may stand in the boot file alone: it is about the machine",
    ]


@pytest.mark.parametrize(
    ("line", "sentence"),
    [
        ('passwort = "12345678"', '[wifi] has no key "passwort" (did you mean "password"?)'),
        ('hostname = "x"', '[wifi] has no key "hostname" (hostname belongs in [system])'),
        ('password = "short"', "wifi.password must have 8 to 63 characters, as every WPA password has"),
        ("password = 12345678", "wifi.password must be a text in quotation marks"),
        ('password = "line\\nbreak"', "wifi.password holds a character that no keyboard has"),
        (f'password = "{"x" * 64}"', "wifi.password must have 8 to 63 characters, as every WPA password has"),
        ('hidden = "yes"', 'wifi.hidden must be true or false, without quotation marks, not "yes"'),
        ('security = "WEP"', 'wifi.security must be one of "wpa", "sae", "open", not "WEP" (did you mean "wpa"?)'),
    ],
)
def test_what_is_wrong_has_a_sentence(line: str, sentence: str) -> None:
    assert told(f'[wifi]\nssid = "a"\ncountry = "DE"\n{line}\n') == [f"boot:4: {sentence}"]


def test_wifi_needs_a_country() -> None:
    assert told('[wifi]\nssid = "a"\npassword = "12345678"\n') == [
        'boot:2: wifi.country is missing: a radio needs its country, such as country = "DE" (ISO 3166)'
    ]
    shape = 'wifi.country must be a country by its two letters (ISO 3166), such as "DE", not'
    assert told('[wifi]\nssid = "a"\ncountry = "Spain"\n') == [f'boot:3: {shape} "Spain"; did you mean "ES"?']
    assert told('[wifi]\nssid = "a"\ncountry = "UK"\n') == [f'boot:3: {shape} "UK"']
    assert told('[wifi]\ncountry = "DE"\n') == [], "of a keyfile beside it"


def test_what_may_not_be_together() -> None:
    assert told('[wifi]\npassword = "12345678"\n') == ["boot:2: wifi.ssid is missing: the name of the network"]
    text = '[wifi]\nssid = "a"\ncountry = "DE"\nsecurity = "open"\npassword = "12345678"\n'
    assert told(text) == [
        'boot:4: wifi.security = "open" is a network without a password: take one of the two out',
    ]


@pytest.mark.parametrize("ssid", ["", "x" * 33, "ö" * 17, "a\tb", "evil\u202ename", "null\0"])
def test_a_name_that_no_network_has(ssid: str) -> None:
    escaped = ssid.encode("unicode-escape").decode().replace("\\x", "\\u00")
    (sentence,) = told(f'[wifi]\nssid = "{escaped}"\ncountry = "DE"\n')
    assert sentence.startswith("boot:2: wifi.ssid ")


@pytest.mark.parametrize(
    ("key", "value"),
    [("hostname", "Desk"), ("hostname", "-a"), ("hostname", "a.b"), ("locale", "german"), ("timezone", "../../etc")],
)
def test_a_machine_cannot_be_called_so(key: str, value: str) -> None:
    (sentence,) = told(f'[system]\n{key} = "{value}"\n')
    assert sentence.startswith(f"boot:2: system.{key} must be ")


def test_a_blank_password_is_one_that_was_stored() -> None:
    layer = parse(b'[wifi]\nssid = "a"\ncountry = "DE"\npassword = "          "\n', "boot", key_allowed=True)
    assert (layer.problems, layer.boot["wifi.password"]) == ([], "")


def test_no_output_holds_the_password(tmp_path: Path) -> None:
    boot = tmp_path / "dragoman.toml"
    boot.write_text(GOOD + '[wifo]\npassword = "correct horse"\n', encoding="utf-8")
    loaded = read(None, {}, BootPaths(boot, None, None))
    shown = render(loaded, only_changes=True)
    assert f'# wifi.password = "***"  # {boot}:3' in shown
    for text in (shown, repr(loaded), "".join(map(str, loaded.problems))):
        assert "horse" not in text


def test_the_table_is_that_of_the_time_zone_database() -> None:
    path = Path("/usr/share/zoneinfo/iso3166.tab")
    rows = [line.split("\t") for line in path.read_text("utf-8").splitlines() if not line.startswith("#")]
    ours = set(countries().items())
    assert len(ours) == 249
    assert {code for code, _ in ours} == {code for code, _ in rows}


def test_a_guess_is_the_nearest_that_is_known(tmp_path: Path) -> None:
    (tmp_path / "etc").mkdir()
    (tmp_path / "usr/share/zoneinfo").mkdir(parents=True)
    (tmp_path / "usr/share/zoneinfo/zone.tab").write_text("# remark\nES\t+4024\tEurope/Madrid\tmainland\n")
    assert guess("", "", tmp_path) == ""
    assert guess("", "de", tmp_path) == "DE"
    (tmp_path / "etc/localtime").symlink_to("/usr/share/zoneinfo/Europe/Madrid")
    assert guess("", "de", tmp_path) == "ES"
    assert guess("FR", "de", tmp_path) == "FR"
    (tmp_path / "etc/localtime").unlink()
    (tmp_path / "etc/localtime").symlink_to("/usr/share/zoneinfo/Etc/UTC")
    assert guess("", "en", tmp_path) == ""
