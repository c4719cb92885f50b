"""The demo's stage: who speaks when, which keys are pressed, and settings that can be read again."""

import tomllib
import wave
from itertools import pairwise
from pathlib import Path

import pytest

from appliance.adapters.bench.key_script import read_script
from appliance.commands.demo_stage import ACTS, KEYS_APART_MS, PAUSE_MS, RATE_HZ, SCENES, lines, senses, set_up
from appliance.config.reading import paths_from, read
from appliance.core.model.limits import Limits
from appliance.emulator.script.script import desk
from appliance.emulator.script.tts import Part, Speech
from appliance.protocol.languages import LANGUAGES

URL = "wss://127.0.0.1:9700/api-ws/v1/realtime"
A_SECOND = bytes(2 * RATE_HZ)


class Hum(Speech):
    """Says everything in one second."""

    def render(
        self, text: str, language: str, rate_hz: int, part: Part = Part.ANSWER, speed_wpm: int = 0
    ) -> bytes | None:
        assert (rate_hz, part) == (RATE_HZ, Part.SOURCE)
        return A_SECOND


def test_twelve_turns_and_more_in_as_many_directions_as_may_be_dialled() -> None:
    said = lines(desk())
    assert len(said) >= 12
    directions = {(act.language, act.scene) for act, _ in said}
    assert len(directions) == len(ACTS) <= Limits().dials_in_window
    shown = [act.scene.removesuffix("-guest") if act.language == "en" else "en" for act in ACTS]
    assert sum(LANGUAGES[code].script != "Latn" for code in shown) == 2
    assert all(turn.language == act.language for act, turn in said)


@pytest.mark.parametrize("name", ["demo", 'a "quoted" place', "back\\slash"])
def test_the_settings_can_be_read_whatever_the_folder_is_called(tmp_path: Path, name: str) -> None:
    folder = tmp_path / name
    (folder / "certificates").mkdir(parents=True)
    (folder / "certificates" / "ca.pem").touch()
    set_up(folder, desk(), Hum(), URL)
    loaded = read(folder / "demo.toml", {}, paths_from({}))
    assert loaded.problems == ()
    assert loaded.settings.service.url == URL
    assert Path(loaded.settings.run.journal) == folder / "journal.jsonl"
    assert tomllib.loads((folder / "demo.toml").read_text())["run"]["until"] == "microphone-ends"


def test_keys_are_pressed_between_the_words_of_two_directions(tmp_path: Path) -> None:
    length_ms = set_up(tmp_path, desk(), Hum(), URL)
    with wave.open(str(tmp_path / "said.wav")) as file:
        assert (file.getframerate(), file.getnchannels(), file.getsampwidth()) == (RATE_HZ, 1, 2)
        assert file.getnframes() * 1_000 // RATE_HZ == length_ms
    rows = read_script(tmp_path / "keys.toml")
    downs = [row for row in rows if row.down]
    assert [row.key for row in downs] == [key for act in ACTS for key in act.keys]
    assert len(rows) == 2 * len(downs), "each key is let go"
    apart = [after.at_ms - before.at_ms for before, after in pairwise(downs)]
    assert min(apart) == KEYS_APART_MS, "what a key changed is seen before the next one"
    assert all(0 < row.at_ms < length_ms - PAUSE_MS for row in rows)


@pytest.mark.parametrize("scene", SCENES)
def test_a_scene_is_one_sentence_and_a_picture_that_its_key_asks_for(tmp_path: Path, scene: str) -> None:
    folder = tmp_path / 'a "quoted" place'
    (folder / "certificates").mkdir(parents=True)
    (folder / "certificates" / "ca.pem").touch()
    for each in (*SCENES, scene):  # in a folder that was used before
        length_ms = set_up(folder, desk(), Hum(), URL, each)
    assert [turn.source for _, turn in lines(desk(), scene)] == ["The lady upstairs would like to have a mask."]
    loaded = read(folder / "demo.toml", {}, paths_from({}))
    assert loaded.problems == ()
    assert (loaded.settings.camera.driver, loaded.settings.camera.mode) == ("folder", "hold")
    seen = list(Path(loaded.settings.camera.device).iterdir())
    assert [path.read_bytes() for path in seen] == [senses(desk())[scene].picture]
    rows = read_script(folder / "keys.toml")
    assert [(row.key, row.down) for row in rows] == [("camera", True), ("camera", False)]
    assert rows[1].at_ms == length_ms - PAUSE_MS, "held until the sentence is over"
