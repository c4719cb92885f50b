"""What may not stand together, and what names something that is not there."""

from pathlib import Path

import pytest

from appliance.config import checks, reading
from appliance.config.settings import Settings, Value, build, flatten

NEWER = "qwen3.5-livetranslate-flash-realtime"
LEGACY = "qwen3-livetranslate-flash-realtime"


def settings(**changes: Value) -> Settings:
    """The defaults with changes; ``service__url`` stands for ``service.url``."""
    values = flatten(reading.packaged())
    dotted = {name.replace("__", "."): value for name, value in changes.items()}
    assert dotted.keys() <= values.keys()
    return build(values | dotted)


def found(**changes: Value) -> list[tuple[str, str]]:
    """(the first name to blame, the sentence) of each problem."""
    return [(blame[0], sentence) for blame, sentence in checks.problems(settings(**changes))]


def test_the_defaults_are_clean() -> None:
    assert found() == []
    assert list(checks.notices(settings())) == []


@pytest.mark.parametrize(
    "url",
    [
        "wss://service.example/api-ws/v1/realtime",
        "wss://service.example:8443/x",
        "ws://127.0.0.1:9000/api-ws/v1/realtime",
        "ws://127.8.8.8/",
        "ws://[::1]:9000/x",
        "ws://localhost:1/x",
        "WSS://Service.Example/x",
    ],
)
def test_addresses_that_are_taken(url: str) -> None:
    assert found(service__url=url) == []


NO_HOST = "service.url names no host; it looks like wss://host/api-ws/v1/realtime"


@pytest.mark.parametrize(
    ("url", "sentence"),
    [
        ("", "service.url must begin with wss://"),
        ("https://service.example/x", "service.url must begin with wss://"),
        ("service.example/x", "service.url must begin with wss://"),
        ("ws://service.example/x", "service.url must begin with wss://; ws:// is for this machine (127.0.0.1) only"),
        ("ws://10.0.0.1/x", "service.url must begin with wss://; ws:// is for this machine (127.0.0.1) only"),
        (
            "ws://localhost.evil.example/",
            "service.url must begin with wss://; ws:// is for this machine (127.0.0.1) only",
        ),
        ("wss:///x", NO_HOST),
        ("wss://a b/x", NO_HOST),
        ("wss://a:0/x", NO_HOST),
        ("wss://a:99999/x", "service.url is not an address; it looks like wss://host/api-ws/v1/realtime"),
        ("wss://[::1/x", "service.url is not an address; it looks like wss://host/api-ws/v1/realtime"),
        ("wss://me:word@host/x", "service.url must not hold a user name or a password"),
        ("wss://host/x?model=y", "service.url ends before the question mark; the model comes from service.model"),
        ("wss://host/x#y", "service.url ends before the question mark; the model comes from service.model"),
    ],
)
def test_addresses_that_are_refused(url: str, sentence: str) -> None:
    assert found(service__url=url) == [("service.url", sentence)]


@pytest.mark.parametrize(
    ("changes", "blame", "words"),
    [
        (
            {"service__model": "qwen3.5-livetranslate"},
            "service.model",
            'did you mean "qwen3.5-livetranslate-flash-real',
        ),
        ({"service__model": "x"}, "service.model", "known are qwen3.5-livetranslate-flash-realtime, "),
        ({"languages__mine": "jp"}, "languages.mine", "did you mean 'ja'"),
        ({"languages__theirs": "german"}, "languages.theirs", "did you mean 'de'"),
        ({"languages__theirs": ""}, "languages.theirs", "is not known to the service"),
        ({"languages__favourites": ("es", "klingon")}, "languages.favourites", "'klingon' is not known"),
        ({"languages__favourites": ("es", "fr", "es")}, "languages.favourites", "names a language twice"),
        ({"service__model": LEGACY, "languages__theirs": "sw"}, "languages.theirs", "Swahili) is not one of the 18"),
        ({"service__model": LEGACY, "languages__favourites": ("uk",)}, "languages.favourites", "is not one of the 18"),
        ({"service__voice": "Tona"}, "service.voice", 'did you mean "Tina"'),
        ({"service__voice": "tina"}, "service.voice", "did you mean 'Tina'"),
        ({"service__voice": "Cherry"}, "service.voice", "is refused by qwen3.5"),
        ({"service__voice": "default"}, "service.voice", "needs clone = 'once' or 'always'"),
        ({"service__clone": "never"}, "service.clone", "needs the id of a prepared voice"),
        ({"service__clone": "once", "service__voice": "Tina"}, "service.clone", "needs voice = 'default'"),
        ({"service__clone": "once", "service__model": LEGACY}, "service.clone", "cannot copy voices"),
        ({"languages__mode": "captions", "service__transcription": False}, "service.transcription", "must be true"),
        ({"screen__show_source": True, "service__transcription": False}, "service.transcription", "must be true"),
        (
            {"service__clone": "never", "service__voice": "qwen-translate-vc-"},
            "service.clone",
            "id of a prepared voice",
        ),
        ({"service__voice": "default", "service__model": LEGACY}, "service.voice", "cannot copy voices"),
        ({"run__profile": "kiosk", "languages__mine": ""}, "languages.mine", "must be set in a kiosk"),
        ({"run__until": "microphone-ends"}, "run.until", 'needs microphone.driver = "file"'),
        ({"panel__enabled": True}, "panel.enabled", "there is no panel in a browser yet"),
        ({"microphone__device": ""}, "microphone.device", 'must be a PCM name such as "default"'),
        ({"loudspeaker__device": "card:"}, "loudspeaker.device", 'must be a PCM name such as "default"'),
        ({"screen__driver": "png"}, "screen.directory", "must name a folder"),
        ({"screen__guest_driver": "terminal"}, "screen.guest_driver", "room for one screen only"),
        ({"screen__driver": "ssd1322", "screen__guest_driver": "ssd1322"}, "screen.guest_driver", "choose another"),
        ({"screen__guest_driver": "ssd1306", "screen__address": 0x3D}, "screen.address", "second panel's address"),
        ({"microphone__driver": "file", "microphone__device": ""}, "microphone.device", "must name a file"),
        ({"keys__driver": "script"}, "keys.script", "must name a file"),
        ({"service__ca_file": "/none/ca.pem"}, "service.ca_file", 'there is no file "/none/ca.pem"'),
        ({"camera__driver": "folder"}, "camera.device", "must name a folder"),
        ({"loudspeaker__driver": "file"}, "loudspeaker.device", "must name the WAV file to write"),
        ({"run__journal": "/none/j.jsonl"}, "run.journal", 'there is no folder "/none"'),
        ({"run__journal": "/"}, "run.journal", '"/" is a folder, and a file is needed'),
        ({"run__journal": "x" * 300 + "/j"}, "run.journal", "there is no folder"),
    ],
)
def test_each_refusal_names_its_setting(changes: dict[str, Value], blame: str, words: str) -> None:
    ((name, sentence),) = found(**changes)
    assert name == blame
    assert words in sentence


