"""Every spelling of ``session.update`` that real clients send, and every value that is refused."""

from typing import Any

import pytest

from appliance.emulator.faults.settings import Habits
from appliance.emulator.session.interfaces import Refusal
from appliance.emulator.session.models import resolve_profile
from appliance.emulator.session.session_update import Complaint, Settings, merged, read_update, unknown_fields
from tests.emulator.doubles import LEGACY, MODEL, Client, lines_of, service

VARIANTS = lines_of("client_session_update_variants.jsonl")


def read(session: object, *habits: str, model: str = MODEL) -> Settings | Complaint:
    profile = resolve_profile(model)
    assert profile is not None
    return read_update(session, profile, Habits.parse(habits))


def accepted(session: object, *habits: str, model: str = MODEL) -> Settings:
    found = read(session, *habits, model=model)
    assert isinstance(found, Settings), found
    return found


def refused(session: object, *habits: str, model: str = MODEL) -> Complaint:
    found = read(session, *habits, model=model)
    assert isinstance(found, Complaint), found
    return found


@pytest.mark.parametrize("row", VARIANTS, ids=lambda row: str(row["name"]))
def test_every_spelling_of_real_clients(row: dict[str, Any]) -> None:
    if "3.8" in row["model"]:  # not offered yet
        path = f"/api-ws/v1/realtime?model={row['model']}"
        answer = service().connect(path, {"Authorization": "Bearer k"}, 0)
        assert isinstance(answer, Refusal)
        assert answer.status == 403
        return
    client = Client(service(), model=row["model"])
    client.send(row["event"])
    client.until(100)
    assert client.kinds[-1] == {"accept": "session.updated", "reject": "error"}[row["expect"]]
    assert not client.ends()


def test_the_defaults_of_both_models() -> None:
    new, old = accepted({}), accepted({}, model=LEGACY)
    assert (new.voice, old.voice) == ("Tina", "Cherry")
    assert (new.modalities, new.threshold, new.silence_ms, new.target) == (("text", "audio"), 0.2, 1_000, "en")
    assert (new.transcribed, new.source, new.turn_detection, new.voice_ok) == (False, "", True, True)


@pytest.mark.parametrize(
    ("asr", "habits", "transcribed"),
    [
        (None, [], False),
        ({}, [], False),
        ({}, ["asr_default:on"], True),
        ({"model": None}, ["asr_default:on"], False),
        ({"language": "de"}, ["asr_default:on"], True),
        ({"model": "qwen3-asr-flash-realtime"}, [], True),
    ],
)
def test_when_the_source_is_transcribed(asr: object, habits: list[str], transcribed: bool) -> None:
    assert accepted({"input_audio_transcription": asr}, *habits).transcribed is transcribed


def test_the_source_may_be_english_by_default_and_auto_means_detect() -> None:
    assert accepted({}, "source_default:en").source == "en"
    assert accepted({"input_audio_transcription": {"language": "auto"}}).source == ""


@pytest.mark.parametrize(
    ("session", "param"),
    [
        (7, "session"),
        (None, "session"),
        ({"modalities": "text"}, "session.modalities"),
        ({"modalities": ["text", "text"]}, "session.modalities"),
        ({"modalities": [[]]}, "session.modalities"),
        ({"voice": 3}, "session.voice"),
        ({"sample_rate": True}, "session.sample_rate"),
        ({"sample_rate": 16000.5}, "session.sample_rate"),
        ({"input_audio_format": "wav"}, "session.input_audio_format"),
        ({"output_audio_format": "mp3"}, "session.output_audio_format"),
        ({"input_audio_transcription": "on"}, "session.input_audio_transcription"),
        ({"input_audio_transcription": {"model": "other"}}, "session.input_audio_transcription.model"),
        ({"input_audio_transcription": {"language": "xx"}}, "session.input_audio_transcription.language"),
        ({"turn_detection": {"type": "speaker_detection"}}, "session.turn_detection.type"),
        ({"turn_detection": {"threshold": "high"}}, "session.turn_detection.threshold"),
        ({"turn_detection": {"silence_duration_ms": 6_001}}, "session.turn_detection.silence_duration_ms"),
        ({"turn_detection": []}, "session.turn_detection"),
        ({"translation": {"language": 5}}, "session.translation.language"),
        ({"translation": {"corpus": {"phrases": {"a": 1}}}}, "session.translation.corpus.phrases"),
        ({"translation": {"corpus": {"phrases": [["a"]]}}}, "session.translation.corpus.phrases"),
        ({"translation": {"same_language_skip_options": 1}}, "session.translation.same_language_skip_options"),
        ({"voice": "default"}, "session.voice"),
        ({"voice_clone_options": {"frequency": "once"}}, "session.voice_clone_options.frequency"),
        ({"enable_voice_clone": "yes"}, "session.enable_voice_clone"),
        (
            {"enable_voice_clone": True, "voice_clone_options": {"frequency": "often"}},
            "session.voice_clone_options.frequency",
        ),
    ],
)
def test_wrong_values_are_refused_and_named(session: object, param: str) -> None:
    complaint = refused(session)
    assert complaint.param == param
    assert complaint.body()["code"] == "invalid_value"


def test_the_legacy_model_knows_eighteen_languages_and_no_cloning() -> None:
    assert refused({"translation": {"language": "sv"}}, model=LEGACY).param == "session.translation.language"
    assert refused({"enable_voice_clone": True}, model=LEGACY).param == "session.enable_voice_clone"


def test_phrases_may_come_as_pairs() -> None:
    assert accepted({"translation": {"corpus": {"phrases": [["a", "b"]]}}}).phrases == {"a": "b"}


@pytest.mark.parametrize("how", ["text-only", "error", "silence", "speak"])
def test_audio_for_a_target_without_a_voice(how: str) -> None:
    found = read({"translation": {"language": "uk"}}, f"audio_for_text_target:{how}")
    if isinstance(found, Complaint):
        assert how == "error"
    else:
        assert (found.modalities, found.audible) == {
            "text-only": (("text",), False),
            "silence": (("text", "audio"), False),
            "speak": (("text", "audio"), True),
        }[how]


def test_when_a_voice_is_checked() -> None:
    assert not accepted({"voice": "Cherry"}).voice_ok
    assert accepted({"voice": "Cherry"}, "voice_check:off").voice_ok
    assert refused({"voice": "Cherry"}, "voice_check:update").param == "session.voice"


def test_strict_update_refuses_what_our_own_client_must_send() -> None:
    full = VARIANTS[0]["event"]["session"]
    assert accepted(full, "strict_update:full").target == "en"
    for name in full:
        rest = {key: value for key, value in full.items() if key != name}
        assert refused(rest, "strict_update:full").param == f"session.{name}"
    assert not accepted({**full, "input_audio_transcription": None}, "strict_update:full").transcribed


def test_merging_and_unknown_fields() -> None:
    old = {"voice": "Tina", "translation": {"language": "en", "corpus": {}}}
    assert merged(old, {"translation": {"language": "fr"}}) == {
        "voice": "Tina",
        "translation": {"language": "fr", "corpus": {}},
    }
    assert merged(old, 3) == 3
    assert unknown_fields({"voice": 1, "speed": 2}) == ["speed"]
    assert unknown_fields("text") == []
