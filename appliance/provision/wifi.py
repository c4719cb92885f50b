"""Networks: the box's own profile from the boot file or a request, and profiles that somebody put beside the boot file.

Responsible for: storing each where root alone reads it, then taking its secret off the card that everybody can read.
Must not: blank anything before it is stored and was read back.
"""

import os
from collections.abc import Mapping
from pathlib import Path

from appliance.config.boot_edit import blanked
from appliance.config.boot_sections import SECRET
from appliance.config.durable import OWNER_ONLY, sync_folder
from appliance.config.layer import FILE_MAX_BYTES, read_bytes
from appliance.config.settings import Value
from appliance.provision.keyfile import (
    KeyfileError,
    Network,
    connection_type,
    rendered,
    stored_network,
    without_secrets,
)
from appliance.provision.outcome import Outcome, ProvisionError, make_folder, put
from appliance.provision.places import Places

TAKEN = ".taken"
_MOST_KEYFILES = 20
_PRIVATE_FOLDER = 0o700


def network_of(boot: Mapping[str, Value]) -> Network:
    """The network that checked values name."""
    password = str(boot.get(SECRET, ""))
    hidden, security = bool(boot.get("wifi.hidden", False)), str(boot.get("wifi.security", "wpa"))
    return Network(str(boot["wifi.ssid"]), password, hidden, security)


def store_network(places: Places, network: Network, outcome: Outcome) -> bool:
    """Write the profile; whether it is another one now. A password that was stored before is kept."""
    known = stored_network(places.profile.read_bytes()) if places.profile.is_file() else None
    if network.security != "open" and not network.password:
        if known is None or known.ssid != network.ssid or not known.password:
            raise ProvisionError("wifi.password is empty, and none is stored for this network: write it once more")
        network = Network(network.ssid, known.password, network.hidden, network.security)
    make_folder(places.connections, _PRIVATE_FOLDER)
    if not put(places.profile, rendered(network), OWNER_ONLY):
        return False
    if stored_network(places.profile.read_bytes()) != network:
        raise ProvisionError("the profile was not stored as it should be; nothing was blanked")
    outcome.done.append("the Wi-Fi network is stored for NetworkManager")
    return True


def is_rest_of(written: str, stored: str) -> bool:
    """Whether this is the stored password with some of its letters blanked: the power went meanwhile."""
    return 0 < len(written) == len(stored) and written != stored and _only_blanked(written, stored)


def _only_blanked(written: str, stored: str) -> bool:
    return all(mine in (" ", theirs) for mine, theirs in zip(written, stored, strict=True))


def blank_password(places: Places, outcome: Outcome) -> None:
    """In place, as the key: the file keeps its length and its place on the card. The flash is not erased by it."""
    data = places.boot_file.read_bytes()
    bare = blanked(data, "wifi", "password")
    with places.boot_file.open("r+b", buffering=0) as file:
        first = next(at for at in range(len(data)) if data[at] != bare[at])
        last = max(at for at in range(len(data)) if data[at] != bare[at])
        file.seek(first)
        file.write(bare[first : last + 1])
        os.fsync(file.fileno())
    outcome.done.append(f"the Wi-Fi password of {places.boot_file} is blanked there")


def take_keyfiles(places: Places, outcome: Outcome) -> list[str]:
    """Install each ``*.nmconnection`` beside the boot file as it is; answers the kinds of those there are."""
    folder = places.boot_file.parent
    kinds: list[str] = []
    for path in sorted(folder.glob("*.nmconnection"))[:_MOST_KEYFILES]:
        with outcome.step(path.name):
            kinds.append(_take_keyfile(places, path, outcome))
    for path in sorted(folder.glob(f"*.nmconnection{TAKEN}"))[:_MOST_KEYFILES]:
        with outcome.step(path.name):
            _blank_secrets(path)
    return kinds


def _take_keyfile(places: Places, path: Path, outcome: Outcome) -> str:
    data = read_bytes(path, FILE_MAX_BYTES)
    if not isinstance(data, bytes):
        raise ProvisionError(data or "it is gone")
    data = data.removeprefix(b"\xef\xbb\xbf")
    try:
        kind = connection_type(data)
    except KeyfileError as error:
        raise ProvisionError(str(error)) from None
    if path.name.startswith(".") or path.name == places.profile.name:
        raise ProvisionError("give it another name: this one is the box's own")
    make_folder(places.connections, _PRIVATE_FOLDER)
    if put(places.connections / path.name, data, OWNER_ONLY):
        outcome.done.append(f"{path.name} is installed for NetworkManager")
    # Under another name first: should the power go while its secrets are blanked, the rest is not installed again.
    taken = path.with_name(path.name + TAKEN)
    path.replace(taken)
    sync_folder(path.parent)
    return kind


def _blank_secrets(path: Path) -> None:
    data = path.read_bytes()
    bare = without_secrets(data)
    if bare == data:
        return
    with path.open("r+b", buffering=0) as file:
        file.write(bare)
        os.fsync(file.fileno())
