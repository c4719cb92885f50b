"""``--here``: this computer in the place of a box, so that nobody has to write a file first.

Responsible for: which settings that means: a layer over the operator's file, and one below it.
Must not: look at the computer (``commands/here.py`` does).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from appliance.config.layer import Layer, parse
from appliance.config.reading import BootPaths, Loaded, Look, read

OPTION, FROM, TO, HEADPHONES = "--here", "--from", "--to", "--headphones"
DETECT = "auto"  # of --from: the service finds out what is spoken

_DEVICES = Path(__file__).with_name("here.toml")


@dataclass(frozen=True, slots=True)
class HereOptions:
    """What was asked for on the command line; None: as the file has it."""

    mine: str | None = None
    theirs: str | None = None
    headphones: bool = False


def read_here(
    config: Path | None, environment: Mapping[str, str], asked: HereOptions, look: Look = lambda _: ()
) -> Loaded:
    """The settings of ``--here``, around those of ``--config`` where it is given. No other file is read."""
    return read(config, environment, BootPaths(None, None, None), look, around(asked))


def around(asked: HereOptions) -> tuple[Layer, Layer]:
    """(below, above) the operator's file.

    Below: the microphone waits while the computer speaks, for its loudspeaker and its microphone are beside each other,
    and would translate their own translation. Above: the devices, and what was asked for.
    """
    below = Layer(OPTION, {"loudspeaker.mode": "loudspeaker"}, {"loudspeaker.mode": OPTION})
    above = parse(_DEVICES.read_bytes(), _DEVICES.name, key_allowed=False)
    assert not above.problems, above.problems
    above.places = dict.fromkeys(above.values, OPTION)
    if asked.headphones:
        _set(above, "loudspeaker.mode", "headset", HEADPHONES)
    if asked.mine is not None:
        _set(above, "languages.mine", "" if asked.mine == DETECT else asked.mine, FROM)
    if asked.theirs is not None:
        _set(above, "languages.theirs", asked.theirs, TO)
    return below, above


def _set(layer: Layer, name: str, value: str, option: str) -> None:
    layer.values[name] = value
    layer.places[name] = option
