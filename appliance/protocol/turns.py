"""Which turn a response belongs to, and which turn a piece of the speaker's own words belongs to.

Responsible for: the table of one line's turns and responses, and the pairing of the two.
Must not: know messages, words or sound; ``session.py`` asks, and tells the rest of the box.

One turn for each stretch of speech that the service hears, numbered from 1; one response for each turn, the empty ones
too. A response is paired by the link that its item bears (``previous_item_id`` = the source's item) where that names a
turn still without a response; else the n-th response goes with the n-th turn. A response for which there is no turn
opens one. Some services leave out items, links or ``speech_started``; none of that may shift the rest.
"""

from dataclasses import dataclass, field
from typing import Any

from appliance.protocol.pcm import DeltaJoiner

KEPT = 64
"""Turns, responses and items remembered. The oldest are dropped: what is 64 turns old was answered or reported lost."""


@dataclass(slots=True)
class Snapshot:
    """Words that are told as snapshots of all that is confirmed so far."""

    text: str = ""
    final: bool = False

    def replace(self, text: str) -> None:
        """A newer snapshot. An empty one never erases what was confirmed."""
        self.text = text or self.text

    def close(self, text: str | None) -> None:
        """The last word, which always wins; None = it was left out, and what is confirmed stands."""
        self.text = (self.text if text is None else text).strip()
        self.final = True


@dataclass(slots=True)
class Turn:
    """One stretch of speech as the service sees it."""

    number: int
    source_id: str = ""  # the item of the speaker's own words, "" = not known
    start_ms: int | None = None
    heard: bool = False  # speech_started came
    stopped: bool = False  # speech_stopped came
    paired: bool = False  # it has its response
    answered: bool = False  # the response is done
    language: str = ""
    source: Snapshot = field(default_factory=Snapshot)


@dataclass(slots=True)
class Response:
    """One answer of the service."""

    key: str  # its id, or one of our own where the service gave none
    order: int  # of creation, from 1
    turn: int = 0  # 0 = not paired yet
    done: bool = False
    text_done: bool = False  # the text's own .done came
    text: Snapshot = field(default_factory=Snapshot)
    joiner: DeltaJoiner = field(default_factory=DeltaJoiner)


@dataclass(frozen=True, slots=True)
class Pairing:
    """A response has found its turn. ``opened``: it had to open one."""

    turn: int
    opened: bool


class TurnTable:
    """The turns and responses of one line."""

    def __init__(self) -> None:
        self._turns: dict[int, Turn] = {}
        self._responses: dict[str, Response] = {}
        self._items: dict[str, str] = {}  # a translation's item → the key of its response
        self._turns_opened = 0
        self._responses_created = 0

    def hear(self, item_id: str, start_ms: int | None) -> tuple[Turn, bool] | None:
        """Speech has begun: its turn, and whether that is a new one. None = told twice.

        A response that is still open and opened its turn without speech was only quicker than this message.
        """
        turn = self._by_source(item_id)
        if turn is not None and turn.heard:
            if not (turn.answered and turn.stopped):
                return None
            turn.source_id, turn = "", None  # the service uses an id again: this is speech of its own
        turn = turn or next(
            (each for each in self._turns.values() if not (each.heard or each.source_id or each.answered)), None
        )
        opened = turn is None
        turn = turn or self._open()
        turn.heard, turn.source_id, turn.start_ms = True, item_id, start_ms
        return turn, opened

    def stop(self, item_id: str, end_ms: int | None) -> Turn | None:
        """Speech has ended: its turn. None = nothing that it could belong to, or told twice.

        Without an id it is the latest turn that began before; the message may come after the next turn has begun.
        """
        turn = self._by_source(item_id) or next(
            (
                each
                for each in reversed(self._turns.values())
                if not each.stopped
                and not (item_id and each.source_id)
                and (end_ms is None or each.start_ms is None or each.start_ms <= end_ms)
            ),
            None,
        )
        if turn is None or turn.stopped:
            return None
        turn.stopped = True
        return turn

    def source(self, item_id: str) -> Turn | None:
        """The turn whose own words this item holds. An unknown item goes with the first turn that has none."""
        turn = self._by_source(item_id)
        if turn is None and item_id:
            turn = next((each for each in self._turns.values() if not each.source_id), None)
            if turn is not None:
                turn.source_id = item_id
        elif turn is None:
            turn = next(reversed(self._turns.values()), None)
        return turn

    def turn(self, number: int) -> Turn | None:
        """The turn of that number, while it is remembered."""
        return self._turns.get(number)

    def create(self, response_id: str) -> list[Pairing]:
        """A response has begun. It is paired at once where only one turn can be meant; else its link is waited for."""
        known = self._responses.get(response_id)
        if known is not None and not known.done:
            return []
        if known is not None:  # the service uses an id again: this is a response of its own
            del self._responses[response_id]
        response = self._remember(response_id)
        unpaired = [each for each in self._responses.values() if not each.turn]
        waiting = [each for each in self._turns.values() if not each.paired]
        return self.pair(response) if len(unpaired) == 1 and len(waiting) <= 1 else []

    def add_item(self, response_id: str, item_id: str) -> None:
        """The response writes into this item."""
        self._items[item_id] = self.respond(response_id, "").key
        _bound(self._items)

    def link(self, item_id: str, role: str, previous_item_id: str) -> list[Pairing]:
        """An item was put into the conversation, behind another: perhaps a translation behind its source."""
        if role == "user":
            self.source(item_id)
            return []
        response = self._responses.get(self._items.get(item_id, ""))
        if response is None:
            response = next((each for each in self._responses.values() if not each.turn), None)
        if response is None:
            return []
        turn = self._by_source(previous_item_id)
        if response.turn or turn is None or turn.paired:
            pairings = self.pair(response)
            own = self._turns.get(response.turn)
            if turn is None and own is not None and not own.source_id:
                own.source_id = previous_item_id
            return pairings
        turn.paired, response.turn = True, turn.number
        return [Pairing(turn.number, opened=False)]

    def respond(self, response_id: str, item_id: str) -> Response:
        """The response that a message is about, by its id, its item, or else the newest one still open."""
        key = response_id or self._items.get(item_id, "")
        if not key:
            key = next((each.key for each in reversed(self._responses.values()) if not each.done), "")
        return self._responses.get(key) or self._remember(key)

    def pair(self, response: Response) -> list[Pairing]:
        """Pair by order what is not paired yet: this response, and before it all that began earlier."""
        pairings: list[Pairing] = []
        if response.turn:
            return pairings
        for each in self._responses.values():
            if each.order > response.order or each.turn:
                continue
            turn = next((one for one in self._turns.values() if not one.paired), None)
            pairings.append(Pairing(turn.number if turn else self._turns_opened + 1, opened=turn is None))
            turn = turn or self._open()
            turn.paired, each.turn = True, turn.number
        return pairings

    def _by_source(self, item_id: str) -> Turn | None:
        if not item_id:
            return None
        return next((each for each in self._turns.values() if each.source_id == item_id), None)

    def _open(self) -> Turn:
        self._turns_opened += 1
        turn = self._turns[self._turns_opened] = Turn(self._turns_opened)
        _bound(self._turns)
        return turn

    def _remember(self, response_id: str) -> Response:
        self._responses_created += 1
        response = Response(response_id or f"#{self._responses_created}", self._responses_created)
        self._responses[response.key] = response
        _bound(self._responses)
        return response


def _bound(table: dict[Any, Any]) -> None:
    while len(table) > KEPT:
        del table[next(iter(table))]
