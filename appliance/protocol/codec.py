"""Bytes of the wire to messages, and what we send to bytes.

Responsible for: JSON both ways, and the two quick paths for sound, which is nearly all of the traffic.
Must not: know the shapes of events (``readers.py``) or their order (``session.py``).

What cannot be understood is a ``NonsenseError`` that tells the shape and never the words.
"""

import binascii
import json
from typing import NoReturn

from appliance.errors import NonsenseError
from appliance.protocol import messages as m
from appliance.protocol.pcm import INPUT_HZ
from appliance.protocol.readers import Fields, message_of, sound_of
from appliance.protocol.settings import SessionSettings

TRANSCRIPTION_MODEL = "qwen3-asr-flash-realtime"


def _refuse_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


_DECODER = json.JSONDecoder(parse_constant=_refuse_constant)


def decode(raw: bytes | str) -> m.ServerMessage | m.Unknown:
    """The message in one text frame. Raises ``NonsenseError``."""
    return decode_counting(raw)[0]


def decode_counting(raw: bytes | str) -> tuple[m.ServerMessage | m.Unknown, int]:
    """The message, and how many of its top-level fields no page of ours describes. Raises ``NonsenseError``."""
    return message_of(_parse(raw))


def read(raw: bytes) -> tuple[m.ServerMessage | m.Unknown, int]:
    """Equal to ``decode_counting``, and cheap for sound."""
    return audio_delta(raw) or decode_counting(raw)


def audio_delta(raw: bytes) -> tuple[m.AudioDelta, int] | None:
    """The quick path for sound: what ``decode_counting`` answers, or None where that has to look.

    The base64 is cut out by ``find``, and only the rest, some 150 bytes, goes through JSON. That is safe because the
    key occurs once and no escape stands in the frame: an emptied top-level "delta" is the one that was cut out.
    """
    key = raw.find(b'"delta"')
    if key < 0 or b"\\" in raw or raw.count(b'"delta"') != 1:
        return None
    begin = raw.find(b'"', key + len(b'"delta"')) + 1
    end = raw.find(b'"', begin)
    if begin == 0 or end < 0:
        return None
    try:
        fields = _parse(raw[:begin] + raw[end:])
        if fields.get("delta") != "":
            return None
        message, unknown = message_of(fields)
        if not isinstance(message, m.AudioDelta):
            return None
        return m.AudioDelta(message.response_id, message.item_id, sound_of(raw[begin:end])), unknown
    except NonsenseError:
        return None  # the slow path says what is wrong


def _parse(raw: bytes | str) -> Fields:
    try:
        fields = _DECODER.decode(raw if isinstance(raw, str) else str(raw, "utf-8"))
    except (ValueError, RecursionError) as error:
        raise NonsenseError(f"not JSON: {len(raw)} bytes, {type(error).__name__}") from None
    if not isinstance(fields, dict):
        raise NonsenseError(f"JSON, but {type(fields).__name__} in place of an object")
    return fields


def encode_update(settings: SessionSettings, event_id: str) -> bytes:
    """``session.update`` in its newest form, always in whole: nobody knows whether the service merges."""
    transcription: Fields | None = None
    if settings.transcription or settings.source:  # a null model is off, and the language is still told
        transcription = {"model": TRANSCRIPTION_MODEL if settings.transcription else None}
        transcription |= {"language": settings.source} if settings.source else {}
    translation: Fields = {"language": settings.target}
    if settings.phrases:
        translation["corpus"] = {"phrases": dict(settings.phrases)}
    session: Fields = {
        "modalities": list(settings.modalities),
        "voice": settings.voice,
        "sample_rate": INPUT_HZ,
        "input_audio_format": "pcm",
        "output_audio_format": "pcm",
        "input_audio_transcription": transcription,
        "turn_detection": {
            "type": "server_vad",
            "threshold": settings.threshold,
            "silence_duration_ms": settings.silence_ms,
        },
        "translation": translation,
    }
    if settings.clone != "off":
        session |= {"enable_voice_clone": True, "voice_clone_options": {"frequency": settings.clone}}
    return _encode({"event_id": event_id, "type": "session.update", "session": session})


def encode_finish(event_id: str) -> bytes:
    """``session.finish``: the end of the input; the service answers what is pending, then ``session.finished``."""
    return _encode({"event_id": event_id, "type": "session.finish"})


def encode_image(jpeg: bytes, event_id: str) -> bytes:
    """``input_image_buffer.append`` of one JPEG. Only behind sound of the same turn."""
    return _encode(
        {
            "event_id": event_id,
            "type": "input_image_buffer.append",
            "image": binascii.b2a_base64(jpeg, newline=False).decode("ascii"),
        }
    )


def _encode(fields: Fields) -> bytes:
    return json.dumps(fields, separators=(",", ":")).encode("ascii")


class AppendTemplate:
    """``input_audio_buffer.append`` from a template: no dict and no JSON for each 40 ms."""

    _HEAD = b'{"type":"input_audio_buffer.append","audio":"'
    _TAIL = b'"}'

    def fill(self, pcm: bytes) -> bytes:
        """The message for ``pcm`` (16 kHz, signed 16 bit, mono). It bears no ``event_id``: nothing ever answers it."""
        return b"".join((self._HEAD, binascii.b2a_base64(pcm, newline=False), self._TAIL))
