"""The shapes of what the service sends: appliance/protocol/README.md#5-server-events, field by field.

Responsible for: one function a shape, without ``event_id`` (the session numbers what leaves it).
Must not: decide when anything is sent.
"""

from appliance.emulator.session.interfaces import Message
from appliance.emulator.session.models import ASR_MODEL, Profile
from appliance.emulator.session.session_update import Settings

EVENT_TEXT = {True: "response.audio_transcript", False: "response.text"}
ASR = "conversation.item.input_audio_transcription"


def session_created(session_id: str, profile: Profile, settings: Settings) -> Message:
    """The defaults."""
    body = {
        "id": session_id,
        "object": "realtime.session",
        "model": profile.asked_for,
        "modalities": list(settings.modalities),
        "voice": settings.voice,
        "sample_rate": settings.sample_rate_hz,
        "input_audio_format": "pcm",
        "output_audio_format": "pcm",
        "turn_detection": {
            "type": "server_vad", "threshold": settings.threshold, "silence_duration_ms": settings.silence_ms,
        },
        "translation": {"language": settings.target},
    }  # fmt: skip
    return {"type": "session.created", "session": body}


def session_updated(session_id: str, profile: Profile, settings: Settings) -> Message:
    """The full echo after defaults, in the newest spelling."""
    translation: Message = {"language": settings.target}
    if settings.phrases:
        translation["corpus"] = {"phrases": dict(settings.phrases)}
    if settings.skip_text or settings.skip_audio:
        skip = {"skip_text": settings.skip_text, "skip_audio": settings.skip_audio}
        translation["same_language_skip_options"] = skip
    asr: Message | None = None
    if settings.transcribed:
        asr = {"model": ASR_MODEL} | ({"language": settings.source} if settings.source else {})
    detection: Message | None = None
    if settings.turn_detection:
        detection = {
            "type": "server_vad", "threshold": settings.threshold, "silence_duration_ms": settings.silence_ms,
            "create_response": True, "interrupt_response": True,
        }  # fmt: skip
    body: Message = {
        "id": session_id,
        "object": "realtime.session",
        "model": profile.asked_for,
        "modalities": list(settings.modalities),
        "voice": settings.voice,
        "input_audio_format": settings.input_format,
        "output_audio_format": "pcm",
        "input_audio_transcription": asr,
        "turn_detection": detection,
        "translation": translation,
        "sample_rate": settings.sample_rate_hz,
    }
    if settings.frequency:
        body |= {"enable_voice_clone": True, "voice_clone_options": {"frequency": settings.frequency}}
    return {"type": "session.updated", "session": body}


def speech_started(start_ms: int, item: str) -> Message:
    """Position in the stream, ms."""
    return {"type": "input_audio_buffer.speech_started", "audio_start_ms": start_ms, "item_id": item}


def speech_stopped(end_ms: int, item: str) -> Message:
    """Position in the stream, ms."""
    return {"type": "input_audio_buffer.speech_stopped", "audio_end_ms": end_ms, "item_id": item}


def item(item_id: str, role: str, status: str, content: list[Message]) -> Message:
    """A conversation item."""
    return {
        "id": item_id, "object": "realtime.item", "type": "message", "status": status, "role": role, "content": content,
    }  # fmt: skip


def source_item_created(item_id: str) -> Message:
    """The speaker's own words, as an item."""
    body = item(item_id, "user", "in_progress", [{"type": "input_audio"}])
    return {"type": "conversation.item.created", "previous_item_id": None, "item": body}


def asr_text(item_id: str, text: str, stash: str, language: str) -> Message:
    """What was understood so far."""
    return {
        "type": f"{ASR}.text", "item_id": item_id, "content_index": 0, "text": text, "stash": stash,
        "language": language, "emotion": "neutral" if language else "",
    }  # fmt: skip


def asr_completed(item_id: str, transcript: str, language: str) -> Message:
    """What was understood; an empty turn has empty fields."""
    return {
        "type": f"{ASR}.completed", "item_id": item_id, "content_index": 0, "transcript": transcript,
        "language": language if transcript else "", "emotion": "neutral" if transcript else "",
    }  # fmt: skip


def asr_failed(item_id: str, error: Message) -> Message:
    """The recogniser gave up."""
    return {"type": f"{ASR}.failed", "item_id": item_id, "content_index": 0, "error": error}


class ResponseShapes:
    """The messages of one response, which share its ids."""

    def __init__(self, settings: Settings, response_id: str, item_id: str, conversation_id: str) -> None:
        self._settings = settings
        self._response_id = response_id
        self._conversation_id = conversation_id
        self.item_id = item_id
        self._kind = "audio" if settings.audio else "text"
        self._ids = {"response_id": response_id, "item_id": item_id, "output_index": 0, "content_index": 0}

    def _response(self, status: str, conversation_id: str, output: list[Message]) -> Message:
        return {
            "id": self._response_id, "object": "realtime.response", "conversation_id": conversation_id,
            "status": status, "modalities": list(self._settings.modalities), "voice": self._settings.voice,
            "output_audio_format": "pcm", "output": output,
        }  # fmt: skip

    def opening(self, source_item_id: str | None, *, linked: bool) -> list[Message]:
        """The four events that open a response. ``linked`` False: ``previous_item_id`` is left out."""
        empty = item(self.item_id, "assistant", "in_progress", [])
        created: Message = {"type": "conversation.item.created"}
        if linked:
            created["previous_item_id"] = source_item_id
        return [
            {"type": "response.created", "response": self._response("in_progress", "", [])},
            {
                "type": "response.output_item.added", "response_id": self._response_id, "output_index": 0,
                "item": empty,
            },
            created | {"item": empty},
            {"type": "response.content_part.added", **self._ids, "part": {"type": self._kind, "text": ""}},
        ]  # fmt: skip

    def text(self, text: str, stash: str) -> Message:
        """A snapshot of the translation."""
        return {"type": EVENT_TEXT[self._settings.audio] + ".text", **self._ids, "text": text, "stash": stash}

    def text_done(self, text: str) -> Message:
        """The final translation."""
        field = "transcript" if self._settings.audio else "text"
        return {"type": EVENT_TEXT[self._settings.audio] + ".done", **self._ids, field: text}

    def audio_delta(self, delta: str) -> Message:
        """A piece of speech, base64."""
        return {"type": "response.audio.delta", **self._ids, "delta": delta}

    def audio_done(self) -> Message:
        """No more speech."""
        return {"type": "response.audio.done", **self._ids}

    def closing(self, text: str, status: str, usage: Message | None) -> list[Message]:
        """The three events that close a response."""
        content: Message = {"type": self._kind, "text": text}
        last: Message = {"type": self._kind, "transcript" if self._settings.audio else "text": text}
        of_item = "completed" if status == "completed" else "incomplete"
        response = self._response(status, self._conversation_id, [item(self.item_id, "assistant", of_item, [last])])
        if usage is not None:
            response["usage"] = usage
        return [
            {"type": "response.content_part.done", **self._ids, "part": content},
            {
                "type": "response.output_item.done", "response_id": self._response_id, "output_index": 0,
                "item": item(self.item_id, "assistant", of_item, [content]),
            },
            {"type": "response.done", "response": response},
        ]  # fmt: skip
