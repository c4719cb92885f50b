"""Scripted keys on the real process: what starts, turns round and forbids."""

import signal
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.e2e.harness import SHORT, Box, Emulator, all_of, said, sound, translation

SPANISH = 5
SWAP_MS = 4_200
LIVE_MS = 2_500
TALK_MS = 2_500


def script(path: Path, *rows: tuple[int, str, bool]) -> str:
    """A file of key edges; its name."""
    path.parent.mkdir(parents=True, exist_ok=True)
    text = "".join(f'[[key]]\nat_ms = {at}\nkey = "{key}"\ndown = {str(down).lower()}\n' for at, key, down in rows)
    path.write_text(text, encoding="utf-8")
    return path.name


@pytest.fixture(scope="module")
def emulators(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Emulator]]:
    folder = tmp_path_factory.mktemp("emulators")
    turns = (*SHORT, SPANISH)
    made = {name: Emulator(folder / name, turns=turns) for name in ("swap", "kiosk", "late", "private", "shut")}
    with all_of(made):
        yield made


@pytest.fixture(scope="module")
def boxes(emulators: Mapping[str, Emulator], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Mapping[str, Box]]:
    folder = tmp_path_factory.mktemp("boxes")
    two = bytes(2 * 16_000 * 300 // 1000) + said(SHORT[0]) + bytes(2 * 16_000 * 4) + said(SPANISH)
    rows: dict[str, tuple[tuple[int, str, bool], ...]] = {
        "swap": ((0, "talk", True), (100, "talk", False), (SWAP_MS, "guest", True), (SWAP_MS + 100, "guest", False)),
        "kiosk": ((0, "talk", True), (SWAP_MS, "talk", False), (SWAP_MS + 200, "guest", True)),
        "late": ((TALK_MS, "talk", True), (TALK_MS + 100, "talk", False)),
        "private": ((0, "privacy", False), (LIVE_MS, "privacy", True)),
        "shut": ((0, "privacy", False),),
    }

    def box(name: str, pcm: bytes, **changes: Any) -> Box:
        keys = script(folder / name / "keys.toml", *rows[name])
        return Box(folder / name, emulators[name], pcm, keys__driver="script", keys__script=keys, **changes)

    made = {
        "swap": box("swap", two, run__start="key"),
        "kiosk": box("kiosk", two, run__start="key", run__profile="kiosk"),
        "late": box("late", sound(SHORT[:1]), run__start="key"),
        "private": box("private", sound(SHORT[:1]), run__start="at-once"),
        "shut": box("shut", b"\0\0", run__start="at-once"),
    }
    (made["shut"].folder / "in.wav").write_bytes(b"whoever opens this complains")
    with all_of(made):
        yield made


@pytest.mark.parametrize("name", ["swap", "kiosk"])
def test_the_conversation_turns_round(emulators: Mapping[str, Emulator], boxes: Mapping[str, Box], name: str) -> None:
    box = boxes[name]
    done = box.wait(45)
    assert done.code == 0, box.told()
    dialled = [(row["number"], row["direction"]) for row in box.rows("line") if row["state"] == "dialing"]
    assert dialled == [(1, "en>es"), (2, "es>en")]
    assert box.finals() == [translation(SHORT[0]), translation(SPANISH, "en")], box.told()
    said_to = {(row["line"], row["language"]) for row in box.rows("subtitle")}
    assert said_to == {(1, "es"), (2, "en")}
    assert {row["line"] for row in box.rows("spoken")} == {1, 2}
    assert len(emulators[name].messages("out", "session.finished")) == 2
    assert box.faults() == []


def test_nothing_begins_before_the_talk_key(emulators: Mapping[str, Emulator], boxes: Mapping[str, Box]) -> None:
    box = boxes["late"]
    done = box.wait()
    assert done.code == 0, box.told()
    standby = next(row["at"] for row in box.rows("mode") if row["to"] == "standby")
    key = box.rows("key")[0]
    assert (key["key"], key["down"]) == ("talk", True)
    assert TALK_MS <= key["at"] - standby < TALK_MS + 500
    assert min(row["at"] for row in box.rows("line", "heard", "subtitle")) >= key["at"]
    assert box.finals() == [translation(SHORT[0])], "the recording stood still until then"
    assert emulators["late"].dials() == 1


def test_private_at_the_start_opens_and_dials_nothing(
    emulators: Mapping[str, Emulator], boxes: Mapping[str, Box]
) -> None:
    shut = boxes["shut"]
    boxes["private"].wait_for("key")  # by then the other one has been private for as long
    shut.signal(signal.SIGTERM)
    done = shut.wait(15)
    assert done.code == 0, shut.told()
    assert "in.wav" not in done.errors, "the recording was opened"
    assert shut.rows("line", "fault", "heard", "subtitle") == []
    assert emulators["shut"].dials() == 0


def test_what_was_private_is_not_missing_later(emulators: Mapping[str, Emulator], boxes: Mapping[str, Box]) -> None:
    box = boxes["private"]
    done = box.wait()
    assert done.code == 0, box.told()
    live = next(row for row in box.rows("key") if row["key"] == "privacy")
    assert live["down"] is True
    assert min(row["at"] for row in box.rows("line", "heard", "subtitle")) >= live["at"]
    assert box.finals() == [translation(SHORT[0])]
    assert emulators["private"].dials() == 1


def test_what_listens_complains_about_such_a_recording(emulators: Mapping[str, Emulator], tmp_path: Path) -> None:
    """The other side of the test above: without the slide the same file is opened, and told."""
    with Box(tmp_path, emulators["shut"], b"\0\0", run__until="forever") as box:
        (tmp_path / "in.wav").write_bytes(b"whoever opens this complains")
        fault = box.wait_for("fault")
        assert "in.wav" in fault["detail"]
