"""Texts of ALSA become kinds and sentences."""

import pytest

from appliance.adapters.alsa.errors import is_xrun, opening_failed, use_failed
from appliance.errors import Kind


@pytest.mark.parametrize(
    ("text", "opening", "in_use"),
    [
        ("No such file or directory [hw:9]", Kind.ABSENT, Kind.GONE),
        ("No such device [plughw:CARD=foo]", Kind.ABSENT, Kind.GONE),
        ("Connection refused [mic]", Kind.ABSENT, Kind.GONE),
        ("Device or resource busy [hw:1]", Kind.BUSY, Kind.BUSY),
        ("Permission denied [hw:1]", Kind.DENIED, Kind.DENIED),
        ("Operation not permitted [hw:1]", Kind.DENIED, Kind.GONE),
        ("Invalid argument [hw:1]", Kind.BROKEN, Kind.GONE),
        ("Input/output error [mic]", Kind.GONE, Kind.GONE),
        ("Unknown error 524 [default]", Kind.GONE, Kind.GONE),
    ],
)
def test_a_text_has_a_kind(text: str, opening: Kind, in_use: Kind) -> None:
    assert opening_failed("microphone", "hw:1", Exception(text)).kind is opening
    assert use_failed("microphone", "hw:1", Exception(text)).kind is in_use


def test_the_sentence_names_the_stream_and_what_to_do() -> None:
    fault = opening_failed("loudspeaker", "hw:1", Exception("Permission denied [hw:1]"))
    assert str(fault) == 'loudspeaker denied: hw:1 may not be used by this user; add it to the group "audio"'


def test_unknown_text_is_kept() -> None:
    assert use_failed("microphone", "mic", Exception("Host is down [mic]")).detail == "mic is gone: Host is down [mic]"


def test_a_broken_pipe_is_only_an_underrun() -> None:
    assert is_xrun(Exception("Broken pipe [speaker]"))
    assert not is_xrun(Exception("Input/output error [speaker]"))
