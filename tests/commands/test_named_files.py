"""Nothing is written over what is read: by what names lead to, not by how they read."""

import os
from pathlib import Path

import pytest

from appliance.commands.named_files import named_files
from tests.config.test_checks import settings


def problems(config: Path | None = None, **changes: str) -> list[str]:
    own = {"microphone__driver": "file", "loudspeaker__driver": "file", "loudspeaker__device": "out.wav", **changes}
    return [str(problem) for problem in named_files(settings(**own), config)]


@pytest.fixture(autouse=True)
def recording(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    path = tmp_path / "speech.wav"
    path.write_bytes(b"RIFF")
    return path


def test_files_of_their_own_are_fine(tmp_path: Path) -> None:
    assert problems(microphone__device="speech.wav", run__journal="rows.jsonl") == []
    assert problems(tmp_path / "own.toml", microphone__device="gone.wav", run__journal="/dev/null") == []
    assert problems(microphone__device="/dev/null", loudspeaker__device="/dev/null") == [], "it only passes things on"


@pytest.mark.parametrize("spelt", ["speech.wav", "./speech.wav", "../{name}/speech.wav", "{folder}/speech.wav"])
def test_a_loudspeaker_that_is_the_recording(tmp_path: Path, spelt: str) -> None:
    found = problems(
        microphone__device="speech.wav", loudspeaker__device=spelt.format(name=tmp_path.name, folder=tmp_path)
    )
    assert found == [
        "loudspeaker.device: is the same file as microphone.device, which would be overwritten; name another one"
    ]


@pytest.mark.parametrize("link", [os.link, os.symlink])
def test_a_link_to_the_recording(recording: Path, tmp_path: Path, link: object) -> None:
    link(recording, tmp_path / "link.jsonl")  # type: ignore[operator]
    (found,) = problems(microphone__device="speech.wav", run__journal="link.jsonl")
    assert found.startswith("run.journal: is the same file as microphone.device")


def test_a_recording_that_is_not_there_yet() -> None:
    assert len(problems(microphone__device="later.wav", loudspeaker__device="./later.wav")) == 1


@pytest.mark.parametrize(
    ("name", "changes"),
    [
        ("keys.script", {"keys__driver": "script", "keys__script": "keys.toml"}),
        ("glossary.file", {"glossary__file": "words.csv"}),
        ("camera.device", {"camera__driver": "folder", "camera__device": "pictures"}),
        ("--config", {}),
    ],
)
def test_every_other_input_counts(tmp_path: Path, name: str, changes: dict[str, str]) -> None:
    (tmp_path / "keys.toml").write_text('[[key]]\nat_ms = 1\nkey = "talk"\ndown = true\n')
    (tmp_path / "words.csv").write_text("")
    (tmp_path / "pictures").mkdir()
    path = next(iter(changes.values())) if name == "glossary.file" else list(changes.values())[-1] if changes else ""
    config = tmp_path / "own.toml"
    config.write_text("")
    if name == "camera.device":
        found = problems(None, **changes, screen__driver="png", screen__directory="./pictures")
    else:
        found = problems(config, **changes, run__journal=path or "own.toml")
    assert any(f"is the same file as {name}" in each for each in found), found


def test_outputs_that_would_overwrite_each_other() -> None:
    (found,) = problems(microphone__device="speech.wav", loudspeaker__device="both", run__journal="./both")
    assert found.startswith("run.journal: is the same file as loudspeaker.device: each would overwrite the other")
