"""The emulator's log of the wire: every message both ways as a JSON line, audio and pictures as lengths.

Between them stand the faults of a client (``"way": "fault"``), each behind the message that shows it.

Responsible for: the file, and taking sound and pictures out of what is written to it.
Must not: hold keys: headers and queries are never written.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, TextIO

from appliance.emulator.session.interfaces import Close, Drop, Mute, Output, Send, SendRaw
from appliance.errors import Problem, SettingsError

TEXT_LIMIT = 2_000  # characters of a message that is no JSON object
_HEAVY = frozenset(("audio", "image", "delta"))


class WireLog:
    """Lines ``{"at": ms, "connection": n, "way": "in" | "out" | …}``. Without a path it does nothing."""

    def __init__(self, path: Path | None, now_ms: Callable[[], int]) -> None:
        self._now_ms = now_ms
        self._count = 0
        self._file: TextIO | None = None
        if path is not None:
            try:
                self._file = path.open("a", encoding="utf-8")
            except OSError as error:
                raise SettingsError((Problem(str(path), f"cannot be written: {error.strerror}"),)) from None

    def opened(self) -> int:
        """A connection was accepted: its number, from 1."""
        self._count += 1
        self._write(connection=self._count, way="open")
        return self._count

    def refused(self, status: int) -> None:
        """An upgrade was refused."""
        self._write(way="refused", status=status)

    def received(self, connection: int, message: dict[str, Any] | str) -> None:
        """A message of the client."""
        self._write(connection=connection, way="in", message=_light(message))

    def sent(self, connection: int, output: Output) -> None:
        """An output of the session, as it goes out."""
        match output:
            case Send(message):
                self._write(connection=connection, way="out", message=_light(message))
            case SendRaw(text):
                self._write(connection=connection, way="out", raw=len(text))
            case Close(code, reason):
                self._write(connection=connection, way="close", code=code, reason=reason)
            case Drop():
                self._write(connection=connection, way="drop")
            case Mute(pongs):
                self._write(connection=connection, way="mute", pongs=pongs)

    def fault(self, connection: int, sentence: str) -> None:
        """The client did something that the service's pages do not allow."""
        self._write(connection=connection, way="fault", says=sentence)

    def closed(self, connection: int, code: int | None) -> None:
        """A connection ended; ``code`` as the library saw it."""
        self._write(connection=connection, way="closed", code=code)

    def close(self) -> None:
        """No more lines."""
        if self._file is not None:
            self._file.close()
            self._file = None

    def _write(self, **row: Any) -> None:
        if self._file is not None:
            self._file.write(json.dumps({"at": self._now_ms(), **row}, ensure_ascii=False) + "\n")
            self._file.flush()


def _light(message: dict[str, Any] | str) -> dict[str, Any] | str:
    """The message with the length in place of sound and pictures: of their bytes, before base64."""
    if isinstance(message, str):
        return message[:TEXT_LIMIT]
    return {
        key: len(value) * 3 // 4 - value[-2:].count("=") if key in _HEAVY and isinstance(value, str) else value
        for key, value in message.items()
    }
