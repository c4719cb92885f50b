"""Judging ``session.update``: values strictly, spellings liberally (appliance/protocol/README.md#41-sessionupdate and
appliance/protocol/README.md#22-emulator-behaviour).

Responsible for: turning the ``session`` object of a client into ``Settings`` or one ``Complaint``, and the echo of it.
Must not: send anything. Nothing that a client can write raises here.
"""

import json
from dataclasses import dataclass, field
from typing import Any, TypeVar

from appliance.emulator.faults.settings import Habits
from appliance.emulator.session.interfaces import Message
from appliance.emulator.session.models import ASR_MODEL, Profile
from appliance.protocol.voices import LIVE_CLONE_VOICE, PREPARED_CLONE_PREFIX, is_clone

INPUT_FORMATS = {"pcm": "pcm", "pcm16": "pcm", "opus": "opus"}
OUTPUT_FORMATS = ("pcm", "pcm16", "pcm24")
FREQUENCIES = ("never", "once", "always")
THRESHOLD_RANGE = (-1.0, 1.0)
SILENCE_RANGE_MS = (200, 6_000)
ALWAYS_SENT = (
    "modalities", "voice", "sample_rate", "input_audio_format", "output_audio_format", "input_audio_transcription",
    "turn_detection", "translation",
)  # fmt: skip
KNOWN_FIELDS = frozenset((*ALWAYS_SENT, "enable_voice_clone", "voice_clone_options"))

Shape = TypeVar("Shape")


@dataclass(frozen=True, slots=True)
class Complaint:
    """An ``error`` to answer with; empty fields are left out of it."""

    message: str
    param: str = ""
    code: str = "invalid_value"
    type: str = "invalid_request_error"

    def body(self) -> Message:
        """The ``error`` object."""
        fields = {"type": self.type, "code": self.code, "message": self.message, "param": self.param}
        return {name: value for name, value in fields.items() if value}


class _RefusedError(Exception):
    """Carries a complaint out of the reading; never leaves this module."""

    def __init__(self, complaint: Complaint) -> None:
        super().__init__(complaint.message)
        self.complaint = complaint


@dataclass(frozen=True, slots=True)
class Settings:
    """What a session was told to do. ``turn_detection`` False = manual; ``source`` "" = detect."""

    modalities: tuple[str, ...]
    audible: bool  # speech is made; False in text sessions and for targets without a voice
    voice: str
    voice_ok: bool
    sample_rate_hz: int
    input_format: str
    transcribed: bool
    source: str
    turn_detection: bool
    threshold: float
    silence_ms: int
    target: str
    phrases: dict[str, str] = field(default_factory=dict)
    skip_text: bool = False
    skip_audio: bool = False
    frequency: str = ""  # of cloning; "" = off
    as_sent: Message = field(default_factory=dict)

    @property
    def audio(self) -> bool:
        """Whether this is a session with audio in its answers."""
        return "audio" in self.modalities


def created_settings(profile: Profile) -> Settings:
    """What holds before the first update."""
    return Settings(
        modalities=("text", "audio"), audible=True, voice=profile.model.default_voice, voice_ok=True,
        sample_rate_hz=profile.sample_rate_hz, input_format="pcm", transcribed=False, source="", turn_detection=True,
        threshold=profile.threshold, silence_ms=profile.silence_ms, target=profile.target,
    )  # fmt: skip


def read_update(session: object, profile: Profile, habits: Habits) -> Settings | Complaint:
    """The settings that ``session`` asks for, after defaults, or what is wrong with it."""
    try:
        if not isinstance(session, dict):
            raise _RefusedError(Complaint("emulator: session must be an object.", "session"))
        if not _is_text(session):
            raise _RefusedError(Complaint("emulator: session holds half a character.", "session"))
        if habits.word("strict_update") == "full":
            _demand_all(session)
        return _Reader(session, profile, habits).settings()
    except _RefusedError as refused:
        return refused.complaint


def unknown_fields(session: object) -> list[str]:
    """Fields of ``session`` that nobody knows: they are ignored, and logged."""
    return sorted(str(name) for name in session if name not in KNOWN_FIELDS) if isinstance(session, dict) else []


def merged(old: Message, new: object) -> object:
    """``new`` laid over ``old``, sub-objects field by field (``partial-update=merge``)."""
    if not isinstance(new, dict):
        return new
    both = dict(old)
    for name, value in new.items():
        before = both.get(name)
        both[name] = {**before, **value} if isinstance(before, dict) and isinstance(value, dict) else value
    return both


