"""``dragoman run --here``: a box out of this computer, with nothing written and nothing of its settings read.

Responsible for: the options, what this computer must have, the greeting, and keeping the log out of the picture.
Must not: know which settings those are (``config/here.py``), or run the box (``run.py``).
"""

import argparse
import logging
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from typing import Protocol

from appliance.adapters import factory
from appliance.clock import RealClock
from appliance.config import here
from appliance.config.reading import Loaded
from appliance.config.secret import ENVIRONMENT_NAME
from appliance.config.settings import Settings
from appliance.errors import DeviceError, DragomanError, Kind, Problem, SettingsError
from appliance.protocol.languages import LANGUAGES

OPENS_WITHIN_S = 5.0
MOST_LINES = 20
_SOUND_SERVER = "; on a desktop its sound server has it: install pipewire-alsa (PipeWire) or libasound2-plugins"

log = logging.getLogger(__name__)


class _Openable(Protocol):
    def open(self) -> None: ...
    def close(self) -> None: ...


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``--here``."""
    group = parser.add_argument_group(
        "this computer as a box",
        f"Needs a terminal and the key of the service in {ENVIRONMENT_NAME}. The boot file, /etc and what a box "
        "remembers are neither read nor written. With --config the file's other settings hold; devices, languages and "
        "headphones given here win.",
    )
    group.add_argument(
        here.OPTION,
        action="store_true",
        help="default microphone and loudspeaker, this terminal, its keyboard; no camera",
    )
    group.add_argument(
        here.FROM, dest="mine", metavar="CODE", help=f'what is spoken; "{here.DETECT}": the service finds out'
    )
    group.add_argument(here.TO, dest="theirs", metavar="CODE", help="what it is translated into")
    group.add_argument(
        here.HEADPHONES, action="store_true", help="listen while the translation plays (else the microphone waits)"
    )


def misuse(args: argparse.Namespace) -> str:
    """What is wrong with how the options stand together; empty where nothing is."""
    given = ((here.FROM, args.mine is not None), (here.TO, args.theirs is not None), (here.HEADPHONES, args.headphones))
    alone = [option for option, is_given in given if is_given and not args.here]
    return f"{alone[0]} needs {here.OPTION}" if alone else ""


def asked(args: argparse.Namespace) -> here.HereOptions | None:
    """What ``--here`` asks for; None without it."""
    return here.HereOptions(args.mine, args.theirs, args.headphones) if args.here else None


def environment_of(environment: Mapping[str, str]) -> dict[str, str]:
    """What of the environment the box may see: the key, and none of the folders that systemd gives a box."""
    return {name: value for name, value in environment.items() if name == ENVIRONMENT_NAME}


def require(loaded: Loaded) -> None:
    """Raise ``SettingsError`` with all that is missing, or ``DragomanError`` where there is no microphone.

    A loudspeaker that is missing is said in the log, and on the screen once the box runs: it can be read all the same.
    """
    problems = tuple(_missing(loaded))
    if problems:
        raise SettingsError(problems)
    clock = RealClock()
    said = refusal(lambda: factory.microphone(loaded.settings, clock, lambda: 0))
    if said:
        raise DragomanError(f"no microphone: {said}")
    said = refusal(lambda: factory.loudspeaker(loaded.settings, clock))
    if said:
        log.warning("no loudspeaker, so the translation can only be read: %s", said)


def _missing(loaded: Loaded) -> Iterator[Problem]:
    if not (sys.stdin.isatty() and sys.stdout.isatty()):
        yield Problem(here.OPTION, "needs a terminal for its picture and its keys; run it without a pipe")
    if loaded.key is None:
        yield Problem(
            ENVIRONMENT_NAME, f"holds no key that could be one; export {ENVIRONMENT_NAME}=... and run it again"
        )


def refusal(make: Callable[[], _Openable]) -> str:
    """Open a device and close it again; what speaks against it, or nothing. A sound server that hangs is given up."""
    said: list[str] = []

    def look() -> None:
        try:
            device = make()
            device.open()
            device.close()
        except DeviceError as error:
            said.append(error.detail + (_SOUND_SERVER if error.kind is Kind.BUSY else ""))

    thread = threading.Thread(target=look, name="look", daemon=True)
    thread.start()
    thread.join(OPENS_WITHIN_S)
    if thread.is_alive():
        return f"the sound server did not answer within {OPENS_WITHIN_S:.0f} s"
    return said[0] if said else ""


def greeting(settings: Settings) -> str:
    """What is translated into what, and how to begin and end."""
    own = settings.languages
    source = LANGUAGES[own.mine].name if own.mine else "Any language"
    return (
        f"{source} to {LANGUAGES[own.theirs].name}; {here.FROM} and {here.TO} choose others (`dragoman languages`).\n"
        "What is said goes to an online service. Press t and speak; press t again when you are done. Ctrl-C ends."
    )


class HeldLog(logging.Handler):
    """Keeps the last warnings until the picture is gone: a line in between would tear it. A crash is told at once."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self._lines: deque[str] = deque(maxlen=MOST_LINES)

    def emit(self, record: logging.LogRecord) -> None:
        """Keep a line."""
        if record.levelno >= logging.CRITICAL:
            self.tell()
            print(self.format(record), file=sys.stderr)
            return
        self._lines.append(self.format(record))

    def tell(self) -> None:
        """Print what was kept."""
        while self._lines:
            print(self._lines.popleft(), file=sys.stderr)
