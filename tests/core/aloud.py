"""What tests of the voice, its tones and its words share.

Responsible for: boxes that may speak, and picking effects apart. Must not: assert.
"""

from appliance.core.devices.playback import CUE_LINE
from appliance.core.model.direction import Direction
from appliance.core.model.effects import Cue, CueName, Effect, SelectInput
from appliance.core.model.events import Key, PlaybackEnded, PlaybackStarted, TextArrived
from appliance.core.model.modes import Valve
from appliance.core.model.state import Setup
from tests.core.box import Box

ROOM = Setup(half_duplex=True, cues=True)
EAR = Setup(cues=True)
DESK = Setup(half_duplex=True, cues=True, kiosk=True)
EN_ES, ES_EN = Direction("en", "es"), Direction("es", "en")
MINUTE_MS = 60_000


def on_air(setup: Setup = ROOM) -> Box:
    """Tapped, and line 1 takes speech; the words of its first cue are said."""
    box = Box(setup).boot()
    box.press(Key.TALK)
    box.pass_time(100)
    box.connect(1)
    box.pass_time(1_000)
    sounded(box)
    box.pass_time(1_000)
    return box


def sounded(box: Box, line: int = CUE_LINE, turn: int = 1) -> tuple[Effect, ...]:
    """Something is said to its end."""
    box.send(PlaybackStarted(line, turn, box.now))
    box.pass_time(600)
    return box.send(PlaybackEnded(line, turn, 600, 0))


def text(box: Box, words: str, turn: int = 1, *, final: bool = True, late: bool = False) -> tuple[Effect, ...]:
    return box.send(TextArrived(1, turn, words, "", final=final, at=box.now, late=late))


def valves(effects: tuple[Effect, ...]) -> list[Valve]:
    return [effect.valve for effect in effects if isinstance(effect, SelectInput)]


def cues(effects: tuple[Effect, ...]) -> list[CueName]:
    return [effect.name for effect in effects if isinstance(effect, Cue)]


def of(effects: tuple[Effect, ...], *kinds: type[Effect]) -> list[Effect]:
    return [effect for effect in effects if isinstance(effect, kinds)]
