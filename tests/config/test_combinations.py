"""Whatever the config reader takes, the service takes: each combination of model, voice, cloning, languages and modes.

Responsible for: both sides of the promise, with the emulator's strictest reading in the place of the service.
Must not: open a connection.
"""

import itertools
import json

import pytest

from appliance.config import checks
from appliance.emulator.faults.settings import Habits
from appliance.emulator.session.models import Profile
from appliance.emulator.session.session_update import Complaint, Settings, read_update
from appliance.protocol.codec import encode_update
from appliance.protocol.settings import plan
from appliance.protocol.voices import LIVE_CLONE_VOICE, MODELS, Model
from tests.config.test_checks import settings

STRICT = Habits.parse(["strict_update:full", "voice_check:update", "audio_for_text_target:error"])
CLONES = ("off", "never", "once", "always")
PREPARED = "qwen-translate-vc-anna-0001"
OTHERS = ("", LIVE_CLONE_VOICE, PREPARED, "qwen-translate-vc-", "Cherry", "tina", "Nobody", " Tina")


def voices() -> list[str]:
    stock = {voice.id for model in MODELS.values() for voice in model.voices}
    return sorted(stock | set(OTHERS))


def is_taken(model: Model, voice: str, clone: str) -> bool:
    wanted = settings(service__model=model.name, service__voice=voice, service__clone=clone)
    return not list(checks.problems(wanted))


def answer(
    model: Model, source: str, target: str, voice: str, clone: str, *, speech: bool = True, transcription: bool = True
) -> Settings | Complaint:
    asked = plan(model, source, target, voice, clone, speech=speech, transcription=transcription)
    session = json.loads(encode_update(asked, "event_1"))["session"]
    return read_update(session, Profile(model, model.name), STRICT)


@pytest.mark.parametrize("model", MODELS.values(), ids=lambda model: str(model.name))
def test_what_is_taken_is_taken_in_every_direction(model: Model) -> None:
    taken = [pair for pair in itertools.product(voices(), CLONES) if is_taken(model, *pair)]
    assert len(taken) > len(model.voices), "each stock voice, and the model's own choice"
    for (voice, clone), target in itertools.product(taken, sorted(model.targets)):
        got = answer(model, "", target, voice, clone)
        assert isinstance(got, Settings), (voice, clone, target, got)
        assert got.audible is model.speaks(target, voice), (voice, clone, target)
        assert bool(got.frequency) is (clone != "off" and got.audible), "nobody's voice is copied for nothing"


@pytest.mark.parametrize("model", MODELS.values(), ids=lambda model: str(model.name))
def test_every_source_and_every_mode(model: Model) -> None:
    for source, speech, transcription in itertools.product(("", *sorted(model.targets)), (True, False), (True, False)):
        got = answer(model, source, "en", "", "off", speech=speech, transcription=transcription)
        assert isinstance(got, Settings), (source, speech, transcription, got)
        assert (got.audio, got.transcribed, got.source) == (speech, transcription, source)


@pytest.mark.parametrize("model", MODELS.values(), ids=lambda model: str(model.name))
def test_what_is_refused_would_be_refused(model: Model) -> None:
    """Nothing is forbidden without need: the service would not have taken it as it was written."""
    for voice, clone in itertools.product(voices(), CLONES):
        if voice == "qwen-translate-vc-" or is_taken(model, voice, clone):
            continue  # half an id: nobody knows what the service says to it
        session = {
            **json.loads(encode_update(plan(model, "", "en"), "event_1"))["session"],
            **({"voice": voice} if voice else {}),
            **({"enable_voice_clone": True, "voice_clone_options": {"frequency": clone}} if clone != "off" else {}),
        }
        assert isinstance(read_update(session, Profile(model, model.name), STRICT), Complaint), (voice, clone)
