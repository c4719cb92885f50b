"""One file: every mistake in it is reported, with its line."""

from pathlib import Path

import pytest

from appliance.config.layer import parse, read_bytes


def complaints(source: str | bytes, *, key_allowed: bool = False) -> list[str]:
    data = source.encode() if isinstance(source, str) else source
    return [str(problem) for problem in parse(data, "c.toml", key_allowed=key_allowed).problems]


def test_good_values_with_their_places() -> None:
    layer = parse(b'\xef\xbb\xbf[service]\r\nvoice = "Tina"\r\nsilence_ms = 900\r\n', "c.toml", key_allowed=False)
    assert layer.problems == []
    assert layer.values == {"service.voice": "Tina", "service.silence_ms": 900}
    assert layer.places == {"service.voice": "c.toml:2", "service.silence_ms": "c.toml:3"}


def test_three_errors_at_once_are_all_reported_each_with_its_line() -> None:
    source = '[service]\nvioce = "Tina"\nsilence_ms = 50\n[languages]\nmode = "captoins"\n'
    assert complaints(source) == [
        'c.toml:2: [service] has no key "vioce" (did you mean "voice"?)',
        "c.toml:3: service.silence_ms must be a whole number from 300 to 2000, not 50",
        'c.toml:5: languages.mode must be one of "interpret", "captions", not "captoins" (did you mean "captions"?)',
    ]


@pytest.mark.parametrize(
    ("source", "complaint"),
    [
        ('[languagse]\nmine = "en"', 'c.toml:1: there is no section ["languagse"] (did you mean "languages"?)'),
        ("[zzz]", 'c.toml:1: there is no section ["zzz"]'),
        ('mine = "en"', 'c.toml:1: there is no section ["mine"] (mine belongs in [languages])'),
        ("[run]\nflip = true", 'c.toml:2: [run] has no key "flip" (flip belongs in [screen])'),
        (
            "[run]\ndevice = 1",
            'c.toml:2: [run] has no key "device" (device belongs in [microphone] or [loudspeaker] or [camera])',
        ),
        ("[run]\nzzz = 1", 'c.toml:2: [run] has no key "zzz"'),
        ('"" = 1', "c.toml:1: there is no section [of that name]"),
        ('["sk-123"]', "c.toml:1: there is no section [(a text that holds a key)]"),
        ("service = 5", "c.toml:1: [service] must be a section: write [service] on a line, and its keys below it"),
        (
            "[[service]]\nvoice = 1",
            "c.toml:1: [service] must be a section: write [service] on a line, and its keys below it",
        ),
        ("service = {voice = 1}", "c.toml:1: service.voice must be a text in quotation marks, not 1"),
        (
            "\n[service]\nvoice.name = 1",
            "c.toml:3: service.voice must be a text in quotation marks, not a table",
        ),
        ('[service]\n"\\u0076oice" = 1', "c.toml:1: service.voice must be a text in quotation marks, not 1"),
        ("[run]\n\nprofile = kiosk", "c.toml:3: is not TOML: invalid value; texts need quotation marks"),
        ("[run\n", "c.toml:1: is not TOML: expected ']' at the end of a table declaration; texts need quotation marks"),
        ("a = 1\nb = [", "c.toml:2: is not TOML: invalid value; texts need quotation marks"),
        ("a = " + "[" * 9000, "c.toml: is not TOML: brackets within brackets without end"),
        ("a = " + "9" * 5000, "c.toml: is not TOML: a number has too many digits"),
        (b"[run]\n# caf\xe9", "c.toml:2: is not UTF-8 text; save the file as UTF-8"),
    ],
)
def test_each_mistake_has_its_sentence(source: str | bytes, complaint: str) -> None:
    assert complaints(source) == [complaint]


def test_a_key_in_the_boot_file_is_taken_and_not_shown() -> None:
    layer = parse(b'[service]\nkey = " sk-secret "', "dragoman.toml", key_allowed=True)
    assert layer.problems == []
    assert layer.key is not None
    assert layer.key.reveal() == "sk-secret"
    assert layer.places["service.key"] == "dragoman.toml:2"
    assert "secret" not in repr(layer)


def test_an_empty_key_is_none() -> None:
    layer = parse(b'[service]\nkey = ""', "dragoman.toml", key_allowed=True)
    assert (layer.key, layer.problems) == (None, [])


@pytest.mark.parametrize("value", ['"sk-secret and more"', "5", '"sk-secrét"'])
def test_a_key_that_cannot_be_one_is_refused_and_not_repeated(value: str) -> None:
    assert complaints(f"[service]\nkey = {value}", key_allowed=True) == [
        "c.toml:2: service.key must be a text in quotation marks, one word of plain letters and digits"
    ]


def test_a_key_in_any_other_file_is_refused_and_not_repeated() -> None:
    (complaint,) = complaints('[service]\nkey = "sk-secret"')
    assert complaint.startswith("c.toml:2: service.key may stand in the boot file alone; take it out of here")
    assert "secret" not in complaint


@pytest.mark.parametrize("line", ['api_key = "sk-secret"', 'voice = ["sk-secret"]', 'clone = "sk-secret"'])
def test_a_key_in_the_wrong_place_is_not_repeated(line: str) -> None:
    (complaint,) = complaints(f"[service]\n{line}")
    assert "secret" not in complaint


def test_phrases_are_for_the_copy_of_the_last_good_settings() -> None:
    source = b'[run]\nprofile = "kiosk"\n[phrases]\n"a b" = "c"\n'
    assert parse(source, "c.toml", key_allowed=False, phrases_allowed=True).phrases == {"a b": "c"}
    assert parse(b"phrases = 1", "c.toml", key_allowed=False, phrases_allowed=True).phrases == {}
    assert complaints(source) == ['c.toml:3: there is no section ["phrases"]']


def test_reading_bytes(tmp_path: Path) -> None:
    file = tmp_path / "f"
    file.write_bytes(b"x" * 2000)
    assert read_bytes(file, 2000) == b"x" * 2000
    assert read_bytes(file, 1999) == "is longer than 1 kB, too long for what it should be"
    assert read_bytes(tmp_path / "none", 10) is None
    assert read_bytes(file / "below", 10) is None
    assert read_bytes(tmp_path, 10) == "cannot be read: is a directory"
    assert read_bytes(Path("a\0b"), 10) == "cannot be read: not a name of a file"


@pytest.mark.parametrize("marks", ["“{}”", "„{}“", "«{}»", "‘{}’", "“{}“"])
def test_typographic_quotation_marks_are_named(marks: str) -> None:
    text = f"[languages]\nmine = {marks.format('en')}\n"
    (problem,) = parse(text.encode(), "c.toml", key_allowed=False).problems
    assert str(problem).startswith(f"c.toml:2: has {min(marks.replace('{}', ''))}")
    assert str(problem).endswith('where plain quotation marks belong: write " instead')
