"""Which letter is which key, for people without keys.

Responsible for: turning letters into edges, without a terminal and without time of its own.
Must not: read a terminal (``keyboard_keys.py``).
"""

from appliance.core.model.events import Key

TAP_MS = 100  # a terminal tells of presses alone, so each lasts this long
POWER_MS = 2_200  # POWER wants 2 s
_TAPS = {
    "t": Key.TALK,
    "g": Key.GUEST,
    "l": Key.LANGUAGE,
    "r": Key.REPEAT,
    "c": Key.CAMERA,
    "m": Key.MUTE,
}
_DETENTS = {"+": Key.LOUDER, "=": Key.LOUDER, "-": Key.QUIETER}

LEGEND = (
    "keys: t talk · g guest · l language · r repeat · c camera · m mute · + louder · - quieter\n"
    "      p privacy · q switch off · a capital (T G L R C M) holds the key until it is typed again"
)

Edge = tuple[str, bool, int]
"""(key, down, at_ms)."""


class LetterKeys:
    """The state of the keys that letters press.

    A small letter is a tap: down now, up 100 ms later; the same letter within that time lasts longer, it does not press
    twice. A capital presses and stays, the next one lets go; a tap lets go of a held key. ``p`` turns privacy (down is
    live), ``q`` holds POWER for 2.2 s, ``+`` and ``-`` are one detent each (a down alone). Anything else is nothing.
    """

    def __init__(self) -> None:
        self.private = False
        self._up_at: dict[Key, int] = {}
        self._held: set[Key] = set()

    @property
    def next_due_ms(self) -> int | None:
        """When ``due`` has something to tell; None when nothing is pressed for a time."""
        return min(self._up_at.values(), default=None)

    def type(self, letter: str, now_ms: int) -> list[Edge]:
        """The edges of one letter."""
        if letter == "p":
            self.private = not self.private
            return [(Key.PRIVACY, not self.private, now_ms)]
        if letter in _DETENTS:
            return [(_DETENTS[letter], True, now_ms)]
        if letter == "q":
            return self._tap(Key.POWER, now_ms, POWER_MS)
        if letter in _TAPS:
            return self._tap(_TAPS[letter], now_ms, TAP_MS)
        if letter.lower() in _TAPS:
            return self._toggle(_TAPS[letter.lower()], now_ms)
        return []

    def due(self, now_ms: int) -> list[Edge]:
        """The releases that are due, at the time they were due, oldest first."""
        over = sorted((at_ms, key) for key, at_ms in self._up_at.items() if at_ms <= now_ms)
        for _, key in over:
            del self._up_at[key]
        return [(key, False, at_ms) for at_ms, key in over]

    def release(self, now_ms: int) -> list[Edge]:
        """Let go of everything: the keyboard is going away."""
        keys = sorted(self._held | set(self._up_at))
        self._held.clear()
        self._up_at.clear()
        return [(key, False, now_ms) for key in keys]

    def _tap(self, key: Key, now_ms: int, for_ms: int) -> list[Edge]:
        if key in self._held:
            self._held.discard(key)
            return [(key, False, now_ms)]
        pressed = key in self._up_at
        self._up_at[key] = now_ms + for_ms
        return [] if pressed else [(key, True, now_ms)]

    def _toggle(self, key: Key, now_ms: int) -> list[Edge]:
        if key in self._held:
            self._held.discard(key)
            return [(key, False, now_ms)]
        self._held.add(key)
        return [] if self._up_at.pop(key, None) is not None else [(key, True, now_ms)]
