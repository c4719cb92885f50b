"""Which file wins over which, and what happens where one is broken."""

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as limits
from hypothesis import strategies as st

from appliance.config.last_good import keep_last_good
from appliance.config.reading import BootPaths, Loaded, changed, packaged, paths_from, read
from appliance.config.settings import Settings
from appliance.errors import Problem

NOWHERE = BootPaths(None, None, None)


@pytest.fixture
def paths(tmp_path: Path) -> BootPaths:
    (tmp_path / "boot").mkdir()
    return BootPaths(tmp_path / "boot" / "dragoman.toml", tmp_path / "config.toml", tmp_path / "last-good.toml")


def write(path: Path | None, text: str) -> Path:
    assert path is not None
    path.write_text(text, encoding="utf-8")
    return path


def complaints(loaded: Loaded) -> list[str]:
    return [str(problem) for problem in loaded.problems]


def test_nothing_anywhere_gives_the_defaults_without_a_complaint(paths: BootPaths) -> None:
    loaded = read(None, {}, paths)
    assert loaded == Loaded(packaged(), (), None, {}, {}, ())
    assert changed(loaded) == {}


def test_the_boot_file_goes_over_etc_over_the_defaults(paths: BootPaths) -> None:
    etc = write(paths.etc, '[languages]\ntheirs = "fr"\nmine = "de"')
    boot = write(paths.boot, '[languages]\ntheirs = "ja"')
    loaded = read(None, {}, paths)
    assert loaded.problems == ()
    own = loaded.settings.languages
    assert (own.mine, own.theirs, own.mode) == ("de", "ja", "interpret")
    assert loaded.sources == {"languages.theirs": f"{boot}:2", "languages.mine": f"{etc}:3"}
    assert changed(loaded) == {"languages.mine": "de", "languages.theirs": "ja"}


def test_config_takes_the_place_of_all_of_them(paths: BootPaths, tmp_path: Path) -> None:
    write(paths.boot, "broken")
    write(paths.etc, '[languages]\nmine = "de"')
    own = write(tmp_path / "own.toml", '[languages]\ntheirs = "fr"')
    loaded = read(own, {}, paths)
    assert loaded.problems == ()
    assert (loaded.settings.languages.mine, loaded.settings.languages.theirs) == ("en", "fr")


def test_config_that_is_not_there_or_no_file_is_a_problem(tmp_path: Path) -> None:
    assert complaints(read(tmp_path / "x", {}, NOWHERE)) == [f"{tmp_path / 'x'}: there is no such file"]
    assert complaints(read(tmp_path, {}, NOWHERE)) == [f"{tmp_path}: cannot be read: is a directory"]


def test_mistakes_in_a_file_and_between_settings_are_reported_together(tmp_path: Path) -> None:
    source = (
        '[service]\nsilence_ms = "800"\nmodle = ""\nurl = "http://x"\n'
        '[languages]\ntheirs = "xx"\n[run]\nuntil = "microphone-ends"\n[panel]\nenabled = true\n'
    )
    own = write(tmp_path / "own.toml", source)
    found = complaints(read(own, {}, NOWHERE))
    assert [line.removeprefix(f"{own}:").split(":")[0] for line in found] == ["2", "3", "4", "6", "8", "10"]


def test_a_key_of_the_wrong_type_is_not_reported_twice(tmp_path: Path) -> None:
    own = write(tmp_path / "own.toml", '[microphone]\ndriver = "flie"\n[run]\nuntil = "microphone-ends"')
    found = complaints(read(own, {}, NOWHERE))
    assert len(found) == 1
    assert '(did you mean "file"?)' in found[0]


