"""WebSocket frames without a socket: bytes in, messages out, and the bytes of what we send.

Responsible for: keeping partial frames, the 4 MiB limit, joining fragments, refusing what RFC 6455 forbids a server.
Must not: read or write a socket. Parsing and masking are websocket-client's own; its blocking is not used.

Its frame reader asks a function for bytes; ours answers from a buffer and raises when that runs short, and the reader
keeps what it has. A slow frame so never blocks anybody (its ``recv`` was measured to hold a thread for 3.2 s).
"""

import struct
from dataclasses import dataclass

from websocket import ABNF, WebSocketException, continuous_frame, frame_buffer

from appliance.errors import NonsenseError

FRAME_LIMIT_BYTES = 4 * 1024 * 1024
CONTROL_LIMIT_BYTES = 125
NO_STATUS = 1005  # RFC 6455, 7.1.5: the close frame had no code


class OversizedError(NonsenseError):
    """A frame, or the fragments of a message together, above 4 MiB."""


@dataclass(frozen=True, slots=True)
class Text:
    """A complete text message, not yet decoded."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class Binary:
    """A complete binary message: never ours. Only its size is kept."""

    size_bytes: int


@dataclass(frozen=True, slots=True)
class Ping:
    """To be answered with the same payload."""

    payload: bytes


@dataclass(frozen=True, slots=True)
class Pong:
    """The answer to a ping, or a courtesy."""


@dataclass(frozen=True, slots=True)
class Closed:
    """A close frame; ``code`` 1005 where it had none."""

    code: int
    reason: str


Incoming = Text | Binary | Ping | Pong | Closed


class _ShortError(Exception):
    """The buffer holds less than the reader wants."""


class FrameReader:
    """Feed it what the socket gave, and take complete messages out."""

    def __init__(self) -> None:
        self._buffer = bytearray()
        self._taken = 0
        self._reader = frame_buffer(self._take, skip_utf8_validation=True)
        self._joiner = continuous_frame(False, True)
        self._joined_bytes = 0

    def feed(self, data: bytes) -> None:
        """Add what came from the socket."""
        if self._taken:
            del self._buffer[: self._taken]
            self._taken = 0
        self._buffer += data

    def next(self) -> Incoming | None:
        """The next message, or None until more is fed. Raises ``NonsenseError`` (also ``OversizedError``)."""
        try:
            while True:
                frame = self._reader.recv_frame()
                if (incoming := self._digest(frame)) is not None:
                    return incoming
        except _ShortError:
            return None
        except WebSocketException as error:
            raise NonsenseError(f"not a WebSocket frame: {type(error).__name__}") from None

    def _take(self, wanted: int) -> bytes:
        """Exactly ``wanted`` bytes: whole pieces keep the reader's list of pieces short, however slowly they come."""
        length = self._reader.length
        if length is not None and length > FRAME_LIMIT_BYTES:
            raise OversizedError(f"a frame of {length} bytes")
        end = self._taken + wanted
        if len(self._buffer) < end:
            raise _ShortError
        piece = bytes(self._buffer[self._taken : end])
        self._taken = end
        return piece

    def _digest(self, frame: ABNF) -> Incoming | None:
        if frame.mask_value:
            raise NonsenseError("a masked frame from the service")  # RFC 6455, 5.1
        payload = bytes(frame.data) if isinstance(frame.data, bytes) else frame.data.encode()
        if frame.opcode < ABNF.OPCODE_CLOSE:
            return self._join(frame, len(payload))
        if len(payload) > CONTROL_LIMIT_BYTES or not frame.fin:
            raise NonsenseError("a control frame that is too long or in parts")  # RFC 6455, 5.5
        if frame.opcode == ABNF.OPCODE_PING:
            return Ping(payload)
        if frame.opcode == ABNF.OPCODE_PONG:
            return Pong()
        if not payload:
            return Closed(NO_STATUS, "")
        return Closed(int(struct.unpack_from("!H", payload)[0]), payload[2:].decode(errors="replace"))

    def _join(self, frame: ABNF, size_bytes: int) -> Incoming | None:
        self._joiner.validate(frame)
        self._joined_bytes += size_bytes
        if self._joined_bytes > FRAME_LIMIT_BYTES:
            raise OversizedError(f"a message of more than {FRAME_LIMIT_BYTES} bytes in fragments")
        self._joiner.add(frame)
        if not self._joiner.is_fire(frame):
            return None
        self._joined_bytes = 0
        opcode, whole = self._joiner.extract(frame)
        data = whole.data if isinstance(whole.data, bytes) else whole.data.encode()
        if opcode != ABNF.OPCODE_TEXT and not data.lstrip().startswith(b"{"):
            return Binary(len(data))
        return Text(data)  # JSON that some proxy made binary is JSON


def text_frame(payload: bytes | str) -> bytes:
    """The wire's bytes of a text message: one frame, masked."""
    return ABNF.create_frame(payload, ABNF.OPCODE_TEXT).format()


def ping_frame() -> bytes:
    """The wire's bytes of an empty ping."""
    return ABNF.create_frame(b"", ABNF.OPCODE_PING).format()


def pong_frame(payload: bytes) -> bytes:
    """The wire's bytes of the answer to a ping."""
    return ABNF.create_frame(payload, ABNF.OPCODE_PONG).format()


def close_frame(code: int, reason: str = "") -> bytes:
    """The wire's bytes of a close frame; ``reason`` is cut to the 123 bytes that fit."""
    cut = reason.encode()[: CONTROL_LIMIT_BYTES - 2].decode(errors="ignore").encode()
    return ABNF.create_frame(struct.pack("!H", code) + cut, ABNF.OPCODE_CLOSE).format()
