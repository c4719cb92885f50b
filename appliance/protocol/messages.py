"""What the service sends, as frozen values.

Responsible for: one class for each server event that we use; ``codec.py`` makes them, ``session.py`` reads them.
Must not: know JSON. What we send has no class: ``settings.SessionSettings`` and sound are encoded as they are.

An id that the service left out is "". Field names follow the wire.
"""

from dataclasses import dataclass

from appliance.protocol.prices import Usage


@dataclass(frozen=True, slots=True)
class SessionCreated:
    """``session.created``: the connection is up, with the service's defaults."""

    session_id: str


@dataclass(frozen=True, slots=True)
class SessionUpdated:
    """``session.updated``: our settings are accepted."""

    session_id: str


@dataclass(frozen=True, slots=True)
class ServerSpeechStarted:
    """``input_audio_buffer.speech_started``. ``audio_start_ms``: position in what this line was sent."""

    item_id: str
    audio_start_ms: int | None


@dataclass(frozen=True, slots=True)
class ServerSpeechStopped:
    """``input_audio_buffer.speech_stopped``; may come after the whole translation."""

    item_id: str
    audio_end_ms: int | None


@dataclass(frozen=True, slots=True)
class ItemCreated:
    """``conversation.item.created``. ``role`` "user" = the speaker's own words, "assistant" = the translation."""

    item_id: str
    role: str
    previous_item_id: str


@dataclass(frozen=True, slots=True)
class SourceText:
    """``conversation.item.input_audio_transcription.text``: a snapshot of the transcript, and its provisional tail."""

    item_id: str
    text: str
    stash: str
    language: str


@dataclass(frozen=True, slots=True)
class SourceCompleted:
    """``conversation.item.input_audio_transcription.completed``; None where the transcript was left out."""

    item_id: str
    transcript: str | None
    language: str


@dataclass(frozen=True, slots=True)
class SourceFailed:
    """``conversation.item.input_audio_transcription.failed``: there is no transcript; the translation goes on."""

    item_id: str
    code: str
    message: str


@dataclass(frozen=True, slots=True)
class ResponseCreated:
    """``response.created``."""

    response_id: str


@dataclass(frozen=True, slots=True)
class OutputItemAdded:
    """``response.output_item.added``: which item the response writes into."""

    response_id: str
    item_id: str


@dataclass(frozen=True, slots=True)
class TranslationText:
    """``response.text.text`` or ``response.audio_transcript.text``: a snapshot, and its provisional tail."""

    response_id: str
    item_id: str
    text: str
    stash: str


@dataclass(frozen=True, slots=True)
class TranslationDone:
    """``response.text.done`` or ``response.audio_transcript.done``; None where the text was left out."""

    response_id: str
    item_id: str
    text: str | None


@dataclass(frozen=True, slots=True)
class AudioDelta:
    """``response.audio.delta``: 24 kHz, signed 16 bit, mono; may end in the middle of a sample."""

    response_id: str
    item_id: str
    pcm: bytes


@dataclass(frozen=True, slots=True)
class AudioDone:
    """``response.audio.done``."""

    response_id: str
    item_id: str


@dataclass(frozen=True, slots=True)
class ResponseDone:
    """``response.done``. ``text``: of its output, ``usage``: cumulative; None where left out."""

    response_id: str
    status: str
    text: str | None
    usage: Usage | None


@dataclass(frozen=True, slots=True)
class SessionFinished:
    """``session.finished``: nothing more will come."""


@dataclass(frozen=True, slots=True)
class ServiceError:
    """``error``, in any of its shapes. ``code``: the most telling of code and type, "" where there is neither."""

    code: str
    message: str


@dataclass(frozen=True, slots=True)
class PassedOver:
    """An event that we know and have no use for."""

    type: str


@dataclass(frozen=True, slots=True)
class Unknown:
    """An event that no page of ours describes."""

    type: str


ServerMessage = (
    SessionCreated
    | SessionUpdated
    | ServerSpeechStarted
    | ServerSpeechStopped
    | ItemCreated
    | SourceText
    | SourceCompleted
    | SourceFailed
    | ResponseCreated
    | OutputItemAdded
    | TranslationText
    | TranslationDone
    | AudioDelta
    | AudioDone
    | ResponseDone
    | SessionFinished
    | ServiceError
    | PassedOver
)
