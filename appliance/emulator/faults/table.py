"""The table of habits: what the emulated service can be told to do wrong, or differently.

Responsible for: names, other names, the values they take, what each does, and how sure anybody is that the service
does it.
Must not: read settings or act on a habit.

Kinds of habit, which say what a bare name and what a number mean:

* ``ONCE``: a blow that ends or harms a session. Bare: the next turn, once. N: the N-th turn of the server's life.
* ``EACH``: a manner. Bare: every turn. N: the N-th turn only.
* ``DIAL``: something about a connection. Bare: every connect. N: the N-th connect of the server's life.
* ``WORD``: a choice. * ``NUMBER``: a quantity in the unit that the row names.

``pX`` is a chance per turn (``ONCE``, ``EACH``; never on a turn that is being replayed) or per connect (``DIAL``).
Where a row has words and a kind with turns, both go together as ``word@N`` or ``word@pX``.
"""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What values a habit takes."""

    ONCE = "once"
    EACH = "each"
    DIAL = "dial"
    WORD = "word"
    NUMBER = "number"


@dataclass(frozen=True, slots=True)
class Row:
    """One habit. ``words``: the first is what holds where nothing is set; ``bare``: what the bare name means."""

    kind: Kind
    does: str
    tag: str  # documented | seen | guessed
    words: tuple[str, ...] = ()
    bare: str = ""
    unit: str = ""


_DOC, _SEEN, _GUESS = "documented", "seen", "guessed"
_O, _E, _D, _W, _N = Kind.ONCE, Kind.EACH, Kind.DIAL, Kind.WORD, Kind.NUMBER

ROWS: dict[str, Row] = {
    # manners of answering
    "prompt": Row(_E, "answers as early and as fast as it can", _GUESS),
    "slow": Row(_N, "everything it sends comes later by this much", _GUESS, bare="2000", unit="ms"),
    "bursty": Row(_N, "what it sends is held and let go in bursts this far apart", _GUESS, bare="1500", unit="ms"),
    "starving": Row(_E, "speech comes slower than it is spoken", _GUESS),
    "audio_pace": Row(
        _W, "pace of the audio deltas", _GUESS, words=("real-time", "fast"), bare="fast"
    ),
    "burst": Row(_E, "the first 10 s of speech come at once", _GUESS),
    "huge_delta": Row(_E, "the whole speech comes in one delta of 1 MiB", _GUESS),
    "odd_bytes": Row(_E, "audio deltas have an odd number of bytes", _GUESS),
    "withdrawn_stash": Row(
        _E, "many a stash is withdrawn, and text is empty after a confirmed one", _SEEN
    ),
    "no_stash": Row(_E, "stash is left out", _DOC),
    "empty_turn": Row(_E, "nothing is understood: an empty turn", _SEEN),
    "late_stopped": Row(_E, "speech_stopped comes after response.done", _SEEN),
    "late_completed": Row(_E, "the source's .completed comes after response.done", _GUESS),
    "overlap": Row(_E, "this turn's response opens before the last one is done", _GUESS),
    "interrupt": Row(
        _W, "a new turn ends the running response", _GUESS,
        words=("never", "incomplete", "cancelled", "no-done"), bare="incomplete",
    ),
    "unknown_event": Row(_E, "sends an event of the future", _GUESS),
    "unknown_field": Row(_E, "events bear a field of the future", _GUESS),
    "talks_nonsense": Row(_E, "sends frames that are no message", _GUESS),
    "flat_error": Row(_E, "an error in the flat shape, and goes on", _GUESS),
    "minimal_error": Row(
        _E, "an error with a message only, or with nulls, and goes on", _GUESS, words=("bare", "nulls"), bare="bare"
    ),
    "hears_only": Row(
        _E, "marks speech, and its transcript fails or is complete; there is no answer", _SEEN,
        words=("failed", "completed"), bare="failed",
    ),
    "incomplete": Row(
        _E, "gives the turn up, with half a text or none", _GUESS, words=("half", "empty"), bare="half"
    ),
    "cancelled": Row(_E, "the same, with the other status", _GUESS, words=("half", "empty"), bare="half"),
    "asr_failed": Row(_E, "the source transcript fails, the translation comes", _DOC),
    "usage_jump": Row(
        _E, "usage is missing, or smaller than before", _GUESS, words=("smaller", "missing"), bare="smaller"
    ),
    "link": Row(
        _W, "where previous_item_id names the source", _SEEN, words=("all", "not-first", "null", "none"), bare="none"
    ),
    "source_item": Row(
        _W, "conversation.item.created for the source also where turn detection is on", _GUESS,
        words=("off", "on"), bare="on",
    ),
    "audio_end": Row(
        _W, "whether audio_end_ms includes the silence", _GUESS, words=("speech", "with-silence"), bare="with-silence"
    ),
    # blows
    "drops_mid_response": Row(_O, "resets the TCP connection in the middle of a response", _GUESS),
    "half_open": Row(_O, "in mid-response everything stops, pongs too", _GUESS),
    "stall": Row(_O, "in mid-response everything but pongs stops", _GUESS),
    "deaf": Row(_O, "answers pings, but not this turn, nor anything after", _SEEN),
    "repeat_output_1011": Row(_O, 'error "model repeat output happened", then close 1011', _SEEN),
    "thread_pool": Row(_O, 'at the start of speech error "thread pool exhausted", then close 1011', _SEEN),
    "asr_504": Row(
        _O, "the recogniser times out, and the session ends", _SEEN, words=("error", "failed"), bare="error"
    ),
    "oversized": Row(_O, "sends a frame of 5 MB", _GUESS),
    # connecting and ending
    "refuses_key": Row(_D, "HTTP 401 at the upgrade", _GUESS),
    "no_access": Row(_D, "HTTP 403 at the upgrade", _GUESS),
    "http_404": Row(_D, "HTTP 404 at the upgrade", _GUESS),
    "http_body": Row(_W, "body of a refusal", _GUESS, words=("json", "empty", "html"), bare="empty"),
    "rate_limit": Row(
        _N, "connects a key has in 60 s; beyond it the upgrade succeeds and close 1007 follows", _SEEN,
        words=("off",), bare="10", unit="connects",
    ),
    "tokens_per_minute": Row(
        _N, "tokens that the sessions of a key may use in 60 s; beyond it they are closed with 1007", _DOC,
        words=("off",), bare="100000", unit="tokens",
    ),
    "max_sessions": Row(
        _N, "sessions a key may have at once; one more is closed with 1007", _GUESS, bare="1", unit="sessions"
    ),
    "quota": Row(
        _W, "the account is used up", _DOC, words=("off", "error", "http-429", "http-403"), bare="error"
    ),
    "close_1007_workspace": Row(_D, 'close 1007 "Workspace access denied" after the update', _SEEN),
    "model_not_found": Row(_D, 'close 1007 "Model not found." behind the upgrade', _DOC),
    "free_tier": Row(_D, "close 1007 behind the upgrade: the free tier is exhausted", _DOC),
    "tpm_limit": Row(_D, "close 1007 behind the upgrade: the tokens of this minute are used up", _DOC),
    "busy_1013": Row(_D, "close 1013 behind the upgrade: overloaded, try again later", _GUESS),
    "rejects_update": Row(_D, "every session.update is answered by an error", _GUESS),
    "slow_created": Row(_N, "session.created comes late", _GUESS, bare="5000", unit="ms"),
    "no_created": Row(_D, "session.created never comes", _GUESS),
    "no_updated": Row(_D, "session.updated never comes", _GUESS),
    "finish": Row(
        _W, "what follows session.finish", _SEEN, words=("normal", "delayed", "never"), bare="delayed"
    ),
    "idle": Row(
        _W, "how an idle session ends", _SEEN, words=("1011", "1007", "error", "asr-504"), bare="1007"
    ),
    "idle_counts": Row(
        _W, "what an idle session lacks", _GUESS, words=("no-speech", "no-audio"), bare="no-audio"
    ),
    "idle_seconds": Row(_N, "how long a session may be idle", _SEEN, bare="300", unit="s"),
    "idle_close": Row(_N, "the same, short", _SEEN, bare="20", unit="s"),
    "session_limit_seconds": Row(_N, "how long a session may last", _DOC, bare="7200", unit="s"),
    "session_limit_code": Row(
        _W, "how a session ends at its limit", _GUESS, words=("1000", "1001", "1011", "drop"), bare="1001"
    ),
    "context_limit_tokens": Row(_N, "tokens in and out that fill the context", _DOC, bare="53248", unit="tokens"),
    "context_full": Row(
        _W, "what follows a full context", _GUESS, words=("close", "error", "ignore"), bare="ignore"
    ),
    "image_context": Row(
        _W, "whether pictures stay in the context", _GUESS, words=("accumulate", "per-turn"), bare="per-turn"
    ),
    # judging what a client sends
    "strict_update": Row(
        _W, "full: refuses an update that lacks what our own client must send", _GUESS,
        words=("off", "full"), bare="full",
    ),
    "second_update": Row(
        _W, "a second session.update", _GUESS, words=("reject", "accept", "ignore", "close"), bare="accept"
    ),
    "partial_update": Row(
        _W, "an accepted second update that lacks fields", _GUESS, words=("merge", "replace", "reject"), bare="replace"
    ),
    "voice_check": Row(
        _W, "when a voice that is not supported fails", _SEEN, words=("first-turn", "update", "off"), bare="update"
    ),
    "audio_for_text_target": Row(
        _W, "sound asked for where the language has no voice", _GUESS,
        words=("text-only", "error", "silence", "speak"), bare="error",
    ),
    "asr_default": Row(_W, "source transcript where the client is silent", _DOC, words=("off", "on"), bare="on"),
    "source_default": Row(
        _W, "source language where the client is silent", _DOC, words=("detect", "en"), bare="en"
    ),
    "eager_audio": Row(
        _W, "audio after session.update and before session.updated", _GUESS,
        words=("accept", "close", "error"), bare="close",
    ),
    "omni_events": Row(
        _W, "events of the sibling model", _GUESS, words=("error", "ignore", "close"), bare="ignore"
    ),
    "opus": Row(_W, "opus audio", _GUESS, words=("error", "ignore"), bare="ignore"),
    "image_gate": Row(
        _W, '"Error append image before append audio.": in an empty buffer, always, or never', _GUESS,
        words=("on", "always", "off"), bare="always",
    ),
    "image_limits": Row(
        _W, "pictures that are too large, too fast, or none", _GUESS, words=("error", "ignore", "close"), bare="ignore"
    ),
    "usage_images": Row(_W, "pictures in usage", _GUESS, words=("off", "on"), bare="on"),
    "clone_surcharge": Row(_N, "output audio costs so much more in a cloned voice", _SEEN, bare="40", unit="percent"),
    "error_closes": Row(_W, "whether an error ends the session", _GUESS, words=("off", "on"), bare="on"),
    # the network
    "latency": Row(_N, "what it sends is under way for this long", _GUESS, bare="300", unit="ms"),
    "jitter": Row(_N, "and up to this much longer", _GUESS, bare="200", unit="ms"),
    "throttle": Row(_N, "what it sends passes at this rate", _GUESS, bare="256", unit="kilobits a second"),
    # the certificate: the server's business
    "expired_certificate": Row(_D, "shows a certificate that has expired", _GUESS),
    "not_yet_valid_certificate": Row(_D, "shows a certificate that is not valid yet", _GUESS),
}  # fmt: skip

OTHER_NAMES: dict[str, tuple[str, str]] = {
    "drop": ("drops_mid_response", ""),
    "repeat_output": ("repeat_output_1011", ""),
    "stash_withdraw": ("withdrawn_stash", ""),
    "http_401": ("refuses_key", ""),
    "http_403": ("no_access", ""),
    "rate_limited": ("rate_limit", "0"),
    "never_finishes": ("finish", "never"),
    "missing_link": ("link", "none"),
    "second_line_refused": ("max_sessions", "1"),
    "interrupted_response": ("interrupt", "incomplete"),
}
"""Other name -> (name, the value that it stands for; "" = whatever is given)."""

HABITS: dict[str, tuple[str, str]] = {
    **{name: (row.does, row.tag) for name, row in ROWS.items()},
    **{
        other: (f"the same as {name}{':' if value else ''}{value}: {ROWS[name].does}", ROWS[name].tag)
        for other, (name, value) in OTHER_NAMES.items()
    },
}
"""Name -> (what it does, "documented" | "seen" | "guessed"): what ``--habits`` lists."""