def test_a_kiosk_has_defaults_of_its_own_where_nothing_is_set(paths: BootPaths) -> None:
    write(paths.etc, '[run]\nprofile = "kiosk"')
    boot = write(paths.boot, '[screen]\nletters = "normal"')
    loaded = read(None, {}, paths)
    own = loaded.settings
    assert loaded.problems == ()
    assert (own.screen.driver, own.loudspeaker.max_speed, own.camera.mode) == ("ssd1309", 1.1, "off")
    assert own.screen.letters == "normal"
    assert loaded.sources["screen.driver"] == "kiosk default"
    assert loaded.sources["screen.letters"] == f"{boot}:2"
    write(paths.boot, "")
    assert read(None, {}, paths).settings.screen.letters == "large"


def test_a_broken_boot_file_leaves_the_last_good_settings_in_force(paths: BootPaths) -> None:
    boot = write(paths.boot, '[languages]\ntheirs = "fr"\n[run]\nprofile = "kiosk"')
    assert keep_last_good(read(None, {}, paths), paths.last_good) is None
    write(boot, '[languages]\ntheirs = "zz"')
    loaded = read(None, {}, paths)
    assert [problem.where for problem in loaded.problems] == [f"{boot}:2"]
    assert loaded.settings.languages.theirs == "fr"
    assert loaded.settings.screen.driver == "ssd1309"
    assert loaded.sources["languages.theirs"].startswith(str(paths.last_good))


def test_without_last_good_settings_what_is_not_broken_applies(paths: BootPaths) -> None:
    etc = write(paths.etc, '[languages]\ntheirs = "fr"')
    boot = write(paths.boot, "[languages\n")
    loaded = read(None, {}, paths)
    assert [problem.where for problem in loaded.problems] == [f"{boot}:1"]
    assert loaded.settings.languages.theirs == "fr"
    write(boot, '[languages]\ntheirs = "de"')
    write(etc, '[languages]\ntheirs = "zz"\nmine = 5')
    loaded = read(None, {}, paths)
    assert [problem.where for problem in loaded.problems] == [f"{etc}:3"]
    assert loaded.settings.languages.theirs == "de"


def test_where_everything_is_broken_the_defaults_apply(paths: BootPaths) -> None:
    for path in (paths.boot, paths.etc, paths.last_good):
        write(path, '[languages]\nmine = "de"\ntheirs = 5')
    loaded = read(None, {}, paths)
    assert loaded.settings == packaged()
    assert [problem.where for problem in loaded.problems] == [f"{paths.etc}:3", f"{paths.boot}:3"]


def test_the_key_comes_from_the_environment_before_the_boot_file(paths: BootPaths) -> None:
    boot = write(paths.boot, '[service]\nkey = "sk-boot"')
    loaded = read(None, {}, paths)
    assert loaded.key is not None
    assert loaded.key.reveal() == "sk-boot"
    assert loaded.sources["service.key"] == f"{boot}:2"
    assert "sk-boot" not in repr(loaded)
    loaded = read(None, {"DASHSCOPE_API_KEY": "sk-env"}, paths)
    assert loaded.key is not None
    assert loaded.key.reveal() == "sk-env"
    assert loaded.sources["service.key"] == "environment DASHSCOPE_API_KEY"


def test_a_boot_file_with_a_mistake_still_gives_its_key(paths: BootPaths) -> None:
    write(paths.boot, '[service]\nkey = "sk-boot"\nsilence_ms = 1')
    loaded = read(None, {}, paths)
    assert len(loaded.problems) == 1
    assert loaded.key is not None


def test_a_key_in_another_file_is_a_problem(paths: BootPaths, tmp_path: Path) -> None:
    etc = write(paths.etc, '[service]\nkey = "sk-etc"')
    loaded = read(None, {}, paths)
    assert loaded.key is None
    assert [problem.where for problem in loaded.problems] == [f"{etc}:2"]
    assert "sk-etc" not in repr(loaded)
    assert len(read(etc, {}, NOWHERE).problems) == 1


def test_an_unusable_key_is_a_notice_and_no_problem() -> None:
    loaded = read(None, {"DASHSCOPE_API_KEY": "two words"}, NOWHERE)
    assert (loaded.key, loaded.problems, len(loaded.notices)) == (None, (), 1)


