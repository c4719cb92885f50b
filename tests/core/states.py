"""A box in each mode, brought there by events alone.

Responsible for: one way into every mode, the shortest that a person and the world could take.
Must not: make a state by hand: what no event can reach needs no test.
"""

from collections.abc import Callable

from appliance.core.model.events import Key, LineFinished, LineLost, LineOpened, Loss, MicrophoneClosed, StopRequested
from appliance.core.model.modes import Mode
from appliance.core.model.state import Setup
from tests.core.box import Box

SETUP = Setup(favourites=("es", "fr"), camera="hold")


def starting() -> Box:
    """Nothing has happened yet."""
    return Box(SETUP)


def standby() -> Box:
    """Booted, live, and nobody has asked for anything."""
    return starting().boot()


def private() -> Box:
    """The slide was open at the start."""
    return starting().boot(private=True)


def dialing() -> Box:
    """TALK was tapped: line 1 is reaching the service."""
    box = standby()
    box.press(Key.TALK)
    return box


def configuring() -> Box:
    """Line 1 is upgraded."""
    box = dialing()
    box.send(LineOpened(1))
    return box


def on_air() -> Box:
    """Line 1 takes speech."""
    box = dialing()
    box.connect(1)
    return box


def finishing() -> Box:
    """TALK was tapped again: line 1 delivers its last words."""
    box = on_air()
    box.press(Key.TALK)
    box.send(MicrophoneClosed())
    return box


def waiting() -> Box:
    """Three losses at once: the bucket of redials is empty."""
    box = on_air()
    for number in (1, 2, 3):
        box.send(LineLost(number, Loss.RESET))
    return box


def fault() -> Box:
    """The service refused the key."""
    box = dialing()
    box.send(LineLost(1, Loss.HTTP, 401))
    return box


def stopping() -> Box:
    """A stop was asked for in mid-sentence; line 1 finishes."""
    box = on_air()
    box.owe(2_000)
    box.send(StopRequested("SIGTERM"))
    box.send(MicrophoneClosed())
    return box


def draining() -> Box:
    """Stopped, and the last line has said all; the loudspeaker plays out."""
    box = stopping()
    box.owe(0)
    box.send(LineFinished(1))
    return box


REACHED: dict[Mode, Callable[[], Box]] = {
    Mode.STARTING: starting,
    Mode.STANDBY: standby,
    Mode.DIALING: dialing,
    Mode.CONFIGURING: configuring,
    Mode.ON_AIR: on_air,
    Mode.FINISHING: finishing,
    Mode.WAITING: waiting,
    Mode.FAULT: fault,
    Mode.STOPPING: stopping,
}
