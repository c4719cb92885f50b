"""Rehearsals: the dialogue that the emulator knows by heart, read strictly from TOML.

Responsible for: the format of appliance/emulator/README.md#rehearsals, a word's senses, and a sentence for every
mistake in a file.
Must not: render or recognise sound, or look into a picture.

A turn that means one thing or another, as a picture shows, has a ``[[turn.senses]]`` for each: ``picture`` (a JPEG
beside the file), ``scene``, and the texts that differ from the turn's own, which hold where no picture helps.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from difflib import get_close_matches
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path, PurePath
from typing import Any

from appliance.errors import Problem, SettingsError
from appliance.protocol.languages import LANGUAGES, suggest

TURNS_LIMIT = 500
SENSES_LIMIT = 8  # of one turn
TEXT_LIMIT = 1_000  # characters
PICTURE_LIMIT_BYTES = 500 * 1024
_TURN_KEYS = ("language", "source", "spoken", "scene", "translations", "spoken_translations", "terms", "senses")
_SENSE_KEYS = ("picture", "scene", "translations", "spoken_translations", "terms")
_TOP_KEYS = ("title", "turn")


@dataclass(frozen=True, slots=True)
class Sense:
    """What a turn means when the picture shows something like this one. ``picture``: a JPEG."""

    picture: bytes
    translations: Mapping[str, str]
    spoken_translations: Mapping[str, str] = field(default_factory=dict)
    terms: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    scene: str = ""


@dataclass(frozen=True, slots=True)
class Turn:
    """One rehearsed utterance."""

    language: str
    source: str
    translations: Mapping[str, str]  # code -> text
    spoken: str = ""  # what the voice reads in place of the source: kana
    spoken_translations: Mapping[str, str] = field(default_factory=dict)
    terms: Mapping[str, Mapping[str, str]] = field(default_factory=dict)  # code -> source term -> the word used for it
    scene: str = ""
    senses: tuple[Sense, ...] = ()

    def in_sense(self, sense: Sense) -> "Turn":
        """The turn as it is meant in one of its senses; what the sense does not say is the turn's own."""
        own = {code: text for code, text in self.spoken_translations.items() if code not in sense.translations}
        return replace(
            self,
            translations={**self.translations, **sense.translations},
            spoken_translations=own | dict(sense.spoken_translations),
            terms={**self.terms, **sense.terms},
            scene=sense.scene or self.scene,
            senses=(),
        )

    def scenes(self) -> tuple[str, ...]:
        """Its own scene and those of its senses."""
        return tuple(name for name in (self.scene, *(sense.scene for sense in self.senses)) if name)

    def said(self) -> str:
        """What the voice reads as the source."""
        return self.spoken or self.source

    def translation(self, target: str) -> str:
        """The text in ``target``; the source behind ``[target]`` where the turn has none."""
        if target in self.translations:
            return self.translations[target]
        return self.source if target == self.language else f"[{target}] {self.source}"

    def answered(self, target: str) -> str:
        """What the voice reads in ``target``."""
        if target in self.spoken_translations:
            return self.spoken_translations[target]
        if target == self.language and target not in self.translations:
            return self.said()
        return self.translations.get(target, self.source)


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A dialogue, in order."""

    title: str
    turns: tuple[Turn, ...]

    def scene(self, name: str) -> tuple[Turn, ...]:
        """The turns of one scene, in order, each in the sense that it has there."""
        found = []
        for turn in self.turns:
            sense = next((each for each in turn.senses if each.scene == name), None)
            if name in turn.scenes():
                found.append(turn if sense is None else turn.in_sense(sense))
        return tuple(found)

    def scenes(self) -> tuple[str, ...]:
        """The names of the scenes in the order of their first turn."""
        return tuple(dict.fromkeys(name for turn in self.turns for name in turn.scenes()))


def load(path: Path) -> Rehearsal:
    """Read a rehearsal. Fails with ``SettingsError`` that carries every problem of the file."""
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise SettingsError((Problem(str(path), f"cannot be read: {error.strerror}"),)) from None
    except UnicodeDecodeError:
        raise SettingsError((Problem(str(path), "is not UTF-8 text"),)) from None
    return parse(text, str(path), path.parent)


def desk() -> Rehearsal:
    """The rehearsal that is shipped: a day at a hotel desk."""
    folder = files("appliance.emulator").joinpath("rehearsals")
    return parse(folder.joinpath("desk.toml").read_text(encoding="utf-8"), "desk.toml", folder)


def parse(text: str, name: str, folder: Traversable) -> Rehearsal:
    """Read a rehearsal from text; ``name`` stands in the problems, ``folder`` holds the pictures that it names."""
    try:
        document = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError((Problem(name, f"is not TOML: {error}"),)) from None
    problems: list[Problem] = []
    _unknown_keys(document, _TOP_KEYS, name, problems)
    title = document.get("title", "")
    if not isinstance(title, str):
        problems.append(Problem(f"{name}: title", "must be text"))
        title = ""
    rows = document.get("turn", [])
    if not isinstance(rows, list) or not rows:
        problems.append(Problem(f"{name}: turn", "needs at least one [[turn]]"))
        rows = []
    if len(rows) > TURNS_LIMIT:
        problems.append(Problem(f"{name}: turn", f"has {len(rows)} turns; at most {TURNS_LIMIT} are allowed"))
    turns = tuple(_turn(row, f"{name}: turn {n}", folder, problems) for n, row in enumerate(rows[:TURNS_LIMIT], 1))
    if problems:
        raise SettingsError(tuple(problems))
    return Rehearsal(title, turns)


def _turn(row: object, where: str, folder: Traversable, problems: list[Problem]) -> Turn:
    if not isinstance(row, dict):
        problems.append(Problem(where, "must be a table: [[turn]]"))
        return Turn("", "", {})
    _unknown_keys(row, _TURN_KEYS, where, problems)
    language = _text(row, "language", where, problems, required=True)
    source = _text(row, "source", where, problems, required=True)
    _known_language(language, f"{where}, language", problems)
    translations, spoken, terms = _answers(row, language, where, problems)
    senses = row.get("senses", [])
    if not isinstance(senses, list):
        problems.append(Problem(f"{where}, senses", "must be tables: [[turn.senses]]"))
        senses = []
    return Turn(
        language=language,
        source=source,
        translations=translations,
        spoken=_text(row, "spoken", where, problems),
        spoken_translations=spoken,
        terms=terms,
        scene=_text(row, "scene", where, problems),
        senses=tuple(
            _sense(each, language, f"{where}, sense {n}", folder, problems)
            for n, each in enumerate(senses[:SENSES_LIMIT], 1)
        ),
    )


def _sense(row: object, language: str, where: str, folder: Traversable, problems: list[Problem]) -> Sense:
    if not isinstance(row, dict):
        problems.append(Problem(where, "must be a table: [[turn.senses]]"))
        return Sense(b"", {})
    _unknown_keys(row, _SENSE_KEYS, where, problems)
    translations, spoken, terms = _answers(row, language, where, problems)
    return Sense(
        picture=_picture(_text(row, "picture", where, problems, required=True), where, folder, problems),
        translations=translations,
        spoken_translations=spoken,
        terms=terms,
        scene=_text(row, "scene", where, problems),
    )


def _picture(name: str, where: str, folder: Traversable, problems: list[Problem]) -> bytes:
    """The file of that name in the folder of the rehearsal, and nowhere else."""
    if not name:
        return b""
    if PurePath(name).name != name:
        problems.append(Problem(where, f"picture {name!r} must be the name of a file beside the rehearsal"))
        return b""
    try:
        jpeg = folder.joinpath(name).read_bytes()
    except OSError as error:
        problems.append(Problem(where, f"picture {name!r} cannot be read: {error.strerror}"))
        return b""
    if jpeg[:3] != b"\xff\xd8\xff" or len(jpeg) > PICTURE_LIMIT_BYTES:
        problems.append(Problem(where, f"picture {name!r} must be a JPEG of at most {PICTURE_LIMIT_BYTES} bytes"))
    return jpeg


_Terms = dict[str, dict[str, str]]


def _answers(
    row: dict[str, Any], language: str, where: str, problems: list[Problem]
) -> tuple[dict[str, str], dict[str, str], _Terms]:
    """(translations, what the voice reads, terms) of a turn or of one of its senses."""
    translations = _texts(row.get("translations", {}), f"{where}, translations", problems)
    for code in translations:
        _known_language(code, f"{where}, translations", problems)
    spoken = _texts(row.get("spoken_translations", {}), f"{where}, spoken_translations", problems)
    for code in spoken:
        if code not in translations and code != language:
            problems.append(Problem(f"{where}, spoken_translations", f"{code} is not in [turn.translations]"))
    terms = row.get("terms", {})
    if not isinstance(terms, dict):
        problems.append(Problem(f"{where}, terms", "must hold tables: [turn.terms.CODE]"))
        terms = {}
    found = {code: _texts(words, f"{where}, terms.{code}", problems) for code, words in terms.items()}
    return translations, spoken, found


def _text(row: dict[str, Any], key: str, where: str, problems: list[Problem], required: bool = False) -> str:
    value = row.get(key, "")
    if not isinstance(value, str):
        problems.append(Problem(where, f"{key} must be text"))
        return ""
    if required and not value.strip():
        problems.append(Problem(where, f"needs {key} = text"))
    if len(value) > TEXT_LIMIT:
        problems.append(Problem(where, f"{key} has {len(value)} characters; at most {TEXT_LIMIT} are allowed"))
    return value.strip()


def _texts(value: object, where: str, problems: list[Problem]) -> dict[str, str]:
    if not isinstance(value, dict):
        problems.append(Problem(where, "must be a table of code = text"))
        return {}
    return {key: _text(value, key, where, problems, required=True) for key in value}


def _known_language(code: str, where: str, problems: list[Problem]) -> None:
    """A code that the service lacks would be neither spoken nor asked for; an empty one is told already."""
    if code and code not in LANGUAGES:
        meant = suggest(code)
        hint = f"; did you mean {meant!r}?" if meant else "; `dragoman languages` lists all"
        problems.append(Problem(where, f"{code!r} is no language of the service{hint}"))


def _unknown_keys(table: dict[str, Any], known: tuple[str, ...], where: str, problems: list[Problem]) -> None:
    for key in table:
        if key not in known:
            close = get_close_matches(key, known, 1)
            problems.append(Problem(where, f"has no key {key!r}" + (f"; did you mean {close[0]!r}?" if close else "")))
