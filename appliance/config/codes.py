"""Codes for the camera: the ``WIFI:`` code of routers and telephones, and the box's own settings code.

Responsible for: a code's text from what is asked for, and back; nothing of it is trusted.
Must not: draw or photograph (``commands/qr.py``, ``workers/``), or put a password or a key into a sentence.

A settings code is ``DRAGOMAN1:`` + the CRC-32 of what follows in eight hexadecimal digits + ``:`` + JSON, one object
whose names are the letters of ``_LETTERS`` and whose values are those of the settings. A letter that this version does
not know is refused, so a later version's code does not do half of what it says. The Wi-Fi code is described at
https://github.com/zxing/zxing/wiki/Barcode-Contents and, for WPA3, in section 7 of the Wi-Fi Alliance's WPA3 3.x.
"""

import json
import re
import zlib
from collections.abc import Mapping

from appliance.config.asked import CodeError, RequestedSettings, asked_from
from appliance.config.settings import Value

PREFIX = "DRAGOMAN1:"
WIFI_PREFIX = "WIFI:"
CODE_MAX_LENGTH = 1_500
"""Characters; a code of version 20 holds 858 bytes at most."""
_LETTERS = {
    "s": "wifi.ssid",
    "p": "wifi.password",
    "c": "wifi.country",
    "h": "wifi.hidden",
    "t": "wifi.security",
    "k": "service.key",
    "m": "languages.mine",
    "o": "languages.theirs",
    "f": "languages.favourites",
    "d": "languages.mode",
    "r": "run.profile",
    "n": "system.hostname",
    "z": "system.timezone",
    "l": "system.locale",
}
_WIFI_TYPES = {
    "": "wpa", "wpa": "wpa", "wpa2": "wpa", "wpa/wpa2": "wpa", "wpa2/wpa3": "wpa", "wpa-psk": "wpa", "wpa2-psk": "wpa",
    "sae": "sae", "wpa3": "sae", "nopass": "open", "none": "open",
}  # fmt: skip


def is_ours(code: str) -> bool:
    """Whether a code is for the box at all; a shop's is not."""
    return code[: len(WIFI_PREFIX)].upper() == WIFI_PREFIX or code.startswith("DRAGOMAN")


def understood(code: str) -> RequestedSettings:
    """What a code asks for. Raises ``CodeError`` with a sentence for the screen."""
    if len(code) > CODE_MAX_LENGTH:
        raise CodeError("it is too long")
    if code[: len(WIFI_PREFIX)].upper() == WIFI_PREFIX:
        return _of_wifi(code[len(WIFI_PREFIX) :])
    if code.startswith(PREFIX):
        return _of_settings(code[len(PREFIX) :])
    if code.startswith("DRAGOMAN"):
        raise CodeError("it was made for another version of the box")
    raise CodeError("it is not for this box")


def settings_code(asked: RequestedSettings) -> str:
    """The text of a settings code. It holds the key where ``asked`` has one."""
    values: dict[str, Value] = {**asked.boot, **asked.values}
    if asked.key is not None:
        values["service.key"] = asked.key.reveal()
    body = json.dumps(
        {letter: values[name] for letter, name in _LETTERS.items() if name in values},
        ensure_ascii=False,
        separators=(",", ":"),
    )
    return f"{PREFIX}{_check(body)}:{body}"


def wifi_code(boot: Mapping[str, Value]) -> str:
    """The text of a Wi-Fi code as a telephone shows it. It carries no country."""
    kind = {"wpa": "WPA", "sae": "SAE", "open": "nopass"}[str(boot.get("wifi.security", "wpa"))]
    fields = [("T", kind), ("S", str(boot["wifi.ssid"]))]
    if kind != "nopass":
        fields.append(("P", str(boot["wifi.password"])))
    if boot.get("wifi.hidden"):
        fields.append(("H", "true"))
    return WIFI_PREFIX + "".join(f"{name}:{_escaped(value)};" for name, value in fields) + ";"


def _check(body: str) -> str:
    return f"{zlib.crc32(body.encode()):08x}"


def _of_settings(rest: str) -> RequestedSettings:
    check, colon, body = rest.partition(":")
    if not colon or check != _check(body):
        raise CodeError("it was not read whole: hold it still")
    try:
        content = json.loads(body, object_pairs_hook=_once)
    except (ValueError, RecursionError):
        raise CodeError("it holds no settings") from None
    if not isinstance(content, dict):
        raise CodeError("it holds no settings")
    if not content.keys() <= _LETTERS.keys():
        raise CodeError("it asks for what this version does not know")
    return asked_from({_LETTERS[letter]: value for letter, value in content.items()})


def _once(pairs: list[tuple[str, object]]) -> dict[str, object]:
    """A name that stands twice could show one thing and mean another."""
    if len({name for name, _ in pairs}) < len(pairs):
        raise ValueError("a name stands twice")
    return dict(pairs)


def _of_wifi(rest: str) -> RequestedSettings:
    fields = _wifi_fields(rest)
    kind = fields.get("T", "").strip().casefold()
    if kind == "wep":
        raise CodeError("WEP is not safe: use a network with WPA2 or WPA3")
    if "eap" in kind or {"E", "PH2"} & fields.keys():
        raise CodeError("it is for a network with user names: bring a keyfile of NetworkManager instead")
    if kind not in _WIFI_TYPES:
        raise CodeError("it names a kind of network that this box does not know")
    security = _WIFI_TYPES[kind] if kind or fields.get("P") else "open"
    values: dict[str, object] = {"wifi.ssid": fields.get("S", ""), "wifi.security": security}
    if security != "open":
        values["wifi.password"] = fields.get("P", "")
    if fields.get("H", "").casefold() in ("true", "1"):
        values["wifi.hidden"] = True
    return asked_from(values)


def _wifi_fields(rest: str) -> dict[str, str]:
    fields: dict[str, str] = {}
    for found in re.finditer(r"([^:;\\]*):((?:\\.|[^\\;])*);", rest, re.DOTALL):
        name = found[1].strip().upper()
        if name in fields:
            raise CodeError("it says one thing twice")
        fields[name] = _plain(found[2])
    return fields


def _plain(value: str) -> str:
    """Without the escapes, and without the quotation marks that keep a name from being taken for hexadecimal."""
    quoted = len(value) > 1 and value.startswith('"') and re.search(r'(?<!\\)(?:\\\\)*"$', value) is not None
    return re.sub(r"\\(.)", r"\1", value[1:-1] if quoted else value, flags=re.DOTALL)


def _escaped(value: str) -> str:
    return re.sub(r'([\\;,:"])', r"\\\1", value)