def _is_text(session: Message) -> bool:
    """Whether an echo of it can be written: JSON may hold half of a surrogate pair, UTF-8 may not."""
    try:
        json.dumps(session, ensure_ascii=False).encode()
    except (UnicodeEncodeError, RecursionError):
        return False
    return True


def _demand_all(session: Message) -> None:
    for name in ALWAYS_SENT:
        if session.get(name) is None and not (name == "input_audio_transcription" and name in session):
            known = "Invalid translation parameter." if name == "translation" else f"emulator: {name} is missing."
            raise _RefusedError(Complaint(known, f"session.{name}"))


class _Reader:
    """One pass over one ``session`` object."""

    def __init__(self, session: Message, profile: Profile, habits: Habits) -> None:
        self._session = session
        self._profile = profile
        self._model = profile.model
        self._habits = habits

    def settings(self) -> Settings:
        modalities = self._modalities()
        translation = self._get(self._session, "translation", dict, "session.translation", {})
        target = self._target(translation)
        frequency = self._frequency()
        voice = self._voice(frequency)
        voice_ok = is_clone(voice) or self._voice_fits(voice, target, modalities)
        if not voice_ok and self._habits.word("voice_check") == "update":
            raise _RefusedError(Complaint(f"Voice '{voice}' is not supported.", "session.voice"))
        modalities, audible = self._sound(modalities, target)
        transcribed, source = self._transcription()
        detection, threshold, silence_ms = self._turn_detection()
        skip = self._get(translation, "same_language_skip_options", dict, "session.translation", {})
        skip_where = "session.translation.same_language_skip_options"
        return Settings(
            modalities=modalities,
            audible=audible,
            voice=voice,
            voice_ok=voice_ok or self._habits.word("voice_check") == "off",
            sample_rate_hz=self._sample_rate(),
            input_format=self._formats(),
            transcribed=transcribed,
            source=source,
            turn_detection=detection,
            threshold=threshold,
            silence_ms=silence_ms,
            target=target,
            phrases=self._phrases(translation),
            skip_text=self._get(skip, "skip_text", bool, skip_where, False),
            skip_audio=self._get(skip, "skip_audio", bool, skip_where, False),
            frequency=frequency,
            as_sent=self._session,
        )

    def _get(self, holder: Message, name: str, shape: type[Shape], where: str, otherwise: Shape) -> Shape:
        """The value if it has this shape; null and absent are ``otherwise``."""
        value = holder.get(name)
        if value is None:
            return otherwise
        if not isinstance(value, shape) or (isinstance(value, bool) and shape is not bool):
            raise _refuse(where, name, f"must be {_SHAPES[shape]}")
        return value

    def _modalities(self) -> tuple[str, ...]:
        value: Any = self._session.get("modalities")
        if value is None:
            return ("text", "audio")
        if isinstance(value, list) and all(isinstance(each, str) for each in value):
            for allowed in (("text",), ("text", "audio")):
                if sorted(value) == sorted(allowed):
                    return allowed
        text = f"Invalid modalities: {value!r}"[:200]
        supported = "Supported combinations are: ['text'] and ['audio', 'text']."
        raise _RefusedError(Complaint(f"{text}. {supported}", "session.modalities"))

    def _target(self, translation: Message) -> str:
        target = translation.get("language")
        if target is None:
            return self._profile.target
        if not isinstance(target, str) or target not in self._model.targets:
            raise _RefusedError(Complaint("Invalid translation parameter.", "session.translation.language"))
        return target

    def _phrases(self, translation: Message) -> dict[str, str]:
        corpus = self._get(translation, "corpus", dict, "session.translation", {})
        phrases = corpus.get("phrases")
        if isinstance(phrases, list):  # one client writes pairs
            if not all(isinstance(each, list) and len(each) == 2 for each in phrases):
                raise _refuse("session.translation.corpus", "phrases", "must be an object of terms")
            pairs = [(source, target) for source, target in phrases]
        else:
            pairs = list(self._get(corpus, "phrases", dict, "session.translation.corpus", {}).items())
        if not all(isinstance(source, str) and isinstance(target, str) for source, target in pairs):
            raise _refuse("session.translation.corpus", "phrases", "must map terms to terms")
        return dict(pairs)

    def _frequency(self) -> str:
        enabled = self._get(self._session, "enable_voice_clone", bool, "session", False)
        options = self._get(self._session, "voice_clone_options", dict, "session", {})
        frequency = self._get(options, "frequency", str, "session.voice_clone_options", "")
        if frequency and frequency not in FREQUENCIES:
            raise _refuse("session.voice_clone_options", "frequency", "must be one of never, once, always")
        if not enabled:
            if frequency:
                raise _refuse("session.voice_clone_options", "frequency", "needs enable_voice_clone")
            return ""
        if not self._model.clones:
            raise _refuse("session", "enable_voice_clone", "is not available for this model")
        return frequency or "once"

    def _voice(self, frequency: str) -> str:
        voice = self._get(self._session, "voice", str, "session", "") or self._model.default_voice
        sentence = ""
        if frequency in ("once", "always") and voice != LIVE_CLONE_VOICE:
            sentence = "must be 'default' when voice_clone_options.frequency is 'once' or 'always'"
        elif frequency == "never" and not voice.startswith(PREPARED_CLONE_PREFIX):
            sentence = "must be a prepared voice when voice_clone_options.frequency is 'never'"
        elif not frequency and is_clone(voice):
            sentence = "needs enable_voice_clone"
        if sentence:
            raise _refuse("session", "voice", sentence)
        return voice

    def _voice_fits(self, voice: str, target: str, modalities: tuple[str, ...]) -> bool:
        found = self._model.voice(voice)
        if found is None:
            return False
        needed = "audio" in modalities and target in self._model.audio_targets
        return found.languages is None or not needed or target in found.languages

    def _sound(self, modalities: tuple[str, ...], target: str) -> tuple[tuple[str, ...], bool]:
        if "audio" not in modalities:
            return modalities, False
        if target in self._model.audio_targets:
            return modalities, True
        match self._habits.word("audio_for_text_target"):
            case "error":
                raise _refuse("session", "modalities", f"'{target}' has no voice")
            case "silence":
                return modalities, False
            case "speak":
                return modalities, True
            case _:
                return ("text",), False

    def _transcription(self) -> tuple[bool, str]:
        by_default = self._habits.word("asr_default") == "on"
        default_source = "en" if self._habits.word("source_default") == "en" else ""
        if "input_audio_transcription" not in self._session:
            return by_default, default_source
        if self._session["input_audio_transcription"] is None:
            return False, default_source
        asr = self._get(self._session, "input_audio_transcription", dict, "session", {})
        where = "session.input_audio_transcription"
        model = self._get(asr, "model", str, where, "")
        if model not in ("", ASR_MODEL):
            raise _refuse(where, "model", f"must be '{ASR_MODEL}'")
        source = self._get(asr, "language", str, where, default_source)
        if source not in ("", "auto") and source not in self._model.targets:
            raise _refuse(where, "language", "is not supported")
        transcribed = bool(model) or ("model" not in asr and by_default)
        return transcribed, "" if source == "auto" else source

    def _turn_detection(self) -> tuple[bool, float, int]:
        threshold, silence_ms = self._profile.threshold, self._profile.silence_ms
        if "turn_detection" in self._session and self._session["turn_detection"] is None:
            return False, threshold, silence_ms
        given = self._get(self._session, "turn_detection", dict, "session", {})
        where = "session.turn_detection"
        if self._get(given, "type", str, where, "server_vad") != "server_vad":
            raise _refuse(where, "type", "must be 'server_vad'")
        threshold = self._number(given, "threshold", THRESHOLD_RANGE, threshold)
        silence_ms = int(self._number(given, "silence_duration_ms", SILENCE_RANGE_MS, silence_ms))
        return True, threshold, silence_ms

    def _number(self, holder: Message, name: str, span: tuple[float, float], otherwise: float) -> float:
        value = holder.get(name)
        if value is None:
            return otherwise
        number = isinstance(value, int | float) and not isinstance(value, bool)
        if not number or not span[0] <= value <= span[1]:
            raise _refuse("session.turn_detection", name, f"must be between {span[0]} and {span[1]}")
        return float(value)

    def _sample_rate(self) -> int:
        rate = self._get(self._session, "sample_rate", int, "session", self._profile.sample_rate_hz)
        if rate not in (8_000, 16_000):
            raise _refuse("session", "sample_rate", "must be 8000 or 16000")
        return rate

    def _formats(self) -> str:
        if self._get(self._session, "output_audio_format", str, "session", "pcm") not in OUTPUT_FORMATS:
            raise _refuse("session", "output_audio_format", "must be pcm")
        found = INPUT_FORMATS.get(self._get(self._session, "input_audio_format", str, "session", "pcm"))
        if found is None:
            raise _refuse("session", "input_audio_format", "must be pcm or opus")
        return found


_SHAPES: dict[type, str] = {dict: "an object", str: "a string", bool: "true or false", int: "a whole number"}


def _refuse(where: str, name: str, sentence: str) -> _RefusedError:
    return _RefusedError(Complaint(f"emulator: {name} {sentence}.", f"{where}.{name}"))
