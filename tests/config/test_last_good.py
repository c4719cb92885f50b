"""The copy of the settings that last worked."""

import os
from pathlib import Path

import pytest

from appliance.config.last_good import keep_last_good
from appliance.config.reading import BootPaths, Loaded, read


def boot(tmp_path: Path, text: str) -> BootPaths:
    file = tmp_path / "dragoman.toml"
    file.write_text(text, encoding="utf-8")
    return BootPaths(file, None, tmp_path / "last-good.toml")


def kept(tmp_path: Path, text: str) -> tuple[Loaded, str]:
    paths = boot(tmp_path, text)
    assert paths.last_good is not None
    loaded = read(None, {}, paths)
    assert keep_last_good(loaded, paths.last_good) is None
    return loaded, paths.last_good.read_text(encoding="utf-8") if paths.last_good.exists() else ""


def test_it_reads_to_the_same_settings_and_hot_words(tmp_path: Path) -> None:
    (tmp_path / "glossary.csv").write_text('"a ""b""",ça\nplatform,Gleis\n', encoding="utf-8")
    loaded, _ = kept(tmp_path, '[screen]\nletters = "normal"\n[service]\nvoice = "Tina"\n[run]\nprofile = "kiosk"')
    again = read(None, {}, boot(tmp_path, "broken"))
    assert len(again.problems) == 1
    assert again.settings == loaded.settings
    assert again.settings.screen.letters == "normal"  # set by the operator, though it is the handheld's default
    assert again.phrases == loaded.phrases == {'a "b"': "ça", "platform": "Gleis"}


def test_the_key_is_not_in_it(tmp_path: Path) -> None:
    loaded, text = kept(tmp_path, '[service]\nkey = "sk-secret"\nvoice = "Tina"')
    assert loaded.key is not None
    assert "Tina" in text
    assert "secret" not in text
    assert "key" not in text


def test_settings_with_problems_are_not_kept(tmp_path: Path) -> None:
    _, text = kept(tmp_path, '[service]\nvoice = "Tina"\nzzz = 1')
    assert text == ""


def test_no_state_folder_keeps_nothing(tmp_path: Path) -> None:
    assert keep_last_good(read(None, {}, boot(tmp_path, "")), None) is None
    assert not (tmp_path / "last-good.toml").exists()


def test_the_same_settings_are_not_written_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept(tmp_path, '[service]\nvoice = "Tina"')
    first = (tmp_path / "last-good.toml").stat().st_ino
    kept(tmp_path, '[service]\nvoice = "Tina"')
    assert (tmp_path / "last-good.toml").stat().st_ino == first
    _, text = kept(tmp_path, '[service]\nvoice = "Cindy"')
    assert "Cindy" in text


def test_a_card_that_cannot_be_written_is_a_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def worn(descriptor: int) -> None:
        raise OSError(30, os.strerror(30))

    monkeypatch.setattr(os, "fsync", worn)
    paths = boot(tmp_path, "")
    problem = keep_last_good(read(None, {}, paths), paths.last_good)
    assert str(problem) == (f"{paths.last_good}: the last good settings cannot be kept: Read-only file system")


def test_the_largest_glossary_fits(tmp_path: Path) -> None:
    rows = [f"{number:04}{'語' * 190},{'訳' * 190}\n" for number in range(1000)]
    (tmp_path / "glossary.csv").write_text("".join(rows[:850]), encoding="utf-8")
    loaded, _ = kept(tmp_path, "")
    assert loaded.problems == ()
    assert read(None, {}, boot(tmp_path, "broken")).phrases == loaded.phrases
