"""``dragoman demo --scene``: one spoken sentence, two pictures, two sentences shown; and the CAMERA key on the way."""

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from appliance.commands.demo_stage import SCENES, senses
from appliance.emulator.script.script import desk
from tests.e2e.harness import ROOT, read_rows

LIMIT_S = 90
SAID = {name: sense.translations["es"] for name, sense in senses(desk()).items()}


@pytest.fixture(scope="module")
def shown(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[Path, str]]:
    """Both scenes, side by side: the folder and what was printed."""
    folder = tmp_path_factory.mktemp("scenes")

    def play(scene: str) -> tuple[Path, str]:
        words = [sys.executable, "-m", "appliance", "demo", "--scene", scene, "--out", str(folder / scene)]
        done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, timeout=LIMIT_S, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return folder / scene, done.stdout

    with ThreadPoolExecutor(2) as pool:
        return dict(zip(SCENES, pool.map(play, SCENES), strict=True))


def test_every_scene_with_a_picture_is_offered() -> None:
    assert list(SAID) == list(SCENES)
    assert SAID["mask-medical"] != SAID["mask-masquerade"]


@pytest.mark.parametrize("scene", SCENES)
def test_the_picture_decides_what_is_shown(shown: dict[str, tuple[Path, str]], scene: str) -> None:
    folder, printed = shown[scene]
    rows = read_rows(folder / "journal.jsonl")
    assert [row["text"] for row in rows if row["what"] == "subtitle" and row["final"]] == [SAID[scene]]
    assert f"By its colours the emulator took it for {scene}.jpg" in printed
    assert f"and so it said: {SAID[scene]}" in printed
    assert "It does not translate" in printed
    summary = json.loads((folder / "summary.json").read_text(encoding="utf-8"))
    assert len(summary["turns"]) == 1
    assert [(row["width"], row["height"]) for row in rows if row["what"] == "picture"] == [(640, 360)]
    assert (folder / "oled.gif").stat().st_size > 1_000


@pytest.mark.parametrize("scene", SCENES)
def test_no_card_and_no_camera_is_opened_for_it(shown: dict[str, tuple[Path, str]], scene: str) -> None:
    """It needs no slide: it listens to nobody."""
    opened = [row for row in read_rows(shown[scene][0] / "journal.jsonl") if row["what"] == "opened"]
    assert {(row["alsa"], row["picamera2"]) for row in opened} == {(0, 0)}
    assert (opened[-1]["file"], opened[-1]["folder"]) >= (1, 1), "what stands in their place"


def test_both_say_the_same_words_and_only_the_picture_differs(shown: dict[str, tuple[Path, str]]) -> None:
    said = [(folder / "said.wav").read_bytes() for folder, _ in shown.values()]
    assert said[0] == said[1]


@pytest.mark.parametrize("scene", SCENES)
def test_the_key_asked_for_it_and_it_went_out_behind_sound(shown: dict[str, tuple[Path, str]], scene: str) -> None:
    rows = read_rows(shown[scene][0] / "journal.jsonl")
    pressed = next(row["at"] for row in rows if row["what"] == "key" and row["key"] == "camera" and row["down"])
    assert pressed < next(row["at"] for row in rows if row["what"] == "picture")
    sent = [row["message"].get("type") for row in read_rows(shown[scene][0] / "emulator.jsonl") if row["way"] == "in"]
    place = sent.index("input_image_buffer.append")
    assert sent[place - 1] == "input_audio_buffer.append"
