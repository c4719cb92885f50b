"""The demo's stage: what is said into the microphone when, which keys are pressed, what the camera sees, the settings.

Responsible for: files in the demo's folder that anyone can look at and run again.
Must not: start anything.

Four directions, for the dial budget is four dials a minute; two of them are shown in scripts that are not Latin.
"""

import wave
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

from appliance.config.show import text
from appliance.emulator.script.script import Rehearsal, Sense, Turn
from appliance.emulator.script.tts import Part, Speech

RATE_HZ = 16_000
LEAD_MS = 1_200
PAUSE_MS = 2_600  # between two utterances: time to hear the translation
TURN_ROUND_MS = 4_200  # before another direction
KEYS_APART_MS = 900  # long enough to see the language; less than a choice must stand to be dialled
KEY_AFTER_MS = 2_600  # after the last word of a direction: its translation has been shown


@dataclass(frozen=True, slots=True)
class Act:
    """One direction of the conversation, and the keys that lead into it."""

    scene: str
    language: str  # of the speaker
    turns: int
    keys: tuple[str, ...] = ()


SCENES = ("mask-medical", "mask-masquerade")
"""One sentence that means another thing with each picture: what ``--scene`` takes."""
CAMERA_LEAD_MS = 700  # so long before the sentence the CAMERA key goes down; it is held until the sentence is over

ACTS = (
    Act("es-guest", "en", 4),
    Act("es-guest", "es", 3, keys=("guest",)),
    Act("ja-guest", "en", 3, keys=("language", "guest")),
    Act("ar-guest", "en", 3, keys=("language",)),
)

_CONFIG = """\
# Written by `dragoman demo`. Run it again by hand:
#   dragoman emulator --port {port} --cert-dir {folder}/certificates
#   DASHSCOPE_API_KEY=any dragoman run --config {folder}/demo.toml
[service]
url = "{url}"
ca_file = "{folder}/certificates/ca.pem"
[languages]
mine = "en"
theirs = "es"
favourites = ["es", "ja", "ar"]
[microphone]
driver = "file"
device = "{folder}/said.wav"
[loudspeaker]
driver = "file"
device = "{folder}/heard.wav"
[screen]
driver = "terminal"
[keys]
driver = "script"
script = "{folder}/keys.toml"
[camera]
{camera}
[run]
start = "at-once"
until = "microphone-ends"
journal = "{folder}/journal.jsonl"
"""


def lines(rehearsal: Rehearsal, scene: str = "") -> list[tuple[Act, Turn]]:
    """Who says what, in order: the whole conversation, or the sentence of one of ``SCENES``."""
    said: list[tuple[Act, Turn]] = []
    for act in (Act(scene, "en", 1),) if scene else ACTS:
        turns = [turn for turn in rehearsal.scene(act.scene) if turn.language == act.language]
        said += [(act, turn) for turn in turns[: act.turns]]
    return said


def senses(rehearsal: Rehearsal) -> dict[str, Sense]:
    """The senses that ``SCENES`` show, by name."""
    return {sense.scene: sense for turn in rehearsal.turns for sense in turn.senses if sense.scene in SCENES}


def set_up(folder: Path, rehearsal: Rehearsal, speech: Speech, url: str, scene: str = "") -> int:
    """Write microphone, camera, keys and settings; returns how long the conversation lasts, in ms."""
    sound = bytearray(2 * RATE_HZ * LEAD_MS // 1000)
    presses: list[tuple[int, str]] = []
    act_before: Act | None = None
    for act, turn in lines(rehearsal, scene):
        if act_before is not None and act is not act_before:
            at = _ms(sound) - PAUSE_MS + KEY_AFTER_MS
            presses += [(at + KEYS_APART_MS * place, key) for place, key in enumerate(act.keys)]
            sound += bytes(2 * RATE_HZ * (TURN_ROUND_MS - PAUSE_MS) // 1000)
        sound += speech.render(turn.said(), turn.language, RATE_HZ, Part.SOURCE) or b""
        sound += bytes(2 * RATE_HZ * PAUSE_MS // 1000)
        act_before = act
    with wave.open(str(folder / "said.wav"), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(bytes(sound))
    rows = [(at, key, down) for at, key in presses for at, down in ((at, "true"), (at + 80, "false"))]
    camera = 'driver = "none"'
    if scene:
        camera = _camera(folder / "seen", f"{scene}.jpg", senses(rehearsal)[scene].picture)
        rows = [(LEAD_MS - CAMERA_LEAD_MS, "camera", "true"), (_ms(sound) - PAUSE_MS, "camera", "false")]
    keys = "".join(f'[[key]]\nat_ms = {at}\nkey = "{key}"\ndown = {down}\n' for at, key, down in rows)
    (folder / "keys.toml").write_text(keys, encoding="utf-8")
    inside_quotes = text(str(folder))[1:-1]  # a folder's name may hold what TOML would take for an escape
    config = _CONFIG.format(url=url, folder=inside_quotes, port=urlsplit(url).port, camera=camera)
    (folder / "demo.toml").write_text(config, encoding="utf-8")
    return _ms(sound)


def _camera(folder: Path, name: str, picture: bytes) -> str:
    """What the camera sees, and its settings."""
    folder.mkdir(exist_ok=True)
    for old in folder.glob("*.jpg"):  # of another scene, in the same folder
        old.unlink()
    (folder / name).write_bytes(picture)
    return f'driver = "folder"\ndevice = {text(str(folder))}\nmode = "hold"'


def _ms(sound: bytearray) -> int:
    return len(sound) // 2 * 1000 // RATE_HZ
