"""Marks carry numbers and nothing that was said."""

import dataclasses
import typing

from appliance.protocol import marks


def test_no_mark_has_room_for_words_or_sound() -> None:
    kinds = typing.get_args(marks.Mark)
    assert len(kinds) == 8
    for kind in kinds:
        for field in dataclasses.fields(kind):
            assert field.type in (int, bool, int | None), f"{kind.__name__}.{field.name}"


def test_marks_of_one_turn_compare_as_values() -> None:
    assert marks.SpeechStarted(1, 640) == marks.SpeechStarted(turn=1, audio_start_ms=640)
    assert marks.ResponseDone(1, ok=True, empty=False) != marks.ResponseDone(1, ok=False, empty=False)
