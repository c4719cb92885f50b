"""The shapes of the service's events: from the fields of a JSON object to a message.

Responsible for: one reader for each type of event, the fields that its page describes, and what may be missing.
Must not: read JSON (``codec.py``) or know the order of events (``session.py``).

Only what cannot be understood without raises ``NonsenseError``: a type, the sound of a delta, the object of a response,
and a string that is something else. Numbers of the wrong shape count as left out.
"""

import binascii
from collections.abc import Callable
from typing import Any

from appliance.core.transcript.text_bounds import bounded
from appliance.errors import NonsenseError
from appliance.protocol import messages as m
from appliance.protocol.prices import Usage

Fields = dict[str, Any]

_LARGEST = 2**53
"""No position and no count of tokens comes near; what is above is nonsense, not a number."""


def message_of(fields: Fields) -> tuple[m.ServerMessage | m.Unknown, int]:
    """The message, and how many of its top-level fields no page describes. Raises ``NonsenseError``."""
    kind = _text(fields, "type")
    if kind is None and ("code" in fields or "error" in fields):  # the flat shape of an error
        kind = "error"
    if kind is None:
        raise NonsenseError("type is missing")
    if kind not in _READERS:
        return m.Unknown(kind), 0
    reader, known = _READERS[kind]
    return reader(fields), len(fields.keys() - known)


def sound_of(text: bytes | str) -> bytes:
    """What base64 stands for. Raises ``NonsenseError``."""
    try:
        raw = text.encode() if isinstance(text, str) else text
        return binascii.a2b_base64(raw + b"=" * (-len(raw) % 4), strict_mode=True)  # some senders leave out the padding
    except ValueError:
        raise NonsenseError(f"delta of {len(text)} characters is not base64") from None


def _mended(text: str) -> str:
    """Half a surrogate pair becomes "?": it can neither be drawn nor written."""
    return text if text.isascii() else text.encode("utf-8", "replace").decode("utf-8")


def _text(fields: Fields, key: str) -> str | None:
    """A string that may be missing or null."""
    value = fields.get(key)
    if value is None:
        return None
    if not isinstance(value, str):
        raise NonsenseError(f"{key} is {type(value).__name__} in place of a string")
    return _mended(value)


def _words(fields: Fields, key: str) -> str:
    return _text(fields, key) or ""


def _said(fields: Fields, key: str) -> str | None:
    """Words that are kept and shown: no more of them than somebody can read."""
    text = _text(fields, key)
    return None if text is None else bounded(text)


def _count(fields: Fields, key: str) -> int | None:
    """A whole number from 0 up, also where it is written as 640.0; None for anything else."""
    value = fields.get(key)
    if isinstance(value, bool) or not isinstance(value, int | float) or not 0 <= value <= _LARGEST:
        return None
    return int(value) if int(value) == value else None


def _object(fields: Fields, key: str) -> Fields:
    """An object that may be missing or null."""
    value = fields.get(key)
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise NonsenseError(f"{key} is {type(value).__name__} in place of an object")
    return value


def _required_object(fields: Fields, key: str) -> Fields:
    if fields.get(key) is None:
        raise NonsenseError(f"{fields['type']} without {key}")
    return _object(fields, key)


def _required_text(fields: Fields, key: str) -> str:
    value = _text(fields, key)
    if value is None:
        raise NonsenseError(f"{key} is missing")
    return value


def _error_code(value: object) -> str:
    """Codes are strings; a number is taken too, for errors must not be lost over their shape."""
    return _mended(str(value)) if isinstance(value, str | int) and not isinstance(value, bool) else ""


def _read_error(fields: Fields) -> m.ServiceError:
    error = fields.get("error")
    inner: Fields = error if isinstance(error, dict) else {}
    kind = _error_code(inner.get("type"))
    code = _error_code(inner.get("code")) or _error_code(fields.get("code")) or kind
    told = (inner.get("message"), fields.get("message"), error)
    return m.ServiceError(code, next((_mended(each) for each in told if isinstance(each, str)), ""))


def _read_source_failed(fields: Fields) -> m.SourceFailed:
    error = _read_error(fields)
    return m.SourceFailed(_words(fields, "item_id"), error.code, error.message)


def _read_translation_done(fields: Fields) -> m.TranslationDone:
    text = _said(fields, "transcript")
    return m.TranslationDone(*_ids(fields), _said(fields, "text") if text is None else text)


def _read_item_created(fields: Fields) -> m.ItemCreated:
    item = _object(fields, "item")
    return m.ItemCreated(_words(item, "id"), _words(item, "role"), _words(fields, "previous_item_id"))


def _read_response_done(fields: Fields) -> m.ResponseDone:
    response = _required_object(fields, "response")
    return m.ResponseDone(
        _words(response, "id"),
        _words(response, "status"),
        _output_text(response),
        _usage(response.get("usage")) or _usage(fields.get("usage")),
    )


