"""The order of provisioning: a request of the box first, then the boot file, then the running machine.

Responsible for: the order, and that each part may be cut off anywhere and is done at the next call.
Must not: know a file's format.

A request is written into the boot file, without its secrets, and its secrets to where root keeps them. So there is one
place that says how the box is set up, and it is the one that a card reader shows.
"""

import fcntl
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from appliance.config import credential
from appliance.config.asked import CodeError, RequestedSettings, read_request
from appliance.config.boot_edit import written
from appliance.config.boot_sections import SECRET, boot_problems
from appliance.config.durable import write_durably
from appliance.config.layer import FILE_MAX_BYTES, Layer, parse, read_bytes
from appliance.config.reading import BootPaths, read
from appliance.config.settings import Value
from appliance.errors import SettingsError
from appliance.provision import live, machine, requests, wifi
from appliance.provision.keyfile import stored_network
from appliance.provision.outcome import Outcome, ProvisionError, make_folder
from appliance.provision.places import Places

LOCK_LIMIT_S = 60.0
_PRIVATE_FOLDER = 0o700
_READ_AT_START = ("service.key", "system.timezone")
"""Besides the box's own settings: it takes these over when it starts."""


def provision(places: Places) -> tuple[Outcome, Layer]:
    """Do all that there is to do; what went wrong is in the answer."""
    outcome = Outcome()
    with _alone(places):
        _recover(places)
        data: bytes | None = None
        with outcome.step("the request"):
            data = requests.taken(places)
        restarts = profile = False
        if data is not None:
            restarts, profile = _request(places, data, outcome)
        layer, more = _boot_file(places, outcome)
        kinds = wifi.take_keyfiles(places, outcome)
        if ("wifi" in kinds or "802-11-wireless" in kinds) and "wifi.country" not in layer.boot:
            outcome.notices.append(
                'the radio stays off until its country is known: write country = "DE" below [wifi] in the boot file'
            )
        if places.is_live:
            _take_over(layer, outcome, profile=profile or more)
        if data is not None:
            words = outcome.failed[0] if outcome.failed else "done"
            requests.answer(places, data, ok=not outcome.failed, words=words)
        if places.is_live and restarts and not outcome.failed:
            live.restart_box()
    return outcome, layer


# A request of the box.


def _request(places: Places, data: bytes, outcome: Outcome) -> tuple[bool, bool]:
    """(whether the box must start anew, whether the network is another one)."""
    try:
        asked = read_request(data)
    except CodeError as error:
        outcome.failed.append(f"the request: {error}")
        requests.finished(places)
        return False, False
    profile = False
    with outcome.step("the request"):
        _write_boot_file(places, asked)
        if asked.key is not None:
            make_folder(places.credential.parent, _PRIVATE_FOLDER)
            if not _holds(places.credential, asked.key.reveal()):
                write_durably(places.credential, f"{asked.key.reveal()}\n".encode())
            outcome.done.append(f"the key is in {places.credential} now")
        if "wifi.ssid" in asked.boot:
            profile = wifi.store_network(places, wifi.network_of(asked.boot), outcome)
    requests.finished(places)
    restarts = bool(asked.values) or asked.key is not None or any(name in asked.boot for name in _READ_AT_START)
    return restarts, profile


def _holds(path: Path, key: str) -> bool:
    return path.is_file() and path.read_text("latin-1").strip() == key


def _write_boot_file(places: Places, asked: RequestedSettings) -> None:
    """All of it but the secrets. Settings that the box could not run with change nothing."""
    changes: dict[str, Value] = {**asked.boot, **asked.values}
    if "wifi.ssid" in asked.boot:
        plain: dict[str, Value] = {"wifi.hidden": False, "wifi.security": "wpa"}
        changes = {**plain, **changes, SECRET: ""}
    old = read_bytes(places.boot_file, FILE_MAX_BYTES)
    if isinstance(old, str):
        raise ProvisionError(f"{places.boot_file} {old}")
    new = written(old or b"", changes)
    if new == old:
        return
    before, after = _problems(places, old or b""), _problems(places, new)
    fresh = [sentence for sentence in after if sentence not in before]
    if fresh:
        raise ProvisionError(fresh[0])
    if not places.boot_file.parent.is_dir():
        raise ProvisionError(f"there is no folder {places.boot_file.parent}")
    write_durably(places.boot_file, new, None)


