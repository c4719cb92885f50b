"""Sections that the boot file alone may have: they are about the machine, and root applies them.

Responsible for: ``[wifi]`` and ``[system]``: their keys, what each may be, and what may not be together.
Must not: apply anything, or put a password into a sentence.
"""

import re
import zoneinfo
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from appliance.config.countries import countries
from appliance.config.rules import Flag, OneOf, Rule, quoted, suggestion
from appliance.config.settings import Value

SSID_MAX_BYTES = 32
PASSWORD_LENGTHS = range(8, 64)
_RAW_KEY = re.compile(r"[0-9A-Fa-f]{64}")
_HOSTNAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")
_LOCALE = re.compile(r"C\.UTF-8|[a-z]{2,3}_[A-Z]{2}\.UTF-8")
_ZONE = re.compile(r"[A-Za-z][A-Za-z0-9_+-]*(/[A-Za-z0-9_+-]+){0,2}")


@dataclass(frozen=True, slots=True)
class Ssid:
    """The name of a Wi-Fi network."""

    def accept(self, value: object) -> Value:
        """See ``rules.Flag.accept``."""
        if not isinstance(value, str) or not 1 <= len(value.encode()) <= SSID_MAX_BYTES:
            raise ValueError(f"must be the network's name in quotation marks, 1 to {SSID_MAX_BYTES} bytes")
        if not value.isprintable():
            raise ValueError("holds a character that cannot be shown")
        return value


@dataclass(frozen=True, slots=True)
class Password:
    """Of a Wi-Fi network. Empty or blank where it was stored before. Its sentences never hold it."""

    def accept(self, value: object) -> Value:
        """See ``rules.Flag.accept``."""
        if not isinstance(value, str):
            raise ValueError("must be a text in quotation marks")
        if not value.strip(" "):
            return ""
        if not value.isprintable():
            raise ValueError("holds a character that no keyboard has")
        if len(value.encode()) not in PASSWORD_LENGTHS and not _RAW_KEY.fullmatch(value):
            raise ValueError("must have 8 to 63 characters, as every WPA password has")
        return value


@dataclass(frozen=True, slots=True)
class Country:
    """A country by its code."""

    def accept(self, value: object) -> Value:
        """See ``rules.Flag.accept``."""
        if isinstance(value, str) and value.upper() in countries():
            return value.upper()
        named = [code for code, name in countries().items() if isinstance(value, str) and _same(name, value)]
        hint = f'; did you mean "{named[0]}"?' if named else ""
        raise ValueError(f'must be a country by its two letters (ISO 3166), such as "DE", not {quoted(value)}{hint}')


def _same(name: str, value: str) -> bool:
    return name.casefold() == value.strip().casefold()


@dataclass(frozen=True, slots=True)
class Matching:
    """A text of a certain shape."""

    shape: re.Pattern[str]
    words: str

    def accept(self, value: object) -> Value:
        """See ``rules.Flag.accept``."""
        if isinstance(value, str) and self.shape.fullmatch(value):
            return value
        raise ValueError(f"must be {self.words}, not {quoted(value)}")


@cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


@dataclass(frozen=True, slots=True)
class TimeZone:
    """A zone of the time zone database."""

    def accept(self, value: object) -> Value:
        """See ``rules.Flag.accept``. Where the machine has no database, the name's shape alone is checked."""
        known = _zones()
        if isinstance(value, str) and _ZONE.fullmatch(value) and (value in known or not known):
            return value
        hint = suggestion(value, known) if isinstance(value, str) else ""
        raise ValueError(f'must be a time zone such as "Europe/Madrid", not {quoted(value)}{hint}')


BOOT_RULES: dict[str, Rule | Ssid | Password | Country | Matching | TimeZone] = {
    "wifi.ssid": Ssid(),
    "wifi.password": Password(),
    "wifi.country": Country(),
    "wifi.hidden": Flag(),
    "wifi.security": OneOf(("wpa", "sae", "open")),
    "system.hostname": Matching(_HOSTNAME, 'small letters, digits and hyphens, at most 63, such as "desk-2"'),
    "system.timezone": TimeZone(),
    "system.locale": Matching(_LOCALE, 'a locale such as "de_DE.UTF-8"'),
}
BOOT_SECTIONS = tuple(dict.fromkeys(name.partition(".")[0] for name in BOOT_RULES))
SECRET = "wifi.password"  # noqa: S105 - the name of the setting


def boot_names(section: str) -> tuple[str, ...]:
    """The keys of one of these sections."""
    return tuple(name.partition(".")[2] for name in BOOT_RULES if name.startswith(f"{section}."))


def boot_problems(values: Mapping[str, Value], written: Collection[str]) -> Iterator[tuple[str, str]]:
    """(dotted name to blame, sentence) of what may not be together. ``written``: every name that stands there.

    A name that was written and refused is not called missing as well.
    """
    if "wifi.ssid" in values and "wifi.country" not in written:
        sentence = 'wifi.country is missing: a radio needs its country, such as country = "DE" (ISO 3166)'
        yield "wifi.ssid", sentence
    blame = next((name for name in values if name.startswith("wifi.") and name != "wifi.country"), "")
    if blame and "wifi.ssid" not in written:
        yield blame, "wifi.ssid is missing: the name of the network"
    if values.get("wifi.security") == "open" and values.get(SECRET):
        yield "wifi.security", 'wifi.security = "open" is a network without a password: take one of the two out'