def _output_text(response: Fields) -> str | None:
    """The words in ``response.output``: ``text`` or ``transcript``, by the kind of session and the place."""
    output = response.get("output")
    parts = [
        part
        for item in (output if isinstance(output, list) else [])
        if isinstance(item, dict) and isinstance(item.get("content"), list)
        for part in item["content"]
        if isinstance(part, dict)
    ]
    told = [
        next((part[key] for key in ("transcript", "text") if isinstance(part.get(key), str)), None) for part in parts
    ]
    found = [_mended(words) for words in told if words is not None]
    return bounded("".join(found)) if found else None


def _usage(value: object) -> Usage | None:
    if not isinstance(value, dict):
        return None
    into, out = (value.get(f"{way}_tokens_details") for way in ("input", "output"))
    into, out = into if isinstance(into, dict) else {}, out if isinstance(out, dict) else {}
    details = [_count(into, f"{kind}_tokens") or 0 for kind in ("audio", "text", "image")]
    details += [_count(out, f"{kind}_tokens") or 0 for kind in ("audio", "text")]
    put_in, put_out = _count(value, "input_tokens"), _count(value, "output_tokens")
    return Usage(
        sum(details[:3]) if put_in is None else put_in,
        sum(details[3:]) if put_out is None else put_out,
        *details,
    )


def _ids(fields: Fields) -> tuple[str, str]:
    return _words(fields, "response_id"), _words(fields, "item_id")


def _read_source_text(fields: Fields) -> m.SourceText:
    text, stash = _said(fields, "text") or "", _said(fields, "stash") or ""
    return m.SourceText(_words(fields, "item_id"), text, stash, _words(fields, "language"))


def _read_source_completed(fields: Fields) -> m.SourceCompleted:
    return m.SourceCompleted(_words(fields, "item_id"), _said(fields, "transcript"), _words(fields, "language"))


def _read_translation_text(fields: Fields) -> m.TranslationText:
    return m.TranslationText(*_ids(fields), _said(fields, "text") or "", _said(fields, "stash") or "")


def _read_audio_delta(fields: Fields) -> m.AudioDelta:
    return m.AudioDelta(*_ids(fields), sound_of(_required_text(fields, "delta")))


def _read_item_added(fields: Fields) -> m.OutputItemAdded:
    return m.OutputItemAdded(_words(fields, "response_id"), _words(_object(fields, "item"), "id"))


def _passed_over(fields: Fields) -> m.PassedOver:
    return m.PassedOver(fields["type"])


_Reader = Callable[[Fields], m.ServerMessage]

_IDS = "response_id item_id output_index content_index"
_HEARD = "item_id content_index"
_TABLE: tuple[tuple[str, _Reader, str], ...] = (
    ("session.created", lambda f: m.SessionCreated(_words(_object(f, "session"), "id")), "session"),
    ("session.updated", lambda f: m.SessionUpdated(_words(_object(f, "session"), "id")), "session"),
    ("session.finished", lambda _: m.SessionFinished(), ""),
    ("error", _read_error, "error code message param request_id"),
    (
        "input_audio_buffer.speech_started",
        lambda f: m.ServerSpeechStarted(_words(f, "item_id"), _count(f, "audio_start_ms")),
        "item_id audio_start_ms",
    ),
    (
        "input_audio_buffer.speech_stopped",
        lambda f: m.ServerSpeechStopped(_words(f, "item_id"), _count(f, "audio_end_ms")),
        "item_id audio_end_ms",
    ),
    ("input_audio_buffer.committed", _passed_over, "item_id previous_item_id"),
    ("input_audio_buffer.cleared", _passed_over, ""),
    ("conversation.item.created", _read_item_created, "item previous_item_id"),
    (
        "conversation.item.input_audio_transcription.text",
        _read_source_text,
        f"{_HEARD} text stash language emotion",
    ),
    (
        "conversation.item.input_audio_transcription.completed",
        _read_source_completed,
        f"{_HEARD} transcript language emotion",
    ),
    ("conversation.item.input_audio_transcription.failed", _read_source_failed, f"{_HEARD} error"),
    ("response.created", lambda f: m.ResponseCreated(_words(_required_object(f, "response"), "id")), "response"),
    ("response.output_item.added", _read_item_added, "response_id output_index item"),
    ("response.output_item.done", _passed_over, "response_id output_index item"),
    ("response.content_part.added", _passed_over, f"{_IDS} part"),
    ("response.content_part.done", _passed_over, f"{_IDS} part"),
    ("response.text.text", _read_translation_text, f"{_IDS} text stash"),
    ("response.audio_transcript.text", _read_translation_text, f"{_IDS} text stash"),
    ("response.text.done", _read_translation_done, f"{_IDS} text"),
    ("response.audio_transcript.done", _read_translation_done, f"{_IDS} transcript"),
    ("response.audio.delta", _read_audio_delta, f"{_IDS} delta"),
    ("response.audio.done", lambda f: m.AudioDone(*_ids(f)), _IDS),
    ("response.done", _read_response_done, "response usage"),
)
_READERS: dict[str, tuple[_Reader, frozenset[str]]] = {
    kind: (reader, frozenset({"event_id", "type", *known.split()})) for kind, reader, known in _TABLE
}
