"""``--here``: which settings this computer has as a box, and what a file may still say."""

from pathlib import Path

from appliance.config.here import HereOptions, read_here


def test_it_needs_no_file_and_reads_none() -> None:
    loaded = read_here(None, {"DASHSCOPE_API_KEY": "sk-one"}, HereOptions())
    assert loaded.problems == ()
    own = loaded.settings
    assert (own.microphone.driver, own.microphone.device) == ("alsa", "default")
    assert (own.loudspeaker.driver, own.loudspeaker.device, own.loudspeaker.mode) == ("alsa", "default", "loudspeaker")
    assert (own.screen.driver, own.screen.guest_driver) == ("terminal", "none")
    assert (own.keys.driver, own.camera.driver) == ("keyboard", "none")
    assert (own.run.until, own.run.start, own.run.journal) == ("forever", "key", "")
    assert loaded.key is not None


def test_a_file_keeps_what_is_no_device_and_the_options_win_over_it(tmp_path: Path) -> None:
    file = tmp_path / "box.toml"
    file.write_text(
        '[languages]\nmine = "de"\ntheirs = "fr"\n[microphone]\ndriver = "file"\ndevice = "in.wav"\n'
        '[keys]\ndriver = "gpio"\n[run]\nuntil = "microphone-ends"\n[screen]\nletters = "large"\n'
        '[loudspeaker]\nmode = "headset"\n'
    )
    own = read_here(file, {}, HereOptions()).settings
    assert (own.languages.mine, own.languages.theirs, own.screen.letters) == ("de", "fr", "large")
    assert (own.microphone.driver, own.keys.driver, own.run.until) == ("alsa", "keyboard", "forever")
    assert own.loudspeaker.mode == "headset"
    own = read_here(file, {}, HereOptions(mine="auto", theirs="ja")).settings
    assert (own.languages.mine, own.languages.theirs) == ("", "ja")


def test_headphones_let_the_microphone_listen() -> None:
    assert read_here(None, {}, HereOptions(headphones=True)).settings.loudspeaker.mode == "headset"


def test_a_language_that_is_none_is_told_by_its_option() -> None:
    loaded = read_here(None, {}, HereOptions(mine="xx", theirs="yy"))
    assert [problem.where for problem in loaded.problems] == ["--from", "--to"]


def test_a_mistake_in_the_file_is_told_by_its_line(tmp_path: Path) -> None:
    file = tmp_path / "box.toml"
    file.write_text('[languages]\ntheirs = "yy"\n')
    assert [problem.where for problem in read_here(file, {}, HereOptions()).problems] == [f"{file}:2"]
