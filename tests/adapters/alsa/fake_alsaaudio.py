"""pyalsaaudio without a sound card: it can be told to go wrong in every way that was seen.

Responsible for: behaving in time (a virtual clock) and in answers like version 0.11, or 0.10 where asked.
Must not: be kinder than the library: what cannot be had is silently replaced by something near.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, cast

import numpy as np

from appliance.adapters.alsa.binding import Pcm
from tests.adapters.virtual_clock import VirtualClock

FORMAT_BYTES = {"S16_LE": 2, "S24_3LE": 3, "S24_LE": 4, "S32_LE": 4, "U8": 1}
GONE = "Input/output error"
ABSENT = "No such device"
BUSY = "Device or resource busy"
DENIED = "Permission denied"
Numbers = np.ndarray[Any, np.dtype[np.int64]]
Samples = np.ndarray[Any, np.dtype[np.float64]]
Wave = Callable[[Numbers], Samples]


class FakeError(Exception):
    """In the place of ``ALSAAudioError``."""


def silence(frames: Numbers) -> Samples:
    """Zeros."""
    return np.zeros(len(frames))


@dataclass
class FakeControl:
    """A volume control of ``low_db`` to ``high_db`` in steps, and what it was set to."""

    low_db: float = -60.0
    high_db: float = 0.0
    step_db: float = 1.0
    caps: tuple[str, ...] = ("Playback Volume",)
    level_db: float = 0.0
    muted: bool = True
    lies: bool = False  # it has no decibels, and answers with whatever lies in memory
    failing: bool = False
    closed: int = 0


@dataclass
class FakeCard:
    """A card and its troubles. ``index`` -1 is a sound server: it takes every rate, and keeps what is not read."""

    id: str
    name: str = "USB Audio Device"
    index: int = 0
    captures: bool = True
    plays: bool = True
    rates: tuple[int, ...] = (16_000, 24_000, 44_100, 48_000)
    channels: tuple[int, ...] = (1, 2)
    format_name: str = "S16_LE"
    controls: dict[str, FakeControl] = field(default_factory=dict)
    waves: tuple[Wave, ...] = (silence,)  # one a channel, of the frame's number
    opening_error: str = ""
    error: str = ""  # of every read and write
    pace: float = 1.0
    stall_ms: int = 0  # of the next read or write
    stuck: bool = False  # it never plays
    tells_state: bool = False  # whether state() knows of an underrun before write() does; a server's does not
    deaf: bool = False  # reads give nothing but overruns
    pushed: bytes = b""  # all that was played
    opened: list[dict[str, int]] = field(default_factory=list)
    drops: int = 0

    @property
    def is_server(self) -> bool:
        return self.index < 0


class FakeAlsa:
    """The module. ``names`` maps names of streams (``default``, ``mic``) to cards."""

    ALSAAudioError: type[Exception] = FakeError
    PCM_CAPTURE, PCM_PLAYBACK, PCM_NORMAL, PCM_FORMAT_S16_LE, PCM_STATE_XRUN = 1, 0, 0, 2, 4
    MIXER_CHANNEL_ALL, VOLUME_UNITS_DB = -1, 2

    def __init__(self, clock: VirtualClock, *cards: FakeCard, old: bool = False, **names: FakeCard) -> None:
        self.clock = clock
        self.plugged = list(cards)
        self.names = names
        self.old = old  # 0.10: raises for an underrun, and has no avail()

    def PCM(  # noqa: N802
        self,
        type: int,  # noqa: A002
        mode: int,
        *,
        device: str,
        rate: int,
        channels: int,
        format: int,  # noqa: A002
        periodsize: int,
        periods: int,
    ) -> Pcm:
        card = self._card(device)
        wrong_way = card is not None and not (card.captures if type == self.PCM_CAPTURE else card.plays)
        if card is None or wrong_way:
            raise FakeError(f"No such file or directory [{device}]")
        if card.opening_error:
            raise FakeError(f"{card.opening_error} [{device}]")
        near = rate if card.is_server else min(card.rates, key=lambda r: abs(r - rate))
        channels = channels if channels in card.channels else min(card.channels)
        card.opened.append({"rate": near, "channels": channels, "periodsize": periodsize})
        kind = OldPcm if self.old else FakePcm
        return cast(Pcm, kind(self, card, device, near, channels, periodsize, periods))

    def _card(self, device: str) -> FakeCard | None:
        if device in self.names:
            return self.names[device]
        for card in self.plugged:
            if device in (f"hw:{card.index},0", f"hw:{card.index}", f"hw:CARD={card.id},DEV=0"):
                return card
        return None

    def Mixer(self, control: str, *, device: str) -> "FakeMixer":  # noqa: N802
        card = self._card(device)
        assert card is not None
        return FakeMixer(card.controls[control])

    def mixers(self, *, device: str) -> list[str]:
        card = self._card(device)
        if card is None or card.is_server:
            raise FakeError(f"No such file or directory [{device}]")
        return list(card.controls)

    def pcms(self, pcmtype: int) -> list[str]:
        able = [c for c in self.plugged if (c.captures if pcmtype == self.PCM_CAPTURE else c.plays)]
        own = [f"{kind}:CARD={c.id},DEV=0" for c in able for kind in ("hw", "plughw")]
        return ["null", "default", *own, *(f"sysdefault:CARD={c.id}" for c in able)]

    def cards(self) -> list[str]:
        return [card.id for card in self.plugged]

    def card_indexes(self) -> list[int]:
        return [card.index for card in self.plugged]

    def card_name(self, card: int) -> tuple[str, str]:
        found = next(c for c in self.plugged if c.index == card)
        return found.name, f"{found.name} at slot-{card}"


class OldPcm:
    """A stream of 0.10."""

    def __init__(
        self, alsa: FakeAlsa, card: FakeCard, name: str, rate: int, channels: int, period: int, periods: int
    ) -> None:
        self._alsa, self.card, self._name = alsa, card, name
        self._rate, self._channels, self._period, self._buffer = rate, channels, period, period * periods
        self._frame_bytes = FORMAT_BYTES[card.format_name] * channels
        # A card starts with the first read; a server keeps what comes from the moment of opening.
        self._began_ms = alsa.clock.now_ms() if card.is_server else None
        self._taken = 0  # frames read
        self._end_ms = 0.0  # when the last frame written will have been heard
        self._running = False
        self._dry = False  # after a write that failed for it: 0.10 prepares the stream with the next one
        self.closed = False

    def info(self) -> dict[str, Any]:
        return {
            "rate": self._rate,
            "channels": self._channels,
            "buffer_size": self._buffer,
            "format_name": self.card.format_name,
            "card_no": self.card.index,
            "device_no": 0,
        }

    def read(self) -> tuple[int, bytes]:
        self._check()
        clock = self._alsa.clock
        if self._began_ms is None:
            self._began_ms = clock.now_ms()
        clock.advance(self._stall())
        if self.card.deaf:
            clock.advance(1)
            return -32, b""
        per_ms = self._rate * self.card.pace / 1_000
        waiting = (clock.now_ms() - self._began_ms) * per_ms - self._taken
        if waiting > self._buffer and not self.card.is_server:
            self._taken += int(waiting)
            return -32, b""
        clock.wait_until(self._began_ms + -int(-(self._taken + self._period) // per_ms))
        numbers = np.arange(self._taken, self._taken + self._period)
        waves = [self.card.waves[min(c, len(self.card.waves) - 1)](numbers) for c in range(self._channels)]
        self._taken += self._period
        return self._period, self._packed(np.stack(waves, axis=1).reshape(-1))

    def write(self, data: bytes) -> int:
        self._check()
        clock = self._alsa.clock
        frames, rest = divmod(len(data), self._frame_bytes)
        if rest:
            raise FakeError("Data size must be a multiple of framesize")
        now = clock.now_ms()
        self._dry = False
        if self._running and self._end_ms < now:
            self._running = False
            if not self._heals_itself():
                return self._ran_dry()
        self._end_ms = max(self._end_ms, now) + frames * 1_000 / self._rate + self._stall()
        clock.wait_until(int(self._end_ms - self._buffer * 1_000 / self._rate))
        self._running = True
        self.card.pushed += data
        return frames

    def state(self) -> int:
        dry = self.card.tells_state and self._running and self._end_ms < self._alsa.clock.now_ms()
        return FakeAlsa.PCM_STATE_XRUN if dry or self._dry else 3

    def drop(self) -> int:
        self.card.drops += 1
        self._end_ms, self._running = 0, False
        return 0

    def drain(self) -> int:
        self._alsa.clock.wait_until(int(self._end_ms + 0.999))
        self._running = False
        return 0

    def close(self) -> None:
        self.drain()
        self.closed = True

    def getrates(self) -> int | tuple[int, int] | list[int]:
        return self.card.rates[0] if len(self.card.rates) == 1 else list(self.card.rates)

    def getchannels(self) -> list[int]:
        return list(self.card.channels)

    def _heals_itself(self) -> bool:
        """0.10 prepares a stream whose state says underrun, and writes on without a word."""
        return self.card.tells_state

    def _ran_dry(self) -> int:
        self._dry = True
        raise FakeError(f"Broken pipe [{self._name}]")

    def _check(self) -> None:
        assert not self.closed, "PCM device is closed"
        if self.card.error:
            raise FakeError(f"{self.card.error} [{self._name}]")

    def _stall(self) -> int:
        stall, self.card.stall_ms = self.card.stall_ms, 0
        return stall

    def _packed(self, wave: Samples) -> bytes:
        width = FORMAT_BYTES[self.card.format_name]
        bits = 24 if self.card.format_name.startswith("S24") else 8 * width
        whole = np.rint(np.clip(wave, -1, 1) * (2 ** (bits - 1) - 1)).astype("<i8")
        return bytes(whole.reshape(-1, 1).view(np.uint8).reshape(-1, 8)[:, :width].tobytes())


class FakePcm(OldPcm):
    """A stream of 0.11."""

    def avail(self) -> int:
        left_ms = self._end_ms - self._alsa.clock.now_ms()
        if self.card.stuck:
            return 0
        if self._running and left_ms < 0:
            return -32
        return self._buffer - int(max(0, left_ms) * self._rate / 1_000)

    def _heals_itself(self) -> bool:
        return False

    def _ran_dry(self) -> int:
        return -32


class FakeMixer:
    """An open control."""

    def __init__(self, control: FakeControl) -> None:
        self._control = control

    def volumecap(self) -> list[str]:
        return list(self._control.caps)

    def switchcap(self) -> list[str]:
        return ["Playback Mute"]

    def getrange(self, pcmtype: int, units: int) -> list[int]:
        if self._control.lies:
            return [-140_000, 5_900]
        return [round(self._control.low_db * 100), round(self._control.high_db * 100)]

    def getvolume(self, pcmtype: int, units: int) -> list[int]:
        return [93_826_499] if self._control.lies else [round(self._control.level_db * 100)] * 2

    def setvolume(self, volume: int, channel: int, pcmtype: int, units: int) -> None:
        if self._control.failing:
            raise FakeError("No such device")
        steps = round((volume / 100 - self._control.low_db) / self._control.step_db)
        self._control.level_db = self._control.low_db + steps * self._control.step_db

    def setmute(self, mute: int) -> None:
        self._control.muted = bool(mute)

    def close(self) -> None:
        self._control.closed += 1
