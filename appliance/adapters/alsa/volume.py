"""How loud a card plays: its own control where that speaks in decibels, arithmetic for the rest.

Responsible for: the ceiling that protects ears, and keeping to it whatever the card's control can do.
Must not: know keys or steps, or scale sound (``conversion.py`` does).

The ceiling. EN 50332-2 counts an unknown earphone as one that gives 94 dB(A) from 75 mV, and lets a player give 150 mV
(100 dB(A), class RS2 of EN 62368-1 section 10.6). The class that needs no warning, RS1, ends at 85 dB(A), which is
75 mV × 10^((85 - 94) / 20) = 27 mV. Speech has about -20 dB of full scale; a jack that gives 1 V at full scale turns
that into 100 mV. So 12 dB less, 25 mV, keeps the loudest speech below 85 dB(A). Calculated; no board was measured.
"""

import logging

from appliance.adapters.alsa.binding import Library, Mixer

EARS_CEILING_DB = -12
ROOM_CEILING_DB = 0  # for a loudspeaker that nobody wears
FLOOR_DB = -60
_BELOW_CEILING_DB = 6  # at the start
_LIKELY_CONTROLS = ("Headphone", "Headphones", "Speaker", "PCM", "Master", "Digital")
_HUNDREDTHS = 100
_NOTHING_DB = 0.1  # is left to the card's own steps; arithmetic costs a copy of the sound
_PLAUSIBLE_DB = (-150, 60)  # a control without decibels answers with whatever lay in memory

_log = logging.getLogger(__name__)


class CardVolume:
    """A ``Volume``. ``set_db`` and ``level_db`` from any thread, the rest on the loudspeaker's own."""

    def __init__(self, library: Library, ceiling_db: int = EARS_CEILING_DB) -> None:
        self._alsa = library
        self._ceiling_db = ceiling_db
        self._wanted_db = ceiling_db - _BELOW_CEILING_DB
        self._set_db: int | None = None  # what the card was last told
        self._control: Mixer | None = None
        self._range_db = (0.0, 0.0)
        self._gain = 1.0

    @property
    def floor_db(self) -> int:
        """The softest level."""
        return FLOOR_DB

    @property
    def ceiling_db(self) -> int:
        """The loudest level."""
        return self._ceiling_db

    @property
    def level_db(self) -> int:
        """The level asked for, within floor and ceiling; 0 is the strength of the sound as it is."""
        return self._wanted_db

    @property
    def in_hardware(self) -> bool:
        """Whether the card has a control that is used."""
        return self._control is not None

    def set_db(self, level_db: int) -> int:
        """Ask for a level; answers the one that is used."""
        self._wanted_db = max(FLOOR_DB, min(level_db, self._ceiling_db))
        return self._wanted_db

    def attach(self, card: int) -> None:
        """Look for the control of a card; -1 (a sound server) has none that is ours."""
        self.detach()
        if card >= 0:
            self._control = self._find(f"hw:{card}")

    def detach(self) -> None:
        """Let go of the control; it stays as it is set."""
        control, self._control = self._control, None
        self._set_db = None
        if control is not None:
            try:
                control.close()
            except self._alsa.ALSAAudioError as error:
                _log.info("volume control: %s", error)

    def follow(self) -> float:
        """Bring the card to the level asked for; answers the factor that is left for arithmetic."""
        wanted_db = self._wanted_db
        if wanted_db != self._set_db:
            in_hardware_db = 0.0 if self._control is None else self._turn(self._control, wanted_db)
            rest_db = wanted_db - in_hardware_db
            self._gain = 1.0 if rest_db > -_NOTHING_DB else 10 ** (rest_db / 20)
            self._set_db = wanted_db
        return self._gain

    def _turn(self, control: Mixer, wanted_db: int) -> float:
        """Set the control; answers what it really is at, and gives it up when it cannot be believed."""
        low_db, high_db = self._range_db
        # Never above 0: a control that amplifies would clip nothing here and hurt all the more there.
        target_db = max(low_db, min(float(wanted_db), high_db, 0.0))
        units, kind = self._alsa.VOLUME_UNITS_DB, self._alsa.PCM_PLAYBACK
        try:
            control.setvolume(
                round(target_db * _HUNDREDTHS), channel=self._alsa.MIXER_CHANNEL_ALL, pcmtype=kind, units=units
            )
            really_db = max(control.getvolume(pcmtype=kind, units=units)) / _HUNDREDTHS
        except (self._alsa.ALSAAudioError, ValueError) as error:
            _log.warning("volume control: %s; the volume is made in software", error)
            self.detach()
            return 0.0
        if not low_db - 1 <= really_db <= high_db + 1:
            _log.warning("volume control answers %.1f dB; the volume is made in software", really_db)
            self.detach()
            return 0.0
        return really_db

    def _find(self, card: str) -> Mixer | None:
        try:
            names = self._alsa.mixers(device=card)
        except self._alsa.ALSAAudioError as error:
            _log.info("no volume control: %s", error)
            return None
        for name in sorted(dict.fromkeys(names), key=_rank):
            control = self._usable(name, card)
            if control is not None:
                return control
        return None

    def _usable(self, name: str, card: str) -> Mixer | None:
        """The control, unmuted, if it turns playback in decibels."""
        try:
            control = self._alsa.Mixer(name, device=card)
        except self._alsa.ALSAAudioError as error:
            _log.info("volume control: %s", error)
            return None
        try:
            if any(cap.removeprefix("Joined ") in ("Playback Volume", "Volume") for cap in control.volumecap()):
                units, kind = self._alsa.VOLUME_UNITS_DB, self._alsa.PCM_PLAYBACK
                low, high = (value / _HUNDREDTHS for value in control.getrange(pcmtype=kind, units=units))
                low = max(low, _PLAUSIBLE_DB[0])  # the lowest step may mean silence, -99999.99 dB
                if low < high <= _PLAUSIBLE_DB[1]:
                    self._range_db = (low, high)
                    if any(cap.removeprefix("Joined ") in ("Playback Mute", "Mute") for cap in control.switchcap()):
                        control.setmute(0)
                    return control
        except self._alsa.ALSAAudioError as error:
            _log.info("volume control %s: %s", name, error)
        control.close()
        return None


def _rank(name: str) -> tuple[int, str]:
    return (_LIKELY_CONTROLS.index(name) if name in _LIKELY_CONTROLS else len(_LIKELY_CONTROLS), name)
