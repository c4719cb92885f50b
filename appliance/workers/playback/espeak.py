"""Speech out of text: espeak-ng as a process of its own, and sound at another rate.

Responsible for: which voice reads which language, how fast, and one call of the program.
Must not: decide what is said, remember it, or log it. It blocks for 10-100 ms a sentence: never call it from the
event loop.
"""

import subprocess

from appliance.errors import DragomanError

PROGRAM = "espeak-ng"
ESPEAK_RATE_HZ = 22_050
DEFAULT_SPEED_WPM = 165
RENDER_LIMIT_S = 20  # a whole page takes under a second; more is a process that hangs

# Codes of the service whose espeak-ng voice has another name. Filipino has none; Indonesian reads its spelling closely.
_RENAMED = {"zh": "cmn", "en": "en-us", "fr": "fr-fr", "fil": "id"}
_SAME = frozenset(
    code
    for row in (
        "ar de es pt it ko ru th vi ja tr hi ms nl ur nb sv da he fi pl is cs fa id",  # spoken by the service
        "yue el af be bg bn bs ca et gu hr hu kk kn ky lv mk ml mr pa ro sk sl sw az uk",  # text only there
    )
    for code in row.split()
)

_SPEED_WPM = {"zh": 230, "yue": 230}  # the voice drawls its tones: at 165 a sentence lasts twice as long as a speaker's


class SpeechError(DragomanError):
    """espeak-ng is missing or failed. Never holds the text."""


def voice_of(language: str) -> str | None:
    """espeak-ng's name of the voice for a language code of the service; None where it has no voice."""
    if language in _RENAMED:
        return _RENAMED[language]
    return language if language in _SAME else None


def usual_speed(language: str) -> int:
    """Words a minute at which the language sounds like a speaker in no hurry."""
    return _SPEED_WPM.get(language, DEFAULT_SPEED_WPM)


def samples_of(wav: bytes) -> bytes:
    """The samples of the WAV that ``espeak-ng --stdout`` writes. Its header bears invented lengths (it cannot seek)."""
    at = wav.find(b"data", 12)
    if wav[:4] != b"RIFF" or at < 0:
        raise SpeechError("espeak-ng answered with something that is not sound")
    samples = wav[at + 8 :]
    return samples[: len(samples) & ~1]


def resampled(pcm: bytes, from_hz: int, to_hz: int) -> bytes:
    """Signed 16 bit mono at another rate, without aliases."""
    if from_hz == to_hz or not pcm:
        return pcm
    import numpy as np  # heavy, and only the synthetic voice wants it
    import soxr

    sound = soxr.resample(np.frombuffer(pcm, dtype="<i2"), from_hz, to_hz, quality="HQ")
    return bytes(np.asarray(sound, dtype="<i2").tobytes())


def spoken(text: str, voice: str, speed_wpm: int, program: str = PROGRAM) -> bytes:
    """Signed 16 bit mono at 22 050 Hz. Fails with ``SpeechError`` where espeak-ng is missing or does not answer."""
    command = [program, "--stdin", "--stdout", "-b", "1", "-z", "-v", voice, "-s", str(speed_wpm)]
    try:
        done = subprocess.run(  # noqa: S603 - a fixed program; what is said goes in by stdin, past any shell
            command, input=text.encode(), capture_output=True, timeout=RENDER_LIMIT_S, check=False
        )
    except FileNotFoundError:
        raise SpeechError(f'{program} is not installed: run "apt install espeak-ng"') from None
    except subprocess.TimeoutExpired:
        raise SpeechError(f"{program} did not answer within {RENDER_LIMIT_S} s") from None
    if done.returncode != 0 or not done.stdout:
        raise SpeechError(f"{program} failed with exit code {done.returncode} for voice {voice}")
    return samples_of(done.stdout)
