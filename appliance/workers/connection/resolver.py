"""Name look-ups that cannot hold anybody up, and the last address that worked.

Responsible for: one look-up at a time on a thread of its own, and remembering good addresses across lines.
Must not: connect to anything, or wait.

``getaddrinfo`` may hang for ever on a broken network and cannot be cancelled: then its thread stays, no second one is
started, and the kept address carries the box on (TLS still checks the name).
"""

import ipaddress
import socket
import threading
from collections.abc import Callable
from dataclasses import dataclass

from appliance.workers.connection.disconnect import Lost, classify


@dataclass(frozen=True, slots=True)
class Address:
    """Where to connect: what ``socket.connect`` wants."""

    family: int
    sockaddr: tuple[str | int | bytes, ...]


LookUp = Callable[[str, int], tuple[Address, ...]]


def look_up(host: str, port: int) -> tuple[Address, ...]:
    """All TCP addresses of ``host`` in the system's order of preference. Blocks. Raises ``OSError``."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, proto=socket.IPPROTO_TCP)
    return tuple(dict.fromkeys(Address(family, tuple(sockaddr)) for family, _, _, _, sockaddr in found))


def literal(host: str, port: int) -> Address | None:
    """The address that ``host`` is, None where it is a name."""
    try:
        version = ipaddress.ip_address(host).version
    except ValueError:
        return None
    return Address(socket.AF_INET6, (host, port, 0, 0)) if version == 6 else Address(socket.AF_INET, (host, port))


def alternated(addresses: tuple[Address, ...]) -> tuple[Address, ...]:
    """The same addresses, the families by turns, beginning with the family of the first (RFC 8305, section 4)."""
    if not addresses:
        return ()
    first = [a for a in addresses if a.family == addresses[0].family]
    other = [a for a in addresses if a.family != addresses[0].family]
    longest = max(len(first), len(other))
    return tuple(row[i] for i in range(longest) for row in (first, other) if i < len(row))


class Resolver:
    """Shared by all lines of the process; every method may be called from any thread and returns at once."""

    def __init__(self, how: LookUp = look_up) -> None:
        self._how = how
        self._lock = threading.Lock()
        self._asked = 0  # number of the latest look-up begun
        self._answered = 0  # number of the latest look-up ended
        self._answer: tuple[Address, ...] | Lost = ()
        self._kept: dict[tuple[str, int], Address] = {}

    def ask(self, host: str, port: int) -> int:
        """Begin a look-up unless one is pending; returns the number to fetch its answer by."""
        with self._lock:
            if self._asked != self._answered:
                return self._asked
            self._asked += 1
            number = self._asked
        threading.Thread(target=self._run, args=(host, port), name="look-up", daemon=True).start()
        return number

    def _run(self, host: str, port: int) -> None:
        answer: tuple[Address, ...] | Lost
        try:
            answer = alternated(self._how(host, port))
        except (OSError, UnicodeError) as error:
            # A label that IDNA refuses is a UnicodeError; to a person both are a name that does not resolve.
            answer = classify(error if isinstance(error, OSError) else socket.gaierror(0, "not a host name"))
        with self._lock:
            self._answer = answer
            self._answered = self._asked

    def answer(self, number: int) -> tuple[Address, ...] | Lost | None:
        """What look-up ``number`` (or a later one) found; None while it is pending."""
        with self._lock:
            return self._answer if self._answered >= number else None

    def keep(self, host: str, port: int, address: Address) -> None:
        """``address`` got through TLS as ``host``: remember it."""
        with self._lock:
            self._kept[host, port] = address

    def kept(self, host: str, port: int) -> Address | None:
        """The last address that got through."""
        with self._lock:
            return self._kept.get((host, port))
