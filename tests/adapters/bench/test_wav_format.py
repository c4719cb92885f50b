"""The head of a WAV: every kind that is read, and the sentence for every kind that is not."""

import io
import struct
from pathlib import Path

import numpy as np
import pytest

from appliance.adapters.bench.wav_format import WavFormat, read_format, to_mono
from appliance.adapters.mixdown import mixed
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


def low_end(sound: np.ndarray, bits: int, sample_bytes: int, padding: str) -> bytes:
    """Samples in the low bits of their bytes; above them zeros, or the sign."""
    whole = np.rint(sound * (2 ** (bits - 1) - 1)).astype(np.int64)
    if padding == "zeros":
        whole = whole & ((1 << bits) - 1)
    return bytes(whole.reshape(-1, 1).astype("<i8").view(np.uint8).reshape(-1, 8)[:, :sample_bytes].tobytes())


def contained(bits: int, sample_bytes: int, raw: bytes, channels: int = 1) -> bytes:
    """A file that says so many bits in so many bytes."""
    block = channels * sample_bytes
    form = struct.pack("<HHIIHH", 1, channels, 8_000, 8_000 * block, block, bits)
    return riff(chunk(b"fmt ", form), chunk(b"data", raw))


@pytest.mark.parametrize(("bits", "sample_bytes"), [(24, 4), (20, 4), (20, 3), (12, 2), (16, 4)])
@pytest.mark.parametrize("padding", ["zeros", "sign"])
def test_samples_in_the_low_end_of_their_bytes_are_as_loud_as_they_are(
    bits: int, sample_bytes: int, padding: str
) -> None:
    sound = tone(440, 8_000, 0.1)
    raw = low_end(sound, bits, sample_bytes, padding)
    heard = to_mono(raw, parse(contained(bits, sample_bytes, raw)), "mix")
    assert np.max(np.abs(heard - sound)) < 0.001


@pytest.mark.parametrize(("bits", "sample_bytes"), [(24, 4), (20, 3), (12, 2)])
def test_samples_in_the_high_end_stay_there(bits: int, sample_bytes: int) -> None:
    sound = tone(440, 8_000, 0.1)
    shifted = np.rint(sound * (2 ** (bits - 1) - 1)).astype(np.int64) << (8 * sample_bytes - bits)
    raw = bytes(shifted.reshape(-1, 1).astype("<i8").view(np.uint8).reshape(-1, 8)[:, :sample_bytes].tobytes())
    form = parse(contained(bits, sample_bytes, raw))
    assert form.shift == 0
    assert np.max(np.abs(to_mono(raw, form, "mix") - sound)) < 0.001


def test_silence_lies_nowhere() -> None:
    assert parse(contained(24, 4, bytes(800))).shift == 0


@pytest.mark.parametrize(("channels", "bits", "block"), [(2, 16, 2), (1, 24, 2), (2, 16, 3), (1, 16, 8)])
def test_a_block_that_contradicts_the_bits(channels: int, bits: int, block: int) -> None:
    needed = channels * bits // 8
    raw = bytes(range(240)) * 2

    def file(byte_rate: int) -> bytes:
        form = struct.pack("<HHIIHH", 1, channels, 8_000, byte_rate, block, bits)
        return riff(chunk(b"fmt ", form), chunk(b"data", raw))

    assert parse(file(8_000 * needed)).frame_bytes == needed, "two of three agree"
    assert f"contradicts itself: {bits} bit, {channels} channels and blocks of {block} bytes" in refusal(file(1))


def test_channels_that_oppose_each_other_are_heard() -> None:
    sound = tone(440, 8_000, 0.1)
    raw = encode(np.column_stack([sound, -sound]).reshape(-1), 16)
    form = parse(riff(chunk(b"fmt ", format_body(8_000, 2, 16)), chunk(b"data", raw)))
    heard = to_mono(raw, form, "mix")
    assert abs(np.max(np.abs(heard)) - 0.5) < 0.01


@pytest.mark.parametrize("channels", [2, 6, 64])
def test_channels_that_have_nothing_in_common_are_mixed(channels: int) -> None:
    frames = np.random.default_rng(1).normal(0, 0.1, (8_000, channels)).astype(np.float32)
    assert np.array_equal(mixed(frames), frames.mean(axis=1, dtype=np.float32))


def test_a_size_of_the_sound_that_was_never_written_beside_one_of_the_file_that_was() -> None:
    form = parse(riff(FORM, chunk(b"data", SOUND, size=0)))
    assert form.data_bytes == len(SOUND)
    assert "holds no sound" in refusal(riff(FORM, chunk(b"data", b""), chunk(b"LIST", b"INFO" * 4)))


@pytest.mark.parametrize("padded", [True, False])
@pytest.mark.parametrize("kind", [b"LIST", b"bext", b"xtra"])
def test_an_odd_part_with_and_without_its_byte_of_padding(padded: bool, kind: bytes) -> None:
    odd = kind + struct.pack("<I", 7) + b"INFOabc" + (b"\0" if padded else b"")
    form = parse(riff(odd, FORM, chunk(b"data", SOUND)))
    assert (form.rate_hz, form.data_bytes) == (8_000, len(SOUND))
