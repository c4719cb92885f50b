"""The machine's own settings: name, time zone, locale, and the country of its radio.

Responsible for: the files that Debian reads them from, each written whole.
Must not: talk to a running service (``live.py``).
"""

import configparser
import io
import os
import re

from appliance.provision.outcome import Outcome, ProvisionError, put, put_link
from appliance.provision.places import Places

_OWN_ADDRESS = "127.0.1.1"


def set_hostname(places: Places, name: str, outcome: Outcome) -> None:
    """``/etc/hostname``, and the line of ``/etc/hosts`` by which Debian finds its own name without a network."""
    hosts = places.hosts.read_text("utf-8") if places.hosts.is_file() else "127.0.0.1\tlocalhost\n"
    lines = [line for line in hosts.splitlines() if not re.match(rf"\s*{re.escape(_OWN_ADDRESS)}\s", line)]
    lines.append(f"{_OWN_ADDRESS}\t{name}")
    put(places.hosts, ("\n".join(lines) + "\n").encode())
    if put(places.hostname, f"{name}\n".encode()):
        outcome.done.append(f"the machine is called {name}")


def set_time_zone(places: Places, zone: str, outcome: Outcome) -> None:
    """``/etc/localtime`` decides; ``/etc/timezone`` tells Debian's tools its name."""
    if not places.below(f"/usr/share/zoneinfo/{zone}").is_file():
        raise ProvisionError(f"this system has no time zone {zone}")
    put(places.timezone, f"{zone}\n".encode())
    if put_link(places.localtime, f"/usr/share/zoneinfo/{zone}"):
        outcome.done.append(f"the time zone is {zone}")


def set_locale(places: Places, locale: str, outcome: Outcome) -> None:
    """The language of the machine's own messages. The box's screen does not depend on it."""
    archive = places.below("/usr/lib/locale/locale-archive")
    folder = places.below("/usr/lib/locale") / re.sub(r"UTF-8$", "utf8", locale)
    known = folder.is_dir() or (
        archive.is_file() and re.sub(r"UTF-8$", "utf8", locale).encode() in archive.read_bytes()
    )
    if not known and locale != "C.UTF-8":
        outcome.notices.append(f"{locale} was not generated on this system: its messages stay in English until it is")
    if put(places.locale, f"LANG={locale}\n".encode()):
        outcome.done.append(f"the locale is {locale}")


def set_country(places: Places, country: str, outcome: Outcome) -> None:
    """For the kernel's radio when its module is loaded, and "on" for NetworkManager.

    Raspberry Pi OS ships the radio switched off until a country is set: ``rfkill.default_state=0`` for the kernel, and
    ``WirelessEnabled=false`` in NetworkManager's state (pi-gen, stage2/02-net-tweaks).
    """
    line = f"# Written by `dragoman provision`.\noptions cfg80211 ieee80211_regdom={country}\n"
    if put(places.country, line.encode()):
        outcome.done.append(f"the radio's country is {country}")
    command_line = places.below("/proc/cmdline") if places.is_live else places.boot_file.with_name("cmdline.txt")
    words = command_line.read_text("utf-8", "replace") if command_line.is_file() else ""
    other = re.search(r"cfg80211\.ieee80211_regdom=(\w+)", words)
    if other is not None and other[1].upper() != country:
        outcome.notices.append(f"the kernel's command line names another country ({other[1][:8]}): take it out there")


def switch_radio_on(places: Places, outcome: Outcome) -> None:
    """In the state that NetworkManager reads when it starts. A running one is told instead: it would write it over."""
    if places.is_live and os.path.exists("/run/NetworkManager"):
        return
    state = configparser.ConfigParser(interpolation=None)
    state.optionxform = str  # type: ignore[assignment,method-assign] # names keep their capitals
    try:
        state.read(places.radio_state, "utf-8")
    except (configparser.Error, UnicodeDecodeError):
        state.clear()
    if state.get("main", "WirelessEnabled", fallback="true" if not places.radio_state.exists() else "") == "true":
        return
    if not state.has_section("main"):
        state.add_section("main")
    state.set("main", "WirelessEnabled", "true")
    text = io.StringIO()
    state.write(text, space_around_delimiters=False)
    put(places.radio_state, text.getvalue().encode())
    outcome.done.append("Wi-Fi is switched on")
