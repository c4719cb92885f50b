"""The head of a WAV: every kind that is read, and the sentence for every kind that is not."""

import io
import struct
from pathlib import Path

import numpy as np
import pytest

from appliance.adapters.bench.wav_format import WavFormat, read_format, to_mono
from appliance.errors import DeviceError, Kind
from tests.adapters.sounds import chunk, encode, format_body, riff, tone, write_wav

SOUND = encode(tone(440, 8_000, 0.1), 16)
FORM = chunk(b"fmt ", format_body(8_000, 1, 16))


def parse(data: bytes) -> WavFormat:
    return read_format(io.BytesIO(data), "talk.wav")


def refusal(data: bytes) -> str:
    with pytest.raises(DeviceError) as caught:
        parse(data)
    assert (caught.value.device, caught.value.kind) == ("microphone", Kind.BROKEN)
    return caught.value.detail


@pytest.mark.parametrize(
    ("bits", "is_float"), [(8, False), (16, False), (24, False), (32, False), (32, True), (64, True)]
)
@pytest.mark.parametrize("extensible", [False, True])
@pytest.mark.parametrize("channels", [1, 2, 6])
def test_every_width_gives_the_same_sound(
    tmp_path: Path, bits: int, is_float: bool, extensible: bool, channels: int
) -> None:
    sound = tone(440, 44_100, 0.05)
    path = write_wav(tmp_path / "a.wav", [sound] * channels, 44_100, bits, is_float=is_float, extensible=extensible)
    with path.open("rb") as file:
        form = read_format(file, "a.wav")
        file.seek(form.data_offset)
        heard = to_mono(file.read(form.data_bytes), form, "mix")
    assert (form.rate_hz, form.channels, form.note) == (44_100, channels, "")
    assert len(heard) == len(sound)
    assert np.max(np.abs(heard - sound)) < (0.01 if bits == 8 else 0.0001)


def test_channels_are_told_apart() -> None:
    form = WavFormat(16_000, 2, 2, False, 44, 8, "")
    raw = struct.pack("<4h", 16_384, -8_192, 0, 8_192)
    assert to_mono(raw, form, "left").tolist() == [0.5, 0.0]
    assert to_mono(raw, form, "right").tolist() == [-0.25, 0.25]
    assert to_mono(raw, form, "mix").tolist() == [0.125, 0.125]


def test_the_right_of_mono_is_the_one_channel() -> None:
    assert to_mono(struct.pack("<h", 16_384), WavFormat(16_000, 1, 2, False, 44, 2, ""), "right").tolist() == [0.5]


def test_float_nonsense_becomes_numbers() -> None:
    raw = struct.pack("<4f", float("nan"), float("inf"), -float("inf"), 0.5)
    assert to_mono(raw, WavFormat(16_000, 1, 4, True, 44, 16, ""), "left").tolist() == [0.0, 8.0, -8.0, 0.5]


def test_twenty_bits_lie_in_three_bytes() -> None:
    form = parse(riff(chunk(b"fmt ", format_body(8_000, 1, 20)), chunk(b"data", b"\0\0\x40" * 10)))
    assert form.sample_bytes == 3
    assert to_mono(b"\0\0\x40", form, "mix").tolist() == [0.5]


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "is empty"),
        (b"ID3\x04 this is an MP3", "is not a WAV"),
        (b"RIFF", "is not a WAV"),
        (b"RIFF\x24\0\0\0AVI LIST", "is not a WAV"),
        (riff(FORM), "ends before its data"),
        (riff(chunk(b"data", SOUND)), "does not say how its sound is stored"),
        (riff(FORM, chunk(b"data", b"")), "holds no sound"),
        (riff(FORM, chunk(b"data", b"\0")), "holds no sound"),
        (riff(chunk(b"fmt ", format_body(8_000, 1, 8, tag=6)), chunk(b"data", SOUND)), "compressed (A-law)"),
        (riff(chunk(b"fmt ", format_body(8_000, 1, 4, tag=0x11)), chunk(b"data", SOUND)), "compressed (IMA ADPCM)"),
        (
            riff(chunk(b"fmt ", format_body(8_000, 1, 0, tag=0x161)), chunk(b"data", SOUND)),
            "compressed (format 0x0161)",
        ),
        (riff(chunk(b"fmt ", format_body(8_000, 1, 8, 7, extensible=True)), chunk(b"data", SOUND)), "(µ-law)"),
        (riff(chunk(b"fmt ", format_body(8_000, 0, 16)), chunk(b"data", SOUND)), "0 channels"),
        (riff(chunk(b"fmt ", format_body(0, 1, 16)), chunk(b"data", SOUND)), "a rate of 0 Hz"),
        (riff(chunk(b"fmt ", format_body(8_000, 1, 64)), chunk(b"data", SOUND)), "PCM samples of 64 bit"),
        (riff(chunk(b"fmt ", format_body(8_000, 1, 16, tag=3)), chunk(b"data", SOUND)), "float samples of 16 bit"),
        (riff(*[chunk(b"junk", b"")] * 1_001), "more than 1000 parts"),
    ],
)
def test_what_cannot_be_used_is_said(data: bytes, words: str) -> None:
    detail = refusal(data)
    assert words in detail
    assert detail.startswith("talk.wav ")


def test_a_file_that_is_cut_short_is_read_to_its_end_and_noted() -> None:
    form = parse(riff(FORM, chunk(b"data", SOUND[:801], size=16_000)[:-1]))
    assert form.data_bytes == 800
    assert form.note == "talk.wav is cut short: 0.1 s of 1.0 s are there"


@pytest.mark.parametrize("riff_size", [0, 36, 0xFFFF_FFFF])
def test_sizes_that_a_recorder_never_wrote(riff_size: int) -> None:
    size = 0xFFFF_FFFF if riff_size == 0xFFFF_FFFF else 0
    form = parse(riff(FORM, chunk(b"data", SOUND, size=size), size=riff_size))
    assert (form.data_bytes, form.note) == (len(SOUND), "")


def test_what_follows_the_sound_is_not_sound() -> None:
    assert parse(riff(FORM, chunk(b"data", SOUND), chunk(b"LIST", b"y" * 50))).data_bytes == len(SOUND)


def test_rf64_has_its_length_elsewhere() -> None:
    ds64 = chunk(b"ds64", struct.pack("<QQQI", 0, len(SOUND), 0, 0))
    data = riff(ds64, FORM, chunk(b"data", SOUND, size=0xFFFF_FFFF), chunk(b"LIST", b"y" * 50))
    assert parse(b"RF64" + data[4:]).data_bytes == len(SOUND)
