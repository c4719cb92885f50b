"""Where a line goes: the service's address, taken apart once.

Responsible for: ``service.url`` and ``service.model`` → host, port, path, TLS or not, headers that are no secret.
Must not: know the key, open a socket, or look up a name.
"""

import ipaddress
from dataclasses import dataclass
from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from appliance import __version__
from appliance.errors import Problem, SettingsError

_PORTS = {"ws": 80, "wss": 443}


def is_loopback(host: str) -> bool:
    """Whether ``host`` can only be this machine."""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A service to dial. ``url`` has the model in its query; ``headers`` go with the upgrade besides the key."""

    url: str
    host: str
    port: int
    path_and_query: str
    tls: bool
    ca_file: str = ""
    headers: tuple[tuple[str, str], ...] = (("User-Agent", f"dragoman/{__version__}"),)

    @classmethod
    def parse(cls, url: str, model: str, ca_file: str = "") -> "Endpoint":
        """Take ``service.url`` apart and add ``model`` to its query.

        Raises ``SettingsError`` with one problem at ``service.url`` if it cannot be dialled.
        """
        if not url.isascii() or any(c.isspace() or not c.isprintable() for c in url):
            raise _unusable("holds a blank or a character that no address has")
        parts = urlsplit(url)
        try:
            port = parts.port
        except ValueError:
            raise _unusable("has a port that is no number from 1 to 65535") from None
        if parts.scheme not in _PORTS:
            raise _unusable("must begin with wss:// (or ws:// for this machine alone)")
        if not parts.hostname:
            raise _unusable("has no host")
        if parts.username is not None or parts.password is not None:
            raise _unusable("must not hold a user or a password; the key has its own place")
        if parts.fragment or port == 0:
            raise _unusable("must not end in #… nor use port 0")
        if parts.scheme == "ws" and not is_loopback(parts.hostname):
            raise _unusable("may use ws:// for this machine alone; write wss:// so that nobody listens in")
        query = [(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if k != "model"]
        path = parts.path or "/"
        full = urlencode([*query, ("model", model)], quote_via=quote)
        return cls(
            url=urlunsplit((parts.scheme, parts.netloc, path, full, "")),
            host=parts.hostname,
            port=port or _PORTS[parts.scheme],
            path_and_query=f"{path}?{full}",
            tls=parts.scheme == "wss",
            ca_file=ca_file,
        )


def _unusable(why: str) -> SettingsError:
    return SettingsError((Problem("service.url", f"the address {why}"),))