def test_hot_words_with_the_lines_of_their_complaints(tmp_path: Path) -> None:
    terms = write(tmp_path / "g.csv", "platform,Gleis\n")
    own = write(tmp_path / "own.toml", f'[glossary]\nfile = "{terms}"')
    loaded = read(own, {}, NOWHERE)
    assert (loaded.phrases, loaded.problems) == ({"platform": "Gleis"}, ())
    write(terms, "platform\n")
    assert complaints(read(own, {}, NOWHERE)) == [f"{terms}:1: must be two terms, source,target, not 1"]
    terms.unlink()
    assert complaints(read(own, {}, NOWHERE)) == [f'{own}:2: glossary.file: "{terms}" does not exist']
    terms.mkdir()
    assert complaints(read(own, {}, NOWHERE)) == [f'{own}:2: glossary.file: "{terms}" cannot be read: is a directory']


def test_the_glossary_beside_the_boot_file_is_taken_where_none_is_set(paths: BootPaths, tmp_path: Path) -> None:
    assert paths.boot is not None
    beside = write(paths.boot.with_name("glossary.csv"), "a,b\n")
    loaded = read(None, {}, paths)
    assert (loaded.phrases, loaded.settings.glossary.file) == ({"a": "b"}, str(beside))
    assert loaded.sources["glossary.file"] == "beside the boot file"
    other = write(tmp_path / "other.csv", "c,d\n")
    write(paths.etc, f'[glossary]\nfile = "{other}"')
    assert read(None, {}, paths).phrases == {"c": "d"}


def test_a_broken_glossary_leaves_the_last_good_hot_words(paths: BootPaths) -> None:
    boot = write(paths.boot, '[languages]\ntheirs = "fr"')
    beside = write(boot.with_name("glossary.csv"), "a,b\n")
    keep_last_good(read(None, {}, paths), paths.last_good)
    write(beside, "a\n")
    loaded = read(None, {}, paths)
    assert [problem.where for problem in loaded.problems] == [f"{beside}:1"]
    assert (loaded.phrases, loaded.settings.languages.theirs) == ({"a": "b"}, "fr")


def test_a_broken_glossary_on_the_first_start_costs_the_hot_words_only(paths: BootPaths) -> None:
    boot = write(paths.boot, '[languages]\ntheirs = "fr"')
    write(boot.with_name("glossary.csv"), "a\n")
    loaded = read(None, {}, paths)
    assert len(loaded.problems) == 1
    assert (loaded.phrases, loaded.settings.languages.theirs) == ({}, "fr")


def test_a_text_only_target_is_a_notice_at_its_line(tmp_path: Path) -> None:
    own = write(tmp_path / "own.toml", '[languages]\ntheirs = "el"\n[service]\nvoice = "Tina"')
    loaded = read(own, {}, NOWHERE)
    assert loaded.problems == ()
    assert [notice.where for notice in loaded.notices] == [f"{own}:2"]


def test_the_usual_places() -> None:
    assert paths_from({}) == BootPaths(Path("/boot/firmware/dragoman.toml"), Path("/etc/dragoman/config.toml"), None)
    environment = {"DRAGOMAN_BOOT_FILE": "/bootfs/dragoman.toml", "STATE_DIRECTORY": "/var/lib/dragoman:/other"}
    assert paths_from(environment) == BootPaths(
        Path("/bootfs/dragoman.toml"), Path("/etc/dragoman/config.toml"), Path("/var/lib/dragoman/last-good.toml")
    )


SCRAPS = [
    "[service]", "[languages]", "[run]", "[keys]", "\n", "\n", " = ", "=", '"', '""', "'", "voice", "url", "mine",
    "key", "theirs", "favourites", "{", "}", "[", "]", ",", ".", "1", "0x3c", "nan", "1e999", "true", "1979-05-27",
    "#", "\0", '"""', "\\", '"wss://[x"', '"ws://"', '"\\u0000"', '"kiosk"', "profile", "file", "glossary", "é",
    "\r", "silence_ms",
]  # fmt: skip


