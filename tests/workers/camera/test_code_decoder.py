"""Photographed codes, read back on the product's own way from a JPEG to a text."""

import sys
from random import Random

import pytest

from appliance.config.codes import understood
from appliance.workers.camera.code_decoder import NoDecoderError, decoder
from tests.workers.camera.photographs import SIZES, photograph, texts

PHOTOGRAPHS = 200
READ_AT_LEAST = 0.95


def test_photographed_codes_are_read_back() -> None:
    decode, read, wrong = decoder(), 0, 0
    for seed in range(PHOTOGRAPHS):
        chance = Random(seed)
        text = texts(chance)[seed % 2]
        found = decode(photograph(text, chance, SIZES[seed // 2 % 2]), True)
        read += found == [text]
        wrong += bool(found) and found != [text]
        understood(text)
    print(f"{read} of {PHOTOGRAPHS} photographed codes were read back, {wrong} wrongly")
    assert wrong == 0
    assert read >= READ_AT_LEAST * PHOTOGRAPHS


@pytest.mark.parametrize("data", [b"", b"\xff\xd8\xff", b"GIF89a", b"\0" * 1_000])
def test_what_is_no_picture_holds_no_code(data: bytes) -> None:
    assert decoder()(data, True) == []


def test_without_the_library_it_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "zxingcpp", None)
    with pytest.raises(NoDecoderError, match="python3-zxing-cpp"):
        decoder()
