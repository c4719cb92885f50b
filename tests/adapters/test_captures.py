"""``adapters/captures.py``: the count, and that no capture is opened beside it."""

import os
import re
from pathlib import Path

import appliance
from appliance.adapters import captures

SOURCES = Path(appliance.__file__).parent


def test_each_driver_counts_for_itself_and_children_count_too() -> None:
    before = captures.opened()
    captures.count("alsa")
    child = os.fork()
    if child == 0:
        captures.count("picamera2")
        os._exit(0)
    assert os.waitpid(child, 0)[1] == 0
    after = captures.opened()
    assert {name: after[name] - before[name] for name in after} == {"alsa": 1, "file": 0, "picamera2": 1, "folder": 0}
    assert captures.in_words().startswith("opened of what listens or looks: alsa ")


def test_streams_of_cards_are_opened_in_one_place_and_cameras_in_another() -> None:
    """Whoever adds an opening adds it here, or counts it."""
    found = {
        str(path.relative_to(SOURCES)): len(hits)
        for path in SOURCES.rglob("*.py")
        if (hits := re.findall(r"\.PCM\(|\bPicamera2\(|self\._make\(camera_num|libcamera\.", path.read_text()))
    }
    knock = "adapters/alsa/knock.py"  # stands in the library's place: the call above ends there
    assert found == {"adapters/alsa/pcm.py": 1, knock: 1, "adapters/picamera.py": 1}