@pytest.mark.parametrize(
    "changes",
    [
        {"languages__mine": ""},
        {"languages__favourites": ()},
        {"service__model": LEGACY, "service__voice": "Cherry"},
        {"service__clone": "once"},
        {"service__clone": "always", "service__voice": "default"},
        {"service__clone": "never", "service__voice": "qwen-translate-vc-anna-1"},
        {"languages__mode": "captions", "languages__theirs": "en"},
        {"run__profile": "kiosk"},
        {"screen__guest_driver": "ssd1306"},
        {"screen__driver": "none", "screen__guest_driver": "ssd1306", "screen__address": 0x3D},
    ],
)
def test_combinations_that_are_taken(changes: dict[str, Value]) -> None:
    assert found(**changes) == []


def test_files_and_folders_that_are_there_are_taken(tmp_path: Path) -> None:
    file = tmp_path / "f.wav"
    file.write_bytes(b"")
    changes: dict[str, Value] = {
        "microphone__driver": "file", "microphone__device": str(file), "run__until": "microphone-ends",
        "loudspeaker__driver": "file", "loudspeaker__device": str(tmp_path / "heard.wav"),
        "keys__driver": "script", "keys__script": str(file), "service__ca_file": str(file),
        "camera__driver": "folder", "camera__device": str(tmp_path), "run__journal": str(tmp_path / "j"),
        "screen__driver": "png", "screen__directory": str(tmp_path / "new"),
    }  # fmt: skip
    assert found(**changes) == []
    assert found(**changes | {"microphone__device": str(tmp_path)})[0][0] == "microphone.device"
    assert found(**changes | {"camera__device": str(file)})[0][0] == "camera.device"


@pytest.mark.parametrize(
    ("changes", "sentences"),
    [
        (
            {"languages__theirs": "el", "service__voice": "Tina"},
            [f"Greek is written, not spoken, by the model {NEWER}: the box asks for text only"],
        ),
        (
            {"service__model": LEGACY, "languages__theirs": "fr", "service__voice": "Kiki"},
            ['French is written, not spoken, by the voice "Kiki": the box asks for text only'],
        ),
        (
            {"run__profile": "kiosk", "languages__mine": "uk"},
            [f"Ukrainian is written, not spoken, by the model {NEWER}: the box asks for text only"],
        ),
        ({"languages__mine": "uk"}, []),
        ({"languages__theirs": "el", "languages__mode": "captions"}, []),
        ({"languages__theirs": "nonsense"}, []),
        ({"service__model": "nonsense"}, []),
    ],
)
def test_a_text_only_target_is_a_notice_and_no_problem(changes: dict[str, Value], sentences: list[str]) -> None:
    assert [sentence for _, sentence in checks.notices(settings(**changes))] == sentences


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"languages__theirs": "en"}, ["nothing is translated"]),
        ({"languages__theirs": "en", "languages__mode": "captions"}, []),
        ({"service__clone": "once", "loudspeaker__driver": "none"}, ["nothing is spoken here"]),
        ({"service__clone": "once", "languages__mode": "captions"}, ["nothing is spoken here"]),
        ({"service__clone": "once"}, []),
        ({"service__transcription": False}, []),
        ({"service__transcription": False, "languages__mine": ""}, ["the conversation cannot be turned round"]),
        ({"service__transcription": False, "run__profile": "kiosk"}, ["the guest's language is not found"]),
    ],
)
def test_what_can_have_no_effect_is_a_notice(changes: dict[str, Value], words: list[str]) -> None:
    assert found(**changes) == []
    sentences = [sentence for _, sentence in checks.notices(settings(**changes))]
    assert len(sentences) == len(words)
    assert all(word in sentence for word, sentence in zip(words, sentences, strict=True))


@pytest.mark.parametrize(
    ("host", "here"),
    [("localhost", True), ("LOCALHOST.", True), ("127.0.0.2", True), ("::1", True), ("0.0.0.0", False), ("x", False)],
)
def test_this_machine(host: str, here: bool) -> None:
    assert checks.is_loopback(host) is here
