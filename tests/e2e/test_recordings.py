"""Recordings that cannot be used: a sentence, a fault, and an end."""

import struct
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests.e2e.harness import SHORT, Box, Emulator, all_of, sound, wait_for, write_wav


def spoilt(folder: Path, name: str) -> None:
    """Put a recording there that nobody can play."""
    path = write_wav(folder / "in.wav", sound(SHORT[:1]))
    whole = path.read_bytes()
    path.write_bytes(
        {
            "empty": b"",
            "no sound": whole[:40] + struct.pack("<I", 0),
            "compressed": whole[:20] + struct.pack("<H", 0x0011) + whole[22:],
            "no WAV": b"ID3\x04" + bytes(5_000),
            "head alone": whole[:30],
        }[name]
    )


ENDS_WITHIN_S = 6  # from the first look on; all of them run side by side
SENTENCES = {
    "empty": "in.wav is empty",
    "no sound": "in.wav holds no sound",
    "compressed": "in.wav is compressed (IMA ADPCM); unpack it with: sox",
    "no WAV": "in.wav is not a WAV file",
    "head alone": "in.wav is a WAV file without sound",
}


@pytest.fixture(scope="module")
def boxes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Box]]:
    folder = tmp_path_factory.mktemp("boxes")
    with Emulator(folder / "emulator", turns=SHORT[:1]) as emulator:
        made = {name: Box(folder / name.replace(" ", "-"), emulator) for name in SENTENCES}
        for name, box in made.items():
            spoilt(box.folder, name)
        with all_of(made):
            yield made


@pytest.mark.parametrize("name", SENTENCES)
def test_it_is_told_once_with_what_to_do(boxes: Mapping[str, Box], name: str) -> None:
    box = boxes[name]
    fault = box.wait_for("fault", limit_s=10)
    assert fault["code"] == "M1"
    assert SENTENCES[name] in fault["detail"]
    wait_for(lambda: "M1: no microphone" in box.errors or None, 5, box.told)
    assert box.errors.count(f"microphone broken: {SENTENCES[name]}") == 1
    assert "Traceback" not in box.errors


@pytest.mark.parametrize("name", SENTENCES)
def test_the_run_ends(boxes: Mapping[str, Box], name: str) -> None:
    """A fatal fault ends a run that has an end (appliance/config/README.md#runs-that-have-an-end)."""
    assert boxes[name].wait(ENDS_WITHIN_S if name == "empty" else 1).code == 69
