"""Barge-in, repeat and half duplex on the real process: what would have been heard, and what the service was sent."""

from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from tests.e2e.harness import (
    ENGLISH,
    HEARD_RATE_HZ,
    LOUD,
    SHORT,
    Box,
    Emulator,
    all_of,
    heard_levels,
    said,
    translation,
)
from tests.e2e.test_keys import script

LONG = max(ENGLISH, key=lambda n: len(translation(n)))
SPEAKS_AT_MS = 300 + len(said(LONG)) // 32 + 3_000
"""By then its translation has sounded for a second or two, and goes on for as long."""


@pytest.fixture(scope="module")
def boxes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Box]]:
    folder = tmp_path_factory.mktemp("sound")
    rest = bytes(2 * 16_000 * 9)
    recording = bytes(2 * 16_000 * 300 // 1_000) + said(SHORT[0]) + rest
    rows: dict[str, tuple[tuple[int, str, bool], ...]] = {
        "plain": (),
        "cut": ((SPEAKS_AT_MS, "talk", True), (SPEAKS_AT_MS + 100, "talk", False)),
        "again": tuple((at + up, "repeat", not up) for at in (7_000, 9_000) for up in (0, 100)),
        "room": (),
        "headset": (),
    }
    # Somebody, or the loudspeaker itself, is heard while the box speaks.
    second = bytes(2 * 16_000 * 300 // 1_000) + said(SHORT[0])
    second += bytes(2 * 16_000 * 3_800 // 1_000 - len(second)) + said(SHORT[1])[: 2 * 16_000 * 1_200 // 1_000] + rest
    emulators = {name: Emulator(folder / f"service-{name}", turns=(*SHORT, LONG)) for name in rows}

    def box(name: str, pcm: bytes = recording, **changes: Any) -> Box:
        first = ((0, "talk", True), (100, "talk", False))
        keys = script(folder / name / "keys.toml", *first, *rows[name])
        return Box(
            folder / name, emulators[name], pcm, keys__driver="script", keys__script=keys, run__start="key",
            **changes,
        )  # fmt: skip

    with all_of(emulators):
        long = bytes(2 * 16_000 * 300 // 1_000) + said(LONG) + rest
        made = {"plain": box("plain"), "again": box("again"), "cut": box("cut", long)}
        made["room"] = box("room", second, loudspeaker__mode="loudspeaker")
        made["headset"] = box("headset", second)
        with all_of(made):
            for each in made.values():
                assert each.wait(45).code == 0, each.told()
            yield made


def spoken_ms(box: Box) -> list[int]:
    return [row["ms"] for row in box.rows("spoken")]


def loud_ms(box: Box) -> list[int]:
    """The moments at which something sounded."""
    return [n * 10 for n, level in enumerate(heard_levels(box.folder / "heard.wav")) if level > LOUD]


def test_a_talk_key_cuts_the_voice_off_within_two_periods(boxes: Mapping[str, Box]) -> None:
    cut = boxes["cut"]
    key = next(row["at"] for row in cut.rows("key") if row["at"] > SPEAKS_AT_MS)
    end = next(row["at"] for row in cut.rows("spoken"))
    assert len(spoken_ms(cut)) == 1
    assert 0 <= end - key < 100, "it was speaking when the key came"
    heard = loud_ms(cut)  # on the file's own time axis; the 80 ms that the card held are thrown away too
    assert 500 < max(heard) - min(heard) < spoken_ms(cut)[0], "and nothing after it"
    (turn,) = cut.rows("turn")
    assert None not in turn.values(), "its figures are complete"


def test_repeat_says_it_again_twice_without_the_service(boxes: Mapping[str, Box]) -> None:
    once, again = boxes["plain"], boxes["again"]
    one = len([at for at in loud_ms(once) if at > 2_000])
    many = len([at for at in loud_ms(again) if at > 2_000])
    assert many == pytest.approx(one * (1 + 1 + 1 / 0.8), rel=0.1), "as it was, and slower"
    assert spoken_ms(again) == spoken_ms(once), "a repeat is noted as a key alone"
    levels = heard_levels(again.folder / "heard.wav")
    key = [row["at"] for row in again.rows("key") if row["key"] == "repeat" and row["down"]]
    first, second = max(levels[key[0] // 10 : key[1] // 10]), max(levels[key[1] // 10 :])
    assert second == pytest.approx(min(2 * first, 32_767), rel=0.1), "6 dB louder"
    assert HEARD_RATE_HZ == 24_000


def test_in_a_room_the_service_hears_nothing_while_the_box_speaks(boxes: Mapping[str, Box]) -> None:
    assert len(boxes["headset"].rows("turn")) == 2, "a headset hears what is said meanwhile"
    assert len(boxes["room"].rows("turn")) == 1
    assert spoken_ms(boxes["room"]) == spoken_ms(boxes["plain"])
