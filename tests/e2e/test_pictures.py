"""Pictures and sound together: the service sees what it may see, and the sound is none the worse."""

import shutil
from pathlib import Path
from typing import Any

from PIL import Image

from tests.e2e import pictures
from tests.e2e.harness import ROOT, SHORT, Box, Emulator, sound, translation, write_wav

SCENES = ROOT / "appliance" / "emulator" / "rehearsals"


def scenes(folder: Path) -> Path:
    """Two scenes that differ, and before them one that is 4K and nothing but noise."""
    folder.mkdir(parents=True)
    for name in ("mask-medical.jpg", "mask-masquerade.jpg"):
        shutil.copy(SCENES / name, folder / name)
    Image.effect_noise((3_840, 2_160), 90).convert("RGB").save(folder / "0-large.jpg", "JPEG", quality=90)
    return folder


def test_pictures_go_out_behind_sound_and_change_nothing_else(tmp_path: Path) -> None:
    seen = scenes(tmp_path / "scenes")
    changes: dict[str, Any] = {"camera__driver": "folder", "camera__device": seen, "camera__mode": "auto"}
    with Emulator(tmp_path / "emulator") as emulator, Box(tmp_path / "box", emulator, **changes) as box:
        write_wav(box.folder / "in.wav", sound(SHORT))
        assert box.wait().code == 0, box.told()
    assert box.finals() == [translation(turn) for turn in SHORT]
    assert box.faults() == []
    sent = emulator.messages("in", pictures.APPEND)
    assert len(sent) >= 2
    assert pictures.complaints(emulator) == []
    assert [row["bytes"] for row in pictures.told(box)] == [message["image"] for message in sent]
    assert all(message["image"] < 100_000 for message in sent)
    assert all(row["width"] <= 640 for row in pictures.told(box))


def test_a_folder_of_garbage_is_a_lost_camera_and_nothing_more(tmp_path: Path) -> None:
    seen = tmp_path / "scenes"
    seen.mkdir()
    (seen / "a.jpg").write_bytes(b"\xff\xd8\xff\xe0 no picture")
    changes: dict[str, Any] = {"camera__driver": "folder", "camera__device": seen, "camera__mode": "auto"}
    with Emulator(tmp_path / "emulator") as emulator, Box(tmp_path / "box", emulator, **changes) as box:
        write_wav(box.folder / "in.wav", sound(SHORT[:1]))
        assert box.wait().code == 0, box.told()
    assert box.finals() == [translation(SHORT[0])]
    assert box.faults() == ["C1"]
    assert emulator.messages("in", pictures.APPEND) == []


def test_without_the_word_for_it_no_camera_is_opened(tmp_path: Path) -> None:
    seen = scenes(tmp_path / "scenes")
    changes: dict[str, Any] = {"camera__driver": "folder", "camera__device": seen, "camera__mode": "off"}
    with Emulator(tmp_path / "emulator") as emulator, Box(tmp_path / "box", emulator, **changes) as box:
        write_wav(box.folder / "in.wav", sound(SHORT[:1]))
        assert box.wait().code == 0, box.told()
    assert emulator.messages("in", pictures.APPEND) == []
