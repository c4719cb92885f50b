"""What a code before the camera, or a request of the box, may ask for, and nothing else.

Responsible for: the list of settings that may come so, and checking each by the rules of the boot file.
Must not: read a code's text (``codes.py``), apply anything, or put a password or a key into any text.

Anybody can print a code, and whoever presses the key reads a small screen. So a code may set what a desk's set-up needs
and what the screen can show in a few words: the network, the languages, the profile, the machine's name and clock, and
the key of the service. It may not say where speech goes (``service.url``, ``ca_file``, ``model``), copy a voice,
name files, devices or drivers, lift a cap, open the camera, or say that there is no privacy switch.
"""

import hashlib
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field

from appliance.config.boot_sections import BOOT_RULES, BOOT_SECTIONS, SECRET, boot_problems
from appliance.config.layer import parse
from appliance.config.rules import RULES
from appliance.config.secret import SecretKey, usable
from appliance.config.settings import Value
from appliance.config.show import literal, text
from appliance.errors import DragomanError
from appliance.protocol.languages import LANGUAGES

SETTINGS = ("languages.mine", "languages.theirs", "languages.favourites", "languages.mode", "run.profile")
"""Of the box's own settings. All of ``BOOT_RULES`` and the key may come as well."""
REQUEST_MAX_BYTES = 8_000
_KEY = "service.key"


class CodeError(DragomanError):
    """A code, or a request, that cannot be used. The sentence is for the screen, and holds nothing of the content."""


@dataclass(frozen=True, slots=True)
class RequestedSettings:
    """Checked values by dotted name. ``boot``: of the sections that the boot file alone may have."""

    boot: Mapping[str, Value] = field(default_factory=dict)
    values: Mapping[str, Value] = field(default_factory=dict)
    key: SecretKey | None = None

    def __repr__(self) -> str:
        return f"RequestedSettings({', '.join([*self.boot, *self.values, *([_KEY] if self.key else [])])})"

    @property
    def needs_country(self) -> bool:
        """A network without one: a person must say where the box stands."""
        return "wifi.ssid" in self.boot and "wifi.country" not in self.boot


def asked_from(values: Mapping[str, object]) -> RequestedSettings:
    """Check each value by dotted name; raises ``CodeError`` for the first that may not be."""
    boot: dict[str, Value] = {}
    own: dict[str, Value] = {}
    key: SecretKey | None = None
    for name, value in values.items():
        if name == _KEY:
            if not isinstance(value, str) or not usable(value):
                raise CodeError("the key in it cannot be one")
            key = SecretKey(value)
            continue
        if name not in BOOT_RULES and name not in SETTINGS:
            raise CodeError(
                f"it may not set {name}" if name in RULES else "it asks for what this version does not know"
            )
        try:
            if name in BOOT_RULES:
                boot[name] = BOOT_RULES[name].accept(value)
            else:
                own[name] = RULES[name].accept(value)
        except ValueError:
            raise CodeError(f"its {name} cannot be used") from None
    _check_languages(own)
    for blame, _ in boot_problems(boot, (*boot, "wifi.country")):
        raise CodeError(f"its {blame} does not fit the rest")
    if boot.get("wifi.security", "wpa") != "open" and "wifi.ssid" in boot and not boot.get(SECRET):
        raise CodeError("the network's password is missing")
    if not (boot or own or key):
        raise CodeError("it asks for nothing")
    return RequestedSettings(boot, own, key)


def _check_languages(own: Mapping[str, Value]) -> None:
    named = [own.get("languages.mine") or "en", own.get("languages.theirs") or "en"]
    favourites = own.get("languages.favourites", ())
    named += favourites if isinstance(favourites, tuple) else ()
    if any(code not in LANGUAGES for code in named):
        raise CodeError("it names a language that the service does not have")


def request(asked: RequestedSettings) -> bytes:
    """What the box writes for root. It holds secrets: 0600, and in memory alone (``/run``).

    The first line makes its digest, by which the answer is known, say nothing about the secrets.
    """
    lines = [f"# {secrets.token_hex(16)}"]
    values = {**asked.boot, **asked.values}
    lines += [f"{dotted} = {literal(dotted, value)}" for dotted, value in values.items()]
    if asked.key is not None:
        lines.append(f"{_KEY} = {text(asked.key.reveal())}")
    return ("\n".join(lines) + "\n").encode()


def digest(data: bytes) -> str:
    """By which the box knows the answer to its own request."""
    return hashlib.sha256(data).hexdigest()


def read_request(data: bytes) -> RequestedSettings:
    """Check a request as if an enemy had written it. Raises ``CodeError``."""
    if len(data) > REQUEST_MAX_BYTES:
        raise CodeError("it is too long")
    layer = parse(data, "the request", key_allowed=True)
    if layer.problems:
        raise CodeError("it is not what the box writes")
    values: dict[str, object] = {}
    for section, content in tomllib.loads(data.decode("utf-8-sig").replace("\r\n", "\n")).items():
        values |= {f"{section}.{name}": value for name, value in content.items()}
    asked = asked_from(values)
    if asked.needs_country:
        raise CodeError("Wi-Fi needs a country")
    assert {name.partition(".")[0] for name in asked.boot} <= set(BOOT_SECTIONS)
    return asked
