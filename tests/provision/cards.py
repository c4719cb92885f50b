"""A card as provisioning finds it: a root in a folder, and a power cut at any durable step.

Responsible for: making the folder, and cutting.
Must not: judge.
"""

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from appliance.config.layer import Layer
from appliance.provision.applying import provision
from appliance.provision.outcome import Outcome
from appliance.provision.places import Places

PASSWORD = 'corr"ect horse; \\x'
KEY = "sk-of-the-tests"
BOOT = """\
# Written by hand.
[service]
key = "sk-of-the-tests"

[wifi]
ssid = "Hotel Sol" # in the hall
password = 'corr"ect horse; \\x' # on the card by the door
country = "es"

[languages]
mine = "es"

[system]
hostname = "desk-2"
timezone = "Europe/Madrid"
locale = "C.UTF-8"
"""
KEYFILE = """\
[connection]
id=office
type=wifi

[wifi]
ssid=Office

[wifi-security]
key-mgmt=wpa-psk
psk=a second secret
"""


class PowerCutError(BaseException):
    """Everything ends here. No handler of ours catches it."""


def card(folder: Path, boot: str | None = BOOT, **beside: str) -> Places:
    """A root with a boot partition, as Raspberry Pi OS leaves it: the radio is off."""
    places = Places(folder / "root")
    places.boot_file.parent.mkdir(parents=True)
    if boot is not None:
        places.boot_file.write_text(boot, "utf-8")
    for name, content in beside.items():
        places.boot_file.with_name(f"{name}.nmconnection").write_text(content, "utf-8")
    places.radio_state.parent.mkdir(parents=True)
    places.radio_state.write_text("[main]\nWirelessEnabled=false\n")
    zones = places.below("/usr/share/zoneinfo")
    zones.parent.mkdir(parents=True)
    zones.symlink_to("/usr/share/zoneinfo")
    return places


def done(places: Places) -> tuple[Outcome, Layer]:
    """Provision it; nothing may fail."""
    outcome, layer = provision(places)
    assert (outcome.failed, layer.problems) == ([], [])
    return outcome, layer


def ask(places: Places, content: bytes) -> Path:
    """A request as the box writes it."""
    places.request_folder.mkdir(parents=True, exist_ok=True)
    path = places.request_folder / "request.toml"
    path.write_bytes(content)
    return path


def snapshot(places: Places) -> dict[str, tuple[int, bytes]]:
    """Every file below the root that provisioning may have written: rights and content."""
    found = {}
    for top in ("boot", "etc", "var"):
        for path in sorted(places.below(f"/{top}").rglob("*")):
            if path.is_symlink():
                found[str(path)] = (0, os.readlink(path).encode())
            elif path.is_file():
                found[str(path)] = (path.stat().st_mode & 0o777, path.read_bytes())
    return found


def cut_at(monkeypatch: pytest.MonkeyPatch, step: int) -> Callable[[], int]:
    """The power goes before the ``step``-th sync, rename or removal; answers how many there were."""
    seen = 0

    def counted(name: str, original: Callable[..., object]) -> Callable[..., object]:
        def call(*args: object, **kwargs: object) -> object:
            nonlocal seen
            seen += 1
            if seen == step:
                raise PowerCutError(name)
            return original(*args, **kwargs)

        return call

    for name in ("fsync", "replace", "rename", "unlink", "open"):
        monkeypatch.setattr(os, name, counted(name, getattr(os, name)))
    return lambda: seen
