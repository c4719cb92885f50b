"""Captions on the real process: the speaker's own words, no speech asked for and none played."""

from pathlib import Path

from tests.e2e.harness import SHORT, TURNS, Box, Emulator, heard_levels, sound


def test_the_own_words_are_shown_and_nothing_is_spoken(tmp_path: Path) -> None:
    said = SHORT[:1]
    with (
        Emulator(tmp_path / "service", turns=said) as service,
        Box(tmp_path / "box", service, sound(said), languages__mode="captions", screen__driver="png",
            screen__directory=".") as box,
    ):  # fmt: skip
        assert box.wait().code == 0, box.told()
    words = [row["text"] for row in box.rows("heard") if row["final"]]
    assert words == [TURNS[n].source for n in said], box.told()
    (update,) = service.messages("in", "session.update")
    assert update["session"]["modalities"] == ["text"]
    assert box.rows("spoken") == []
    assert {row["shown"] for row in box.rows("subtitle")} == {""}, "the translation is not on the screen"
    assert [row["n"] for row in box.rows("turn")] == [1]
    assert max(heard_levels(box.folder / "heard.wav"), default=0) == 0
    assert len(box.rows("screen")) > 3, "the words came one after the other"
