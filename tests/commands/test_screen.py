"""``dragoman screen``."""

import argparse
from pathlib import Path

import pytest
from PIL import Image

from appliance.commands import screen
from appliance.display import fonts


def run(*words: str) -> int:
    parser = argparse.ArgumentParser()
    screen.add_arguments(parser)
    return screen.run(parser.parse_args(words))


def test_writes_what_the_panel_would_show(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    sizes = {}
    for letters in fonts.LETTERS:
        out = tmp_path / f"{letters}.png"
        assert run("--language", "fr", "--text", "Bonjour", "--letters", letters, "--out", str(out)) == 0
        with Image.open(out) as image:
            assert (image.size, image.mode) == ((128, 64), "1")
            sizes[letters] = image.crop((0, 12, 128, 64)).getbbox()
    assert sizes["normal"][1] > sizes["large"][1] > sizes["huge"][1]
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize(("code", "hint"), [("german", "did you mean 'de'"), ("jp", "did you mean 'ja'"), ("qq", "")])
def test_unknown_language(code: str, hint: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--language", code, "--text", "x", "--out", str(tmp_path / "x.png")) == 64
    error = capsys.readouterr().err
    assert f"unknown language '{code}'" in error
    assert hint in error
    assert not (tmp_path / "x.png").exists()


def test_no_text_and_no_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("--language", "en", "--text", " \n", "--out", str(tmp_path / "x.png")) == 64
    assert "nothing to show" in capsys.readouterr().err
    assert run("--language", "en", "--text", "x", "--out", str(tmp_path / "no" / "x.png")) == 64
    assert "cannot write" in capsys.readouterr().err


def test_says_what_is_missing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(fonts, "unfurnished_languages", lambda: ("th",))
    assert run("--language", "th", "--text", "ไทย \U00013000", "--out", str(tmp_path / "x.png")) == 0
    error = capsys.readouterr().err
    assert "fonts-noto-ui-core" in error
    assert "1 letters are in none" in error


def test_lines_are_sentences() -> None:
    view = screen.view("zh", "一\n\n二", "huge")
    assert [sentence.text for sentence in view.sentences] == ["一", "二"]
    assert (view.status.direction, view.letters) == ("→ZH", "huge")
