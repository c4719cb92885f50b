"""Interpreting on a thread of its own, for whoever must not be held up.

Responsible for: turning an interpreter that takes its time (10 to 150 ms at the end of a long turn) into one that
answers at once, with None until it knows ("ask again later", ``parts.Interpreter``).
Must not: know what an interpreter does. In virtual time it has no place: use the interpreter itself.
"""

from collections import deque
from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass

from appliance.emulator.session.interfaces import Interpretation, Interpreter, Sound

TURNS_LIMIT = 8  # of one listener at once; the oldest is forgotten and, if asked for again, begun again


@dataclass(frozen=True, slots=True)
class _Question:
    heard: bytes
    target: str
    speak: bool
    complete: bool
    phrases: dict[str, str]
    picture: bytes | None

    def goes_on_from(self, earlier: "_Question") -> bool:
        """Whether it is asked of the same turn: its sound begins with what was heard then."""
        same = (self.target, self.speak) == (earlier.target, earlier.speak)
        return same and self.heard.startswith(earlier.heard)


@dataclass(slots=True)
class _Turn:
    question: _Question
    answer: Future[Interpretation | None]
    early: Interpretation | None = None
    picture: bytes | None = None  # that it takes into account


class Listener:
    """Implements ``parts.Interpreter`` over another one. Asked from one thread; the work is done on ``worker``."""

    def __init__(self, interpreter: Interpreter, worker: ThreadPoolExecutor) -> None:
        self._interpreter = interpreter
        self._worker = worker
        self._turns: deque[_Turn] = deque(maxlen=TURNS_LIMIT)

    def interpret(
        self,
        heard: Sequence[Sound],
        target: str,
        *,
        speak: bool,
        complete: bool,
        phrases: dict[str, str],
        picture: bytes | None,
    ) -> Interpretation | None:
        """As ``parts.Interpreter``; None also while a complete turn is being thought about."""
        question = _Question(b"".join(heard), target, speak, complete, phrases, picture)
        turn = next((each for each in self._turns if question.goes_on_from(each.question)), None)
        if turn is None:
            self._turns.append(_Turn(question, self._ask(question)))
            return None
        if turn.answer.done():
            answer, answered = turn.answer.result(), turn.question
            if complete and answer is not None and answered == question:
                self._turns.remove(turn)
                return answer
            if not answered.complete:
                turn.early = answer or turn.early
                turn.picture = answered.picture
            turn.question, turn.answer = question, self._ask(question)
        return turn.early if not complete and picture == turn.picture else None

    def _ask(self, question: _Question) -> "Future[Interpretation | None]":
        return self._worker.submit(
            self._interpreter.interpret, [question.heard], question.target, speak=question.speak,
            complete=question.complete, phrases=question.phrases, picture=question.picture,
        )  # fmt: skip
