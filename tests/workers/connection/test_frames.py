import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appliance.errors import NonsenseError
from appliance.workers.connection.frames import (
    FRAME_LIMIT_BYTES,
    Binary,
    Closed,
    FrameReader,
    Incoming,
    OversizedError,
    Ping,
    Pong,
    Text,
    close_frame,
    ping_frame,
    pong_frame,
    text_frame,
)
from tests.workers.peers import frame


def read_all(data: bytes) -> list[Incoming]:
    reader = FrameReader()
    reader.feed(data)
    return list(iter(reader.next, None))


def unmasked(wire: bytes) -> tuple[int, bytes]:
    """(first byte, payload) of a client's frame."""
    length, start = wire[1] & 0x7F, 2
    assert wire[1] & 0x80
    if length == 126:
        length, start = struct.unpack_from("!H", wire, 2)[0], 4
    elif length == 127:
        length, start = struct.unpack_from("!Q", wire, 2)[0], 10
    mask, body = wire[start : start + 4], wire[start + 4 :]
    assert len(body) == length
    return wire[0], bytes(b ^ mask[i % 4] for i, b in enumerate(body))


def test_every_kind_of_message() -> None:
    wire = frame(b"{}") + frame(b"p", 9) + frame(b"", 10) + frame(b"\0\1\2", 2) + frame(b"\x03\xf3why", 8)
    assert read_all(wire) == [Text(b"{}"), Ping(b"p"), Pong(), Binary(3), Closed(1011, "why")]


def test_json_in_a_binary_frame_is_text() -> None:
    assert read_all(frame(b'{"type": 1}', 2) + frame(b' {"a": 2}', 2)) == [Text(b'{"type": 1}'), Text(b' {"a": 2}')]


def test_a_close_without_a_code() -> None:
    assert read_all(frame(b"", 8)) == [Closed(1005, "")]


def test_fragments_are_joined_around_a_ping() -> None:
    wire = frame(b"ab", 1, fin=False) + frame(b"!", 9) + frame(b"cd", 0, fin=False) + frame(b"e", 0)
    assert read_all(wire) == [Ping(b"!"), Text(b"abcde")]


@given(st.lists(st.binary(max_size=300), max_size=6), st.lists(st.integers(1, 50), min_size=1, max_size=40))
def test_however_the_bytes_are_cut_the_messages_are_the_same(payloads: list[bytes], cuts: list[int]) -> None:
    wire = b"".join(frame(p) for p in payloads)
    reader, got, at, turn = FrameReader(), [], 0, 0
    while at < len(wire):
        size = cuts[turn % len(cuts)]
        reader.feed(wire[at : at + size])
        got += list(iter(reader.next, None))
        at, turn = at + size, turn + 1
    assert got == [Text(p) for p in payloads]


def test_a_long_message_one_byte_at_a_time_costs_no_more_than_its_bytes() -> None:
    payload = bytes(range(256)) * 300
    reader, got = FrameReader(), []
    for byte in frame(payload):
        reader.feed(bytes([byte]))
        got += list(iter(reader.next, None))
    assert got == [Text(payload)]


def test_four_mebibytes_pass_and_one_more_is_refused_by_its_head_alone() -> None:
    assert read_all(frame(b"x" * FRAME_LIMIT_BYTES)) == [Text(b"x" * FRAME_LIMIT_BYTES)]
    reader = FrameReader()
    reader.feed(b"\x81\x7f" + struct.pack("!Q", FRAME_LIMIT_BYTES + 1))
    with pytest.raises(OversizedError, match="4194305"):
        reader.next()


def test_fragments_together_are_bounded_too() -> None:
    half = b"x" * (FRAME_LIMIT_BYTES // 2 + 1)
    reader = FrameReader()
    reader.feed(frame(half, 1, fin=False) + frame(half, 0))
    with pytest.raises(OversizedError):
        reader.next()


@pytest.mark.parametrize(
    "wire",
    [
        b"\xc1\x00",  # a reserved bit
        b"\x83\x00",  # an unknown opcode
        b"\x81\x81\0\0\0\0x",  # masked by a server
        b"\x09\x00",  # a ping in parts
        b"\x89\x7e\x00\x7e" + b"x" * 126,  # a long ping
        b"\x88\x01x",  # half a close code
        b"\x80\x00",  # a continuation of nothing
        b"\x01\x01a\x81\x01b",  # a new message inside another
    ],
)
def test_nonsense(wire: bytes) -> None:
    with pytest.raises(NonsenseError):
        read_all(wire)


@pytest.mark.parametrize("size", [0, 125, 126, 65_535, 65_536])
def test_what_we_send_is_one_masked_frame(size: int) -> None:
    assert unmasked(text_frame(b"x" * size)) == (0x81, b"x" * size)


def test_control_frames() -> None:
    assert unmasked(text_frame("é")) == (0x81, "é".encode())
    assert unmasked(ping_frame()) == (0x89, b"")
    assert unmasked(pong_frame(b"abc")) == (0x8A, b"abc")
    assert unmasked(close_frame(1009)) == (0x88, struct.pack("!H", 1009))
    head, payload = unmasked(close_frame(1000, "é" * 100))
    assert head == 0x88
    assert len(payload) <= 125
    assert set(payload[2:].decode()) == {"é"}
