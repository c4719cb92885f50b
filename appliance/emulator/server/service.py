"""The emulated service as a whole: who may connect, and what outlives a connection.

Responsible for: path, model, bearer, connects a minute, and the count of turns in the server's life for the habits.
Must not: touch a socket. It is an emulator: what it says is rehearsed.
"""

import hmac
import json
from collections import deque
from collections.abc import Callable, Mapping
from random import Random
from urllib.parse import parse_qs

from appliance.emulator.faults.settings import Habits
from appliance.emulator.faults.table import ROWS, Kind
from appliance.emulator.session.context import House
from appliance.emulator.session.interfaces import Close, Detector, Interpreter, Refusal
from appliance.emulator.session.limits import CONNECTS_PER_MINUTE, QUOTA_CODE, QUOTA_USED, TOKENS_PER_MINUTE
from appliance.emulator.session.models import Profile, resolve_profile
from appliance.emulator.session.session import ServiceSession

PATH = "/api-ws/v1/realtime"
WINDOW_MS = 60_000
CLOSES = {
    "model_not_found": Close(1007, "Model not found."),
    "free_tier": Close(1007, f"{QUOTA_CODE} The free tier of the model has been exhausted."),
    "tpm_limit": Close(1007, "Throttling.AllocationQuota Allocated quota exceeded, please increase your quota limit."),
    "busy_1013": Close(1013, "Voice synthesis is overloaded. Please try again later."),
}
KEYS_LIMIT = 1_000  # keys whose connects are remembered; more, and all are forgotten
REFUSALS = {
    401: ("InvalidApiKey", "Invalid API-key provided."),
    403: ("AccessDenied", "Model access denied."),
    429: (QUOTA_CODE, QUOTA_USED),
}


class Service:
    """One service. ``key`` None: any bearer that is not empty. ``habits`` may be changed while it runs.

    ``interpreter``: one for everybody, or what answers each key's own.
    """

    def __init__(
        self,
        key: str | None,
        detector: Callable[[], Detector],
        interpreter: Interpreter | Callable[[str], Interpreter],
        habits: Habits,
        seed: int = 0,
    ) -> None:
        self.habits = habits
        self.turns = 0
        self.connects = 0
        self._key = key
        self._detector = detector
        self._interpreter = interpreter
        self._chance = Random(seed)  # noqa: S311 - faults that can be repeated, no secrets
        self._dials: dict[str, deque[int]] = {}
        self._spent: dict[str, deque[tuple[int, int]]] = {}  # key -> (when, tokens) of the last minute
        self._live: dict[str, int] = {}
        self._replayed: dict[str, int] = {}  # turns that the next session of a key will say again

    def connect(self, path: str, headers: Mapping[str, str], now: int) -> Refusal | ServiceSession:
        """An upgrade request: ``path`` with its query, as written on the wire."""
        self.connects += 1
        dial = self._fired((Kind.DIAL,), self.connects, spared=False)
        place, _, query = path.partition("?")
        if place != PATH or "http_404" in dial:
            return self._refusal(404)
        bearer = self._bearer(headers)
        if bearer is None or "refuses_key" in dial:
            return self._refusal(401)
        names = parse_qs(query).get("model", [])
        if not names:
            return self._refusal(404)
        profile = resolve_profile(names[0])
        quota = self.habits.word("quota")
        if profile is None or "no_access" in dial:
            return self._refusal(403)
        if quota.startswith("http-"):
            return self._refusal(int(quota[-3:]), QUOTA_CODE)
        return self._admit(bearer, profile, dial, now)

    def _admit(self, bearer: str, profile: Profile, dial: dict[str, str], now: int) -> ServiceSession:
        doom = self._limited(bearer, now)
        doom = next((close for name, close in CLOSES.items() if name in dial), doom)
        allowed = self.habits.number("max_sessions", 0)
        if doom is None and allowed and self._live.get(bearer, 0) >= allowed:
            doom = Close(1007, "emulator: too many sessions at once.")
        counted = doom is None
        if counted:
            self._live[bearer] = self._live.get(bearer, 0) + 1

        def left(unanswered: int) -> None:
            if counted:
                self._live[bearer] -= 1
                self._replayed[bearer] = unanswered

        interpreter = self._interpreter(bearer) if callable(self._interpreter) else self._interpreter
        house = House(
            self._detector, interpreter, self.habits, lambda: self._plan_turn(bearer), left,
            lambda at, tokens: self._spend(bearer, at, tokens), dial, doom,
        )  # fmt: skip
        return ServiceSession(house, profile, Random(self._chance.getrandbits(64)))  # noqa: S311 - as above

    def _limited(self, bearer: str, now: int) -> Close | None:
        """Connects of this key in the last minute."""
        if len(self._dials) > KEYS_LIMIT:
            self._dials.clear()
        dials = self._dials.setdefault(bearer, deque())
        while dials and now - dials[0] >= WINDOW_MS:
            dials.popleft()
        allowed = self.habits.number("rate_limit", CONNECTS_PER_MINUTE)
        if allowed is None or len(dials) < allowed:
            dials.append(now)
            return None
        return Close(1007, "Requests rate limit exceeded, please try again later.")

    def _spend(self, bearer: str, now: int, tokens: int) -> bool:
        """Tokens of this key in the last minute: whether these are still allowed."""
        if len(self._spent) > KEYS_LIMIT:
            self._spent.clear()
        spent = self._spent.setdefault(bearer, deque())
        while spent and now - spent[0][0] >= WINDOW_MS:
            spent.popleft()
        spent.append((now, tokens))
        allowed = self.habits.number("tokens_per_minute", TOKENS_PER_MINUTE)
        return allowed is None or sum(each for _, each in spent) <= allowed

    def _plan_turn(self, bearer: str) -> dict[str, str]:
        """What befalls the next turn of the server's life."""
        self.turns += 1
        left = self._replayed.get(bearer, 0)
        self._replayed[bearer] = max(0, left - 1)
        return self._fired((Kind.ONCE, Kind.EACH), self.turns, spared=left > 0)

    def _fired(self, kinds: tuple[Kind, ...], nth: int, *, spared: bool) -> dict[str, str]:
        plan: dict[str, str] = {}
        for name in self.habits.names():
            if ROWS[name].kind in kinds:
                word = self.habits.fires(name, nth, self._chance, spared=spared)
                if word is not None:
                    plan[name] = word
        return plan

    def _bearer(self, headers: Mapping[str, str]) -> str | None:
        """The key of the request; None = missing or wrong."""
        value = next((value for name, value in headers.items() if name.lower() == "authorization"), "")
        scheme, _, bearer = value.partition(" ")
        bearer = bearer.strip()
        if scheme.lower() != "bearer" or not bearer:
            return None
        right = self._key is None or hmac.compare_digest(
            *(each.encode(errors="replace") for each in (bearer, self._key))
        )
        return bearer if right else None

    def _refusal(self, status: int, code: str = "") -> Refusal:
        how = self.habits.word("http_body")
        if how == "empty" or (how == "json" and status == 404):
            return Refusal(status)
        known, message = REFUSALS.get(status, ("NotFound", "emulator: there is nothing here."))
        if how == "html":
            return Refusal(status, f"<html><body><h1>{status}</h1></body></html>".encode(), "text/html")
        body = {"code": code or known, "message": message, "request_id": f"req-{self.connects:08d}"}
        return Refusal(status, json.dumps(body).encode())
