"""Does the box hear, and is it heard?

Responsible for: opening the configured microphone and loudspeaker, the microphone's real rate, and a tone out and back.
Must not: listen while the box is private, write over the file of a file loudspeaker, or keep what it heard.
"""

import math
from array import array
from collections.abc import Callable

from appliance.adapters.bench.clock import Clock
from appliance.errors import DeviceError, FaultCode
from appliance.ports import (
    LOUDSPEAKER_PERIOD_SAMPLES,
    LOUDSPEAKER_RATE_HZ,
    MICROPHONE_PERIOD_BYTES,
    MICROPHONE_RATE_HZ,
    Loudspeaker,
    Microphone,
)
from appliance.selftest.findings import Finding, device_code
from appliance.workers.uplink.capture_health import LEAST_PERCENT, MOST_PERCENT

TONE_HZ = 1_000
TONE_LEVEL = 0.1  # of full scale: 20 dB below it, kind to an ear
MEASURED_MS = 1_500
MOST_MEASUREMENTS = 2  # a machine that stood still spoils one; a card that is wrong is wrong again
SETTLING_PERIODS = 10  # the first ones may come in a burst
FULL_SCALE = 32_768
QUIET_PERIODS, TONE_PERIODS, AFTER_PERIODS = 20, 30, 25  # of 20 ms
BLOCK_PERIODS = 5
HEARD_ABOVE_DB = 12.0
HEARD_AT_LEAST_DB = -70.0
SILENT_DB = -120.0


