"""Fingerprints: gain and rate do not matter, and a piece fits where it was cut."""

import numpy as np
import pytest

from appliance.emulator.script.fingerprint import BANDS, HOP_MS, References, fingerprint
from appliance.emulator.script.tts import Part, Speech, resampled

SPEECH = Speech()
TEXTS = ("Good evening, and welcome.", "May I see it, please?")
ONE, TWO = (SPEECH.render(text, "en", 16_000, Part.SOURCE) or b"" for text in TEXTS)


def free(count: int) -> "np.ndarray[tuple[int], np.dtype[np.bool_]]":
    return np.ones(count, np.bool_)


def test_shape_and_place() -> None:
    found = fingerprint(bytes(16_000) + ONE, 16_000)
    assert found.frames.shape[1] == BANDS
    assert found.begins_ms == pytest.approx(500, abs=40)
    assert len(found.said) == len(found.frames)
    assert 0 < found.speech_ms <= len(found.frames) * HOP_MS


def test_nothing_in_silence_and_crumbs() -> None:
    assert fingerprint(bytes(32_000), 16_000).speech_ms == 0
    assert fingerprint(b"\1\0" * 100, 16_000).speech_ms == 0
    assert References([]).fits(fingerprint(ONE, 16_000).frames, free(3), 1) == []


@pytest.mark.parametrize("gain", [0.03, 0.5, 1.5])
@pytest.mark.parametrize("rate_hz", [8_000, 16_000, 44_100])
def test_gain_and_rate_do_not_matter(gain: float, rate_hz: int) -> None:
    references = References([fingerprint(each, 16_000).frames for each in (TWO, ONE)])
    quiet = np.clip(np.frombuffer(ONE, "<i2") * gain, -32_768, 32_767).astype("<i2").tobytes()
    query = fingerprint(resampled(quiet, 16_000, rate_hz), rate_hz).frames
    best = max(references.fits(query, free(len(query)), 50), key=lambda fit: fit.explained)
    assert best.reference == 1
    assert best.score > 0.9


def test_a_piece_fits_where_it_was_cut() -> None:
    whole = fingerprint(ONE, 16_000).frames
    references = References([whole])
    references.warm()
    (fit,) = references.fits(whole[60:130], free(70), 50)
    assert (fit.reference_begin, fit.reference_end) == (60, 130)
    assert (fit.begin, fit.end) == (0, 70)
    assert fit.score == pytest.approx(1.0, abs=1e-3)
    assert references.length(0) == len(whole)


def test_frames_that_are_not_free_do_not_count() -> None:
    frames = fingerprint(ONE, 16_000).frames
    spoilt = frames.copy()
    spoilt[:60] = 3.0
    mask = free(len(frames))
    (worse,) = References([frames]).fits(spoilt, mask, 50)
    mask[:60] = False
    (better,) = References([frames]).fits(spoilt, mask, 50)
    assert better.score > 0.99 > worse.score


def test_lags_bound_the_place() -> None:
    frames = fingerprint(ONE, 16_000).frames
    fits = References([frames]).fits(frames[60:130], free(70), 50, range(-5, 6))
    assert all(fit.score < 0.7 for fit in fits)


def test_another_pace() -> None:
    found = fingerprint(ONE, 16_000)
    longer = found.stretched(1.1)
    assert len(longer.frames) == len(longer.said) == int(len(found.frames) * 1.1)
