"""Codes of routers, telephones and ``dragoman qr``; and those of an enemy."""

import zlib

import pytest

from appliance.config.asked import CodeError, asked_from
from appliance.config.codes import is_ours, settings_code, understood, wifi_code

ALL = {
    "wifi.ssid": "Café Zürich",
    "wifi.password": 'a;b\\c"d:e,f',
    "wifi.country": "CH",
    "wifi.hidden": True,
    "wifi.security": "sae",
    "service.key": "sk-1",
    "languages.mine": "de",
    "languages.theirs": "fr",
    "languages.favourites": ["fr", "en"],
    "languages.mode": "captions",
    "run.profile": "kiosk",
    "system.hostname": "desk-1",
    "system.timezone": "Europe/Zurich",
    "system.locale": "de_CH.UTF-8",
}


def settings(body: str) -> str:
    """A settings code with a right check."""
    return f"DRAGOMAN1:{zlib.crc32(body.encode()):08x}:{body}"


def test_a_settings_code_says_all_of_it() -> None:
    asked = asked_from(ALL)
    again = understood(settings_code(asked))
    assert (again.boot, again.values) == (asked.boot, asked.values)
    assert again.key is not None
    assert again.key.reveal() == "sk-1"
    assert "sk-1" not in repr(again)


def test_a_wifi_code_says_the_network() -> None:
    asked = asked_from({name: value for name, value in ALL.items() if name.startswith("wifi.")})
    again = understood(wifi_code(asked.boot))
    assert again.boot == {name: value for name, value in asked.boot.items() if name != "wifi.country"}
    assert again.needs_country


@pytest.mark.parametrize(
    ("code", "ssid", "password", "security"),
    [
        ("WIFI:T:WPA;S:Sol;P:12345678;;", "Sol", "12345678", "wpa"),
        ("wifi:S:Sol;P:12345678;T:WPA2;H:false;;", "Sol", "12345678", "wpa"),
        ("WIFI:T:SAE;R:1;S:Sol;P:12345678;;", "Sol", "12345678", "sae"),
        ('WIFI:T:WPA;S:"ABCD";P:"12345678";;', "ABCD", "12345678", "wpa"),
        (r"WIFI:T:WPA;S:\"a\;b\:c\,d\\;P:12345678;;", '"a;b:c,d\\', "12345678", "wpa"),
        ("WIFI:S:Sol;P:12345678;;", "Sol", "12345678", "wpa"),
        ("WIFI:T:nopass;S:Open;P:;;", "Open", "", "open"),
        ("WIFI:S:Open;;", "Open", "", "open"),
    ],
)
def test_codes_as_routers_and_telephones_print_them(code: str, ssid: str, password: str, security: str) -> None:
    boot = understood(code).boot
    assert (boot["wifi.ssid"], boot.get("wifi.password", ""), boot["wifi.security"]) == (ssid, password, security)


@pytest.mark.parametrize(
    ("code", "why"),
    [
        ("https://example.org/", "it is not for this box"),
        ("DRAGOMAN2:00000000:{}", "it was made for another version of the box"),
        ("WIFI:" + "x" * 2_000, "it is too long"),
        ("WIFI:T:WEP;S:Sol;P:12345;;", "WEP is not safe: use a network with WPA2 or WPA3"),
        ("WIFI:T:WPA2-EAP;S:Sol;E:PEAP;;", "user names"),
        ("WIFI:T:quantum;S:Sol;P:12345678;;", "does not know"),
        ("WIFI:T:WPA;S:a;S:b;P:12345678;;", "it says one thing twice"),
        ("WIFI:T:WPA;S:Sol;P:short;;", "its wifi.password cannot be used"),
        ("WIFI:T:WPA;S:Sol;;", "the network's password is missing"),
        ("WIFI:T:WPA;S:;P:12345678;;", "its wifi.ssid cannot be used"),
        ("WIFI:T:WPA;S:Sol\n\x1b[2J;P:12345678;;", "its wifi.ssid cannot be used"),
        ("WIFI:T:WPA;S:\u202eloS;P:12345678;;", "its wifi.ssid cannot be used"),
        ("WIFI:T:WPA;S:" + "x" * 33 + ";P:12345678;;", "its wifi.ssid cannot be used"),
        ("WIFI:", "its wifi.ssid cannot be used"),
        ('DRAGOMAN1:00000000:{"m":"de"}', "it was not read whole: hold it still"),
        (settings("[]"), "it holds no settings"),
        (settings("{}"), "it asks for nothing"),
        (settings("[" * 1_000), "it holds no settings"),
        (settings('{"m":"de","m":"fr"}'), "it holds no settings"),
        (settings('{"u":"wss://evil.example/"}'), "it asks for what this version does not know"),
        (settings('{"service.url":"wss://evil.example/"}'), "it asks for what this version does not know"),
        (settings('{"m":"xx"}'), "it names a language that the service does not have"),
        (settings('{"m":5}'), "its languages.mine cannot be used"),
        (settings('{"k":"two words"}'), "the key in it cannot be one"),
        (settings('{"n":"a\\nb"}'), "its system.hostname cannot be used"),
        (settings('{"t":"open","s":"a","p":"12345678"}'), "does not fit the rest"),
    ],
)
def test_what_cannot_be_used_has_a_sentence_without_its_content(code: str, why: str) -> None:
    with pytest.raises(CodeError) as caught:
        understood(code)
    assert why in str(caught.value)
    assert "evil" not in str(caught.value)


@pytest.mark.parametrize(
    "name",
    [
        "service.url", "service.ca_file", "service.model", "service.voice", "service.clone", "keys.privacy_switch",
        "cost.daily_minutes", "camera.mode", "run.journal", "glossary.file", "microphone.device", "screen.driver",
    ],
)  # fmt: skip
def test_what_a_code_may_not_set(name: str) -> None:
    with pytest.raises(CodeError, match=f"it may not set {name}"):
        asked_from({name: "x"})


def test_a_shops_code_is_none_of_ours() -> None:
    assert is_ours("wifi:S:x;;")
    assert is_ours("DRAGOMAN9:")
    assert not is_ours("https://example.org/")
