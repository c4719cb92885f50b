"""Pictures and sound together: the service sees what it may see, and the sound is none the worse.

That no picture came before sound of its buffer, too fast or too large is asserted by the harness, of every run
(``pictures.complaints``).
"""

import os
import shutil
from pathlib import Path
from typing import Any

from PIL import Image

from appliance.protocol.prices import picture_tokens
from appliance.protocol.voices import MODELS
from tests.e2e import pictures
from tests.e2e.harness import ROOT, SHORT, Box, Emulator, Row, all_of, sound, translation
from tests.e2e.test_keys import script

SCENES = ROOT / "appliance" / "emulator" / "rehearsals"
HANGS_S = 5  # the worker's limit for a capture


def scenes(folder: Path) -> Path:
    """Two scenes that differ, and before them one that is 4K and nothing but noise."""
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("mask-medical.jpg", "mask-masquerade.jpg"):
        shutil.copy(SCENES / name, folder / name)
    Image.effect_noise((3_840, 2_160), 90).convert("RGB").save(folder / "0-large.jpg", "JPEG", quality=90)
    return folder


def seeing(folder: Path, mode: str = "auto") -> dict[str, Any]:
    return {"camera__driver": "folder", "camera__device": folder, "camera__mode": mode}


def told(box: Box) -> list[Row]:
    return pictures.told(box.rows())


def test_pictures_go_out_behind_sound_and_change_nothing_else(tmp_path: Path) -> None:
    seen = scenes(tmp_path / "scenes")
    with (
        Emulator(tmp_path / "emulator") as emulator,
        Box(tmp_path / "box", emulator, sound(SHORT), **seeing(seen)) as box,
    ):
        assert box.wait().code == 0, box.told()
    assert box.finals() == [translation(turn) for turn in SHORT]
    assert box.faults() == []
    sent = emulator.messages("in", pictures.APPEND)
    assert len(sent) >= 2
    assert [row["bytes"] for row in told(box)] == [message["image"] for message in sent]
    assert all(message["image"] < 100_000 for message in sent)
    assert all(row["width"] <= 640 for row in told(box))


def test_pictures_cost_what_is_published_on_both_models(tmp_path: Path) -> None:
    """The service that counts pictures counts what the arithmetic says of those that went out."""
    seen = scenes(tmp_path / "scenes")
    with Emulator(tmp_path / "emulator", ["usage_images:on"], SHORT[:2]) as emulator:
        boxes = {
            name: Box(tmp_path / name, emulator, sound(SHORT[:2]), service__model=name, **seeing(seen))
            for name in MODELS
        }
        with all_of(boxes):
            for box in boxes.values():
                assert box.wait().code == 0, box.told()
    counted: dict[int, int] = {}
    for row in emulator.rows("out"):
        response = row["message"].get("response") or {} if isinstance(row.get("message"), dict) else {}
        details = (response.get("usage") or {}).get("input_tokens_details") or {}
        counted[row["connection"]] = details.get("image_tokens", counted.get(row["connection"], 0))
    told_of = {name: told(box) for name, box in boxes.items()}
    assert all(told_of.values())
    expected = [
        sum(picture_tokens(MODELS[name], row["width"], row["height"]) for row in rows) for name, rows in told_of.items()
    ]
    assert sorted(counted.values()) == sorted(expected)


def test_a_camera_that_is_gone_comes_back_and_one_that_hangs_holds_up_nothing(tmp_path: Path) -> None:
    """Side by side: one camera is not there at first, the other never comes back from its first picture."""
    gone, hangs = tmp_path / "gone", tmp_path / "hangs"
    for folder in (gone, hangs):
        folder.mkdir()
    os.mkfifo(hangs / "a.jpg")  # nobody ever writes into it
    said = [*SHORT, SHORT[0]]
    with Emulator(tmp_path / "emulator") as emulator:
        boxes = {
            each.name: Box(tmp_path / f"box-{each.name}", emulator, sound(said), **seeing(each))
            for each in (gone, hangs)
        }
        with all_of(boxes):
            boxes["gone"].wait_for("fault", lambda row: row["code"] == "C1" and row["on"])
            scenes(gone)
            ended = {name: box.wait() for name, box in boxes.items()}
    for name, box in boxes.items():
        assert ended[name].code == 0, box.told()
        assert box.finals() == [translation(turn) for turn in said]
        assert box.faults() == ["C1"]
    assert [row["on"] for row in boxes["gone"].rows("fault")] == [True, False], "back when it is back"
    assert told(boxes["gone"])
    assert [row["on"] for row in boxes["hangs"].rows("fault")] == [True]
    assert told(boxes["hangs"]) == []
    assert ended["hangs"].took_s < ended["gone"].took_s + HANGS_S, "the end waits for no camera"


def test_in_private_none_goes_out_and_the_key_takes_none(tmp_path: Path) -> None:
    seen, box_folder = scenes(tmp_path / "scenes"), tmp_path / "box"
    box_folder.mkdir()
    rows = [(2_000, "privacy", False), (2_400, "camera", True), (2_600, "camera", False), (4_000, "privacy", True)]
    changes = seeing(seen) | {
        "keys__driver": "script", "keys__script": script(box_folder / "keys.toml", *rows), "run__start": "at-once",
    }  # fmt: skip
    with Emulator(tmp_path / "emulator") as emulator, Box(box_folder, emulator, sound(SHORT), **changes) as box:
        box.wait()
    private_at, live_at = (
        next(r["at"] for r in box.rows("key") if r["key"] == "privacy" and r["down"] is d) for d in (False, True)
    )
    sent = told(box)
    assert [row for row in sent if private_at < row["at"] < live_at] == []
    assert any(row["at"] < private_at for row in sent)
    after = [row for row in sent if row["at"] > live_at]
    assert after
    assert all(max(row["width"], row["height"]) <= 640 for row in after), (
        "nor is one kept that the key asked for in vain"
    )


def test_a_folder_of_garbage_is_a_lost_camera_and_nothing_more(tmp_path: Path) -> None:
    seen = tmp_path / "scenes"
    seen.mkdir()
    (seen / "a.jpg").write_bytes(b"\xff\xd8\xff\xe0 no picture")
    with (
        Emulator(tmp_path / "emulator") as emulator,
        Box(tmp_path / "box", emulator, sound(SHORT[:1]), **seeing(seen)) as box,
    ):
        assert box.wait().code == 0, box.told()
    assert box.finals() == [translation(SHORT[0])]
    assert box.faults() == ["C1"]
    assert emulator.messages("in", pictures.APPEND) == []


def test_without_the_word_for_it_no_camera_is_opened(tmp_path: Path) -> None:
    seen = scenes(tmp_path / "scenes")
    with Emulator(tmp_path / "emulator") as emulator:
        boxes = {
            mode: Box(tmp_path / mode, emulator, sound(SHORT[:1]), **seeing(seen, mode)) for mode in ("off", "hold")
        }
        with all_of(boxes):
            for box in boxes.values():
                assert box.wait().code == 0, box.told()
    assert emulator.messages("in", pictures.APPEND) == []