def _problems(places: Places, data: bytes) -> list[str]:
    """What would be wrong with the box's settings, were this the boot file."""
    candidate = places.pending.with_name("candidate.toml")
    make_folder(candidate.parent, _PRIVATE_FOLDER)
    write_durably(candidate, data)
    found = read(None, {}, BootPaths(candidate, places.etc_file, None)).problems
    candidate.unlink()
    return [problem.sentence for problem in found]


def _recover(places: Places) -> None:
    """FAT has no journal: the power may go between taking the old file away and naming the new one."""
    part = places.boot_file.with_name(f".{places.boot_file.name}.new")
    if not places.boot_file.exists() and part.is_file() and not parse(part.read_bytes(), "", key_allowed=True).problems:
        part.replace(places.boot_file)


# The boot file.


def _boot_file(places: Places, outcome: Outcome) -> tuple[Layer, bool]:
    """What it says, done; whether the network is another one now."""
    data = read_bytes(places.boot_file, FILE_MAX_BYTES)
    if data is None:
        return Layer(str(places.boot_file)), False
    if isinstance(data, str):
        outcome.failed.append(f"{places.boot_file} {data}")
        return Layer(str(places.boot_file)), False
    layer = parse(data, str(places.boot_file), key_allowed=True)
    _move_key(places, layer, outcome)
    profile = False
    if _is_whole(layer):
        if "wifi.country" in layer.boot:
            with outcome.step("the country"):
                machine.set_country(places, str(layer.boot["wifi.country"]), outcome)
                machine.switch_radio_on(places, outcome)
        if "wifi.ssid" in layer.boot:
            with outcome.step("Wi-Fi"):
                profile = _network(places, layer, outcome)
    for name, action in (
        ("system.hostname", machine.set_hostname),
        ("system.timezone", machine.set_time_zone),
        ("system.locale", machine.set_locale),
    ):
        if name in layer.boot:
            with outcome.step(name):
                action(places, str(layer.boot[name]), outcome)
    return layer, profile


def _move_key(places: Places, layer: Layer, outcome: Outcome) -> None:
    if layer.key is None and not places.credential.is_file():
        return
    try:
        with outcome.step("the key"):
            sentence = credential.move(places.boot_file, places.credential)
            if layer.key is not None:
                outcome.done.append(sentence)
    except SettingsError:
        return  # the file is broken; its problems are told with the others


def _is_whole(layer: Layer) -> bool:
    """Whether nothing is wrong with [wifi] itself; what is wrong elsewhere keeps nobody from the network."""
    refused = any(name.startswith("wifi.") and name not in layer.boot for name in layer.places)
    return not refused and not any(blame.startswith("wifi.") for blame, _ in boot_problems(layer.boot, layer.places))


def _network(places: Places, layer: Layer, outcome: Outcome) -> bool:
    network = wifi.network_of(layer.boot)
    known = stored_network(places.profile.read_bytes()) if places.profile.is_file() else None
    if known is not None and known.ssid == network.ssid and wifi.is_rest_of(network.password, known.password):
        wifi.blank_password(places, outcome)  # the power went while it was being blanked
        return False
    is_new = wifi.store_network(places, network, outcome)
    if network.password:
        wifi.blank_password(places, outcome)
    return is_new


# The running machine.


def _take_over(layer: Layer, outcome: Outcome, *, profile: bool) -> None:
    if "system.hostname" in layer.boot:
        live.name_machine(str(layer.boot["system.hostname"]))
    if "wifi.country" in layer.boot:
        live.take_country(str(layer.boot["wifi.country"]))
    if profile or any("NetworkManager" in sentence for sentence in outcome.done):
        live.take_profiles(outcome, "dragoman-wifi" if profile else "")


@contextmanager
def _alone(places: Places) -> Iterator[None]:
    """The unit of the boot and the one of a request may run at the same time."""
    make_folder(places.credential.parent, _PRIVATE_FOLDER)
    descriptor = os.open(places.credential.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        until = time.monotonic() + LOCK_LIMIT_S
        while not _locked(descriptor):
            if time.monotonic() > until:
                raise ProvisionError(f"another provisioning has not ended within {LOCK_LIMIT_S:g} s")
            time.sleep(0.1)
        yield
    finally:
        os.close(descriptor)


def _locked(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