class Sound:
    """The checks of one microphone and one loudspeaker. ``None`` in place of a maker: there is none to be checked.

    Every check makes its own device: it may run in a process of its own.
    """

    def __init__(
        self,
        microphone: Callable[[], Microphone] | None,
        loudspeaker: Callable[[], Loudspeaker] | None,
        clock: Clock,
        why_not: tuple[str, str] = ("", ""),
        *,
        is_card: bool = True,
    ) -> None:
        """``why_not``: why the one, or the other, is not opened. ``is_card``: a recording has no rate of its own."""
        self._microphone = microphone
        self._loudspeaker = loudspeaker
        self._clock = clock
        self._why_not = why_not
        self._is_card = is_card

    def listen(self) -> Finding:
        """M1, M2, M3, M4."""
        if self._microphone is None:
            return Finding("microphone", self._why_not[0], told=True)
        try:
            device = self._microphone()
            try:
                device.open()
                return self._heard(device)
            finally:
                device.close()
        except DeviceError as error:
            return Finding("microphone", error.detail, device_code(error, FaultCode.M1, FaultCode.M2))

    def _heard(self, device: Microphone) -> Finding:
        if not self._is_card:
            device.read()
            return Finding("microphone", "a recording; it can be read")
        for _ in range(SETTLING_PERIODS):
            device.read()
        for _ in range(MOST_MEASUREMENTS):
            pcm, rate_hz = self._measured(device)
            percent = 100 * rate_hz / MICROPHONE_RATE_HZ
            words = f"{rate_hz} frames a second where {MICROPHONE_RATE_HZ} are due ({percent:.0f} %)"
            if LEAST_PERCENT <= percent <= MOST_PERCENT:
                break
        else:
            return Finding("microphone", words, FaultCode.M3)
        samples = array("h", pcm)
        if min(samples) == max(samples):
            return Finding("microphone", "every sample is the same", FaultCode.M4)
        loudest = 20 * math.log10(max(abs(sample) for sample in samples) / FULL_SCALE)
        return Finding("microphone", f"{words}, {device.xruns} overruns, peak {loudest:.0f} dB")

    def _measured(self, device: Microphone) -> tuple[bytes, int]:
        """Some sound, and how many frames a second it came with."""
        began = self._clock.now_ms()
        pcm = bytearray()
        most = MEASURED_MS * 4 // 20 * MICROPHONE_PERIOD_BYTES  # a card at four times its rate is told, too
        while (took_ms := self._clock.now_ms() - began) < MEASURED_MS and len(pcm) < most:
            pcm += device.read()
        return bytes(pcm), len(pcm) // 2 * 1_000 // max(1, took_ms)

    def play(self) -> Finding:
        """P1, P2."""
        if self._loudspeaker is None:
            return Finding("loudspeaker", self._why_not[1], told=True)
        try:
            device = self._loudspeaker()
            try:
                device.open()
                for n in range(TONE_PERIODS):
                    device.write(tone(n, device.channels))
                device.drain()
                underruns = device.underruns
            finally:
                device.close()
        except DeviceError as error:
            return Finding("loudspeaker", error.detail, device_code(error, FaultCode.P1, FaultCode.P2))
        return Finding("loudspeaker", f"it took a tone of {TONE_PERIODS * 20} ms, {underruns} underruns")

    def loop(self) -> Finding:
        """Whether the tone comes back. Nothing fails by it: an earphone is not heard by the microphone."""
        if self._microphone is None or self._loudspeaker is None or not self._is_card:
            return Finding("loop", "not tried: it needs a real microphone and a loudspeaker", told=True)
        try:
            levels = self._levels(self._microphone(), self._loudspeaker())
        except DeviceError as error:
            return Finding("loop", f"not both at once: {error.detail}", told=True)
        quiet = sorted(levels[: QUIET_PERIODS // BLOCK_PERIODS])
        before_db, loudest_db = quiet[len(quiet) // 2], max(levels[len(quiet) :])
        if loudest_db >= max(HEARD_AT_LEAST_DB, before_db + HEARD_ABOVE_DB):
            return Finding("loop", f"the microphone hears the loudspeaker, at {loudest_db:.0f} dB", told=True)
        return Finding("loop", "the microphone does not hear the loudspeaker (right for an earphone)", told=True)

    def _levels(self, microphone: Microphone, loudspeaker: Loudspeaker) -> list[float]:
        """The tone's level in each 100 ms: quiet, while it is played, and after it."""
        heard = bytearray()
        try:
            microphone.open()
            loudspeaker.open()
            silence = bytes(2 * LOUDSPEAKER_PERIOD_SAMPLES * loudspeaker.channels)
            for n in range(QUIET_PERIODS + TONE_PERIODS + AFTER_PERIODS):
                played = QUIET_PERIODS <= n < QUIET_PERIODS + TONE_PERIODS
                loudspeaker.write(tone(n, loudspeaker.channels) if played else silence)
                heard += microphone.read()
        finally:
            microphone.close()
            loudspeaker.close()
        block = BLOCK_PERIODS * MICROPHONE_PERIOD_BYTES
        return [level_db(bytes(heard[at : at + block])) for at in range(0, len(heard) - block + 1, block)]


def tone(nth: int, channels: int) -> bytes:
    """The ``nth`` period of the tone. Whole waves fill a period, so that all of them are the same but for the ends."""
    wave = array("h")
    for n in range(LOUDSPEAKER_PERIOD_SAMPLES):
        at = nth * LOUDSPEAKER_PERIOD_SAMPLES + n
        sample = round(TONE_LEVEL * FULL_SCALE * math.sin(2 * math.pi * TONE_HZ * at / LOUDSPEAKER_RATE_HZ))
        wave.extend([sample] * channels)
    return wave.tobytes()


def level_db(pcm: bytes) -> float:
    """The tone's level in 16 kHz mono, in dB of full scale."""
    samples = array("h", pcm)
    turn = 2 * math.pi * TONE_HZ / MICROPHONE_RATE_HZ
    across = sum(sample * math.cos(turn * n) for n, sample in enumerate(samples))
    along = sum(sample * math.sin(turn * n) for n, sample in enumerate(samples))
    level = 2 * math.hypot(across, along) / max(1, len(samples)) / FULL_SCALE
    return max(SILENT_DB, 20 * math.log10(level)) if level > 0 else SILENT_DB
