"""The flight recorder: the last events, without words, and the state they began from.

Responsible for: keeping them in memory, dumping them on a fault or a bug, and reading a dump for ``dragoman replay``.
Must not: write anything else than on a dump, or keep what was said (lengths only).
"""

import dataclasses
import enum
import json
import logging
import threading
import types
import typing
from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from appliance.core.model import codes as core_codes
from appliance.core.model import events as core_events
from appliance.core.model import state as core_state
from appliance.core.model.codes import CodePage, CodeRead
from appliance.core.model.direction import Direction
from appliance.core.model.events import Event, LevelMetered, SourceArrived, TextArrived
from appliance.core.model.state import Shown, State

EVENTS = 2_000
# 2: the classes of events and state that a dump names have other names than in 1.
FORMAT = "dragoman-recorder-2"

log = logging.getLogger(__name__)

_CLASSES: dict[str, type[Any]] = {
    cls.__name__: cls
    for module in (core_codes, core_events, core_state)
    for cls in vars(module).values()
    if isinstance(cls, type) and dataclasses.is_dataclass(cls)
} | {"Direction": Direction}


class Recorder:
    """Fed by the event loop; one file, overwritten by the next dump."""

    def __init__(self, path: Path | None, events: int = EVENTS) -> None:
        """``path``: where a dump goes; None = nowhere (no folder of our own to write to)."""
        self._path = path
        self._half = events // 2
        # Two halves, each with the state it began from: dropping the older one never loses the link between them.
        self._halves: deque[tuple[State, list[tuple[int, Event]]]] = deque(maxlen=2)
        self._lock = threading.Lock()  # a worker that dies dumps while the event loop goes on

    def begin(self, state: State) -> None:
        """The state before the first event."""
        with self._lock:
            self._halves.append((_wordless_state(state), []))

    def note(self, at: int, event: Event) -> None:
        """An event is about to be stepped."""
        if self._halves and not isinstance(event, LevelMetered):
            row = (at, _wordless(event))
            with self._lock:
                self._halves[-1][1].append(row)

    def keep(self, state: State) -> None:
        """The state after it."""
        if self._halves and len(self._halves[-1][1]) >= self._half:
            self.begin(state)

    def dump(self, why: str) -> None:
        """Write everything down. A storage that cannot be written is logged: a dump must not be a second fault."""
        if self._path is None or not self._halves:
            return
        with self._lock:
            halves = [(state, list(rows)) for state, rows in self._halves]
        temporary = self._path.with_suffix(".part")
        try:
            with temporary.open("w", encoding="utf-8") as file:
                file.writelines(line + "\n" for line in _lines(why, halves))
            temporary.replace(self._path)
        except OSError as error:
            log.warning("the recorder cannot write: %s", error)


def _lines(why: str, halves: list[tuple[State, list[tuple[int, Event]]]]) -> Iterator[str]:
    yield json.dumps({"format": FORMAT, "why": why, "state": encoded(halves[0][0])}, ensure_ascii=False)
    for _, rows in halves:
        for at, event in rows:
            yield json.dumps({"at": at, "event": encoded(event)}, ensure_ascii=False)


def read(path: Path) -> tuple[State, list[tuple[int, Event]]]:
    """A dump's first state and its events. Raises ``ValueError`` with a sentence for anything else."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
        head = json.loads(lines[0])
        if head["format"] != FORMAT:
            raise ValueError(f"{path} is a recording of another version")
        rows = [json.loads(line) for line in lines[1:]]
        return decoded(head["state"], State), [(row["at"], decoded(row["event"], Any)) for row in rows]
    except (KeyError, IndexError, TypeError, json.JSONDecodeError, UnicodeDecodeError) as error:
        raise ValueError(f"{path} is not a recording: {error}") from None


def encoded(value: Any) -> Any:
    """Dataclasses as ``{"": class, field: …}``; the rest as JSON has it."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        fields = {f.name: encoded(getattr(value, f.name)) for f in dataclasses.fields(value)}
        return {"": type(value).__name__, **fields}
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, tuple | list):
        return [encoded(item) for item in value]
    if isinstance(value, frozenset):
        return sorted(encoded(item) for item in value)
    return value


def decoded(value: Any, wanted: Any) -> Any:
    """The reverse of ``encoded``, by the annotations of the fields."""
    if isinstance(value, dict):
        cls = _CLASSES[value[""]]
        hints = typing.get_type_hints(cls)
        return cls(**{name: decoded(item, hints[name]) for name, item in value.items() if name})
    if value is None:
        return None
    if isinstance(wanted, types.UnionType):
        wanted = next(arm for arm in wanted.__args__ if arm is not types.NoneType)
    if isinstance(value, list):
        arms = typing.get_args(wanted) or (Any,)
        if typing.get_origin(wanted) is frozenset:
            return frozenset(decoded(item, arms[0]) for item in value)
        if len(arms) == 2 and arms[1] is Ellipsis:
            arms = (arms[0],) * len(value)
        return tuple(decoded(item, arm) for item, arm in zip(value, arms, strict=True))
    if isinstance(wanted, type) and issubclass(wanted, enum.Enum):
        return wanted(value)
    return value


def _dots(text: str) -> str:
    return "·" * len(text)


def _wordless(event: Event) -> Event:
    """The event with as many dots in the place of words."""
    if isinstance(event, TextArrived | SourceArrived):
        return dataclasses.replace(event, text=_dots(event.text), stash=_dots(event.stash))
    if isinstance(event, CodeRead):
        return dataclasses.replace(event, pages=_wordless_pages(event.pages))
    return event


def _wordless_pages(pages: tuple[CodePage, ...]) -> tuple[CodePage, ...]:
    """A network's name tells where the box stands."""
    return tuple(dataclasses.replace(page, text=_dots(page.text)) for page in pages)


def _wordless_shown(shown: tuple[Shown, ...]) -> tuple[Shown, ...]:
    return tuple(dataclasses.replace(s, text=_dots(s.text), tail=_dots(s.tail), raw=_dots(s.raw)) for s in shown)


def _wordless_state(state: State) -> State:
    shown = _wordless_shown(state.shown)
    captions = dataclasses.replace(state.captions, said=_wordless_shown(state.captions.said))
    offer, code = state.code.offer, state.code
    if offer is not None:
        code = dataclasses.replace(code, offer=dataclasses.replace(offer, pages=_wordless_pages(offer.pages)))
    return dataclasses.replace(state, shown=shown, source_text=_dots(state.source_text), code=code, captions=captions)
