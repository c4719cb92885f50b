"""Settings that cannot be used: every sentence at once, exit 78, and nothing is opened or dialled."""

from pathlib import Path
from typing import Any

import pytest

from tests.e2e.harness import SHORT, Box, Finished, sound

ELSEWHERE = "wss://nowhere.invalid/api-ws/v1/realtime"


def refused(folder: Path, **changes: Any) -> Finished:
    """The end of a run whose settings are refused."""
    pcm = None if "microphone__device" in changes else sound(SHORT[:1])
    with Box(folder, None, pcm, **({"service__url": ELSEWHERE} | dict(changes))) as box:
        done = box.wait(15)
    assert not (folder / "journal.jsonl").exists()
    assert not (folder / "heard.wav").exists()
    return done


@pytest.mark.parametrize(
    ("changes", "sentences"),
    [
        ({"service__model": "qwen3.5-livetranslate-flash-realtim"}, ("there is no model", "did you mean")),
        ({"languages__theirs": "xx"}, ("languages.theirs", "xx")),
        ({"service__voice": "Tinaa"}, ("service.voice", 'did you mean "Tina"')),
        ({"service__clone": "never"}, ("service.voice",)),
        ({"service__clone": "once", "service__voice": "Tina"}, ("service.voice",)),
        ({"microphone__pase": "fast"}, ("pase", 'did you mean "pace"')),
        ({"langauges__mine": "en"}, ("langauges", 'did you mean "languages"')),
        ({"microphone__device": "nowhere.wav"}, ("there is no file", "nowhere.wav")),
        ({"service__ca_file": "nowhere.pem"}, ("there is no file", "nowhere.pem")),
        ({"service__url": "ws://192.0.2.1/"}, ("service.url must begin with wss://",)),
        ({"service__key": "sk-secret"}, ("key",)),
    ],
    ids=lambda value: next(iter(value)) if isinstance(value, dict) else "",
)
def test_what_cannot_be_used_is_said(tmp_path: Path, changes: dict[str, object], sentences: tuple[str, ...]) -> None:
    done = refused(tmp_path, **changes)
    assert done.code == 78, done.errors
    for sentence in sentences:
        assert sentence in done.errors
    assert "Traceback" not in done.errors
    assert "sk-secret" not in done.errors


def test_three_at_once_are_all_told_with_their_lines(tmp_path: Path) -> None:
    done = refused(tmp_path, service__voice="Nobody", languages__mine="english", run__until="tomorrow")
    assert done.code == 78
    lines = [line for line in done.errors.splitlines() if line.startswith("bench.toml:")]
    assert len(lines) == 3, done.errors
    written = (tmp_path / "bench.toml").read_text().splitlines()
    blamed = {written[int(line.split(":")[1]) - 1].split(" ")[0] for line in lines}
    assert blamed == {"voice", "mine", "until"}


def test_an_authority_that_is_none_is_told(tmp_path: Path) -> None:
    (tmp_path / "ca.pem").write_text("not a certificate")
    done = refused(tmp_path, service__ca_file="ca.pem")
    assert done.code == 78, done.errors
    assert "ca.pem holds no certificate" in done.errors