@limits(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.binary(max_size=100) | st.lists(st.sampled_from(SCRAPS), max_size=20).map(lambda each: "".join(each).encode())
)
def test_any_bytes_give_problems_or_settings_and_never_an_exception(tmp_path: Path, data: bytes) -> None:
    file = tmp_path / "any.toml"
    file.write_bytes(data)
    loaded = read(file, {}, NOWHERE)
    assert all(problem.where and problem.sentence for problem in loaded.problems)
    if loaded.problems:
        assert loaded.settings == packaged()
    booted = read(None, {}, BootPaths(None, file, None))
    assert (booted.settings, booted.problems) == (loaded.settings, loaded.problems)


VALUES = st.text() | st.integers() | st.floats() | st.booleans() | st.lists(st.text(max_size=5), max_size=3)


@limits(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_any_value_of_any_setting_is_taken_or_refused_with_a_sentence(tmp_path: Path, data: st.DataObject) -> None:
    from appliance.config.rules import RULES
    from appliance.config.show import text

    dotted = data.draw(st.sampled_from(sorted(RULES)))
    value = data.draw(VALUES)
    if isinstance(value, str):
        written = text(value.encode("utf-8", "replace").decode())
    elif isinstance(value, list):
        written = "[" + ", ".join(text(each.encode("utf-8", "replace").decode()) for each in value) + "]"
    else:
        written = str(value).lower()
    section, name = dotted.split(".")
    own = write(tmp_path / "own.toml", f"[{section}]\n{name} = {written}\n")
    for problem in read(own, {}, NOWHERE).problems:
        assert problem.where == f"{own}:2" or dotted == "glossary.file"
        assert dotted in problem.sentence or section in problem.sentence


def test_what_a_look_finds_is_placed_and_the_last_good_settings_stand_in(paths: BootPaths) -> None:
    def look(settings: Settings) -> list[Problem]:
        wrong = settings.service.ca_file == str(paths.boot)
        return [Problem("service.ca_file", "holds no certificate")] if wrong else []

    write(paths.last_good, '[languages]\ntheirs = "fr"')
    boot = write(paths.boot, f'[service]\nca_file = "{paths.boot}"')
    loaded = read(None, {}, paths, look)
    assert complaints(loaded) == [f"{boot}:2: service.ca_file: holds no certificate"]
    assert (loaded.settings.service.ca_file, loaded.settings.languages.theirs) == ("", "fr")


def test_what_a_look_finds_elsewhere_keeps_its_place(paths: BootPaths) -> None:
    loaded = read(None, {}, paths, lambda _: [Problem("keys.toml:3", "is no key")])
    assert complaints(loaded) == ["keys.toml:3: is no key"]


@pytest.mark.parametrize("name", ["dragoman.toml.txt", "dragoman.txt", "Dragoman (1).toml", "dragoman - copy.toml"])
def test_a_boot_file_that_is_called_otherwise_is_not_passed_over_in_silence(paths: BootPaths, name: str) -> None:
    assert paths.boot is not None
    write(paths.boot.with_name(name), '[languages]\ntheirs = "fr"\n')
    assert complaints(read(None, {}, paths)) == [
        f'{paths.boot}: is not there, and "{name}" is not read: call that file dragoman.toml'
    ]
    write(paths.boot, '[languages]\ntheirs = "fr"\n')
    assert complaints(read(None, {}, paths)) == [], "beside the right one it is somebody's copy"


@pytest.mark.parametrize("name", ["config.txt", "cmdline.txt", "dragoman.csv", "network.nmconnection"])
def test_other_files_of_the_card_are_nobodys_mistake(paths: BootPaths, name: str) -> None:
    assert paths.boot is not None
    write(paths.boot.with_name(name), "x")
    assert complaints(read(None, {}, paths)) == []
