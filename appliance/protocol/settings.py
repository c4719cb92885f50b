"""What a line asks of the service, and what the service would refuse.

Responsible for: choosing modalities and voice for a direction (``plan``), and a sentence for each combination that the
service refuses (``refusals``).
Must not: read files, or know any other setting of the box.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from appliance.protocol.languages import LANGUAGES, suggest
from appliance.protocol.voices import LIVE_CLONE_VOICE, PREPARED_CLONE_PREFIX, Model, is_clone

CLONE_MODES = ("off", "never", "once", "always")
MOST_PHRASES = 1000
SILENCE_MS = (200, 6000)
THRESHOLD = (-1.0, 1.0)

Phrases = tuple[tuple[str, str], ...]
"""Hot words: (source term, target term)."""


@dataclass(frozen=True, slots=True)
class SessionSettings:
    """All that ``session.update`` says. Made by ``plan``; always sent in whole."""

    model: str  # as it stands in the URL: alias or dated name
    modalities: tuple[str, ...]  # ("text",) or ("text", "audio")
    voice: str  # never empty: a voice is sent for text only too
    source: str  # "" = let the service detect
    target: str
    transcription: bool
    silence_ms: int
    threshold: float
    phrases: Phrases
    clone: str  # one of CLONE_MODES

    @property
    def speaks(self) -> bool:
        """Whether speech is asked for, or text alone."""
        return "audio" in self.modalities


def plan(
    model: Model,
    source: str,
    target: str,
    voice: str = "",
    clone: str = "off",
    *,
    model_name: str = "",
    speech: bool = True,
    transcription: bool = True,
    silence_ms: int = 800,
    threshold: float = 0.2,
    phrases: Phrases = (),
) -> SessionSettings:
    """The settings of one direction. Text alone where ``speech`` is not wanted or no voice speaks the target.

    ``voice`` "" = the model's own choice. ``model_name``: the dated name where one is configured. Assumes that
    ``refusals`` had nothing to say.
    """
    if not voice:
        voice = LIVE_CLONE_VOICE if clone in ("once", "always") else model.voice_for(target)
    speaks = speech and model.speaks(target, voice)
    if not speaks and is_clone(voice):  # nobody's voice is copied where none will be heard
        voice, clone = model.default_voice, "off"
    return SessionSettings(
        model=model_name or model.name,
        modalities=("text", "audio") if speaks else ("text",),
        voice=voice,
        source=source,
        target=target,
        transcription=transcription,
        silence_ms=silence_ms,
        threshold=threshold,
        phrases=phrases,
        clone=clone,
    )


def hot_words(phrases: Phrases, mine: str, theirs: str, source: str, target: str) -> Phrases:
    """What of a glossary from ``mine`` into ``theirs`` is true from ``source`` into ``target``.

    As it stands in its own direction, turned round in the other one (of several terms that mean the same the first).
    Between other languages only what is the same on both sides: a name. ``mine`` "" is whatever was detected.
    """
    if target == theirs and (not mine or source in ("", mine)):
        return phrases
    if source == theirs and mine in ("", target):
        turned: dict[str, str] = {}
        for term, meaning in phrases:
            turned.setdefault(meaning, term)
        return tuple(turned.items())
    return tuple((term, meaning) for term, meaning in phrases if term == meaning)


def refusals(
    model: Model,
    source: str,
    target: str,
    voice: str = "",
    clone: str = "off",
    *,
    silence_ms: int = 800,
    threshold: float = 0.2,
    phrases: Phrases = (),
) -> tuple[str, ...]:
    """A sentence for everything here that the service refuses; empty = it takes these settings."""
    return (
        *(_language_refusals(model, source, "source") if source else ()),
        *_language_refusals(model, target, "target"),
        *_voice_refusals(model, voice, clone),
        *_number_refusals(silence_ms, threshold, phrases),
    )


def _language_refusals(model: Model, code: str, role: str) -> Iterator[str]:
    if code in model.targets:
        return
    if code in LANGUAGES:
        count = len(model.targets)
        yield f"{role} language {code!r} ({LANGUAGES[code].name}) is not one of the {count} of {model.name}"
        return
    meant = suggest(code)
    hint = f"; did you mean {meant!r} ({LANGUAGES[meant].name})?" if meant else ""
    if role == "source" and code == "auto":
        hint = '; leave it empty ("") to let the service detect it'
    yield f"{role} language {code!r} is not known to the service{hint}"


def _voice_refusals(model: Model, voice: str, clone: str) -> Iterator[str]:
    if clone not in CLONE_MODES:
        yield f"clone mode {clone!r} is not one of {', '.join(CLONE_MODES)}"
        return
    if clone != "off" and not model.clones:
        yield f"{model.name} cannot copy voices; set clone to 'off'"
        return
    match clone:
        case "off" if is_clone(voice) and not model.clones:
            yield f"voice {voice!r} is a copied voice, and {model.name} cannot copy voices"
        case "off" if is_clone(voice):
            mode = "'once' or 'always'" if voice == LIVE_CLONE_VOICE else "'never'"
            yield f"voice {voice!r} is a copied voice and needs clone = {mode}; with 'off' only stock voices are taken"
        case "off" if voice and not model.knows_voice(voice):
            yield _unknown_voice(model, voice)
        case "never" if not _is_prepared(voice):
            yield f"clone = 'never' needs the id of a prepared voice ({PREPARED_CLONE_PREFIX}…), not {voice!r}"
        case "once" | "always" if voice not in ("", LIVE_CLONE_VOICE):
            yield f"clone = {clone!r} copies the speaker and needs voice = {LIVE_CLONE_VOICE!r}, not {voice!r}"


def _is_prepared(voice: str) -> bool:
    """Whether it is a whole id: what comes behind the prefix is one word of the service's making."""
    word = voice.removeprefix(PREPARED_CLONE_PREFIX)
    return voice.startswith(PREPARED_CLONE_PREFIX) and bool(word) and not any(letter.isspace() for letter in word)


def _unknown_voice(model: Model, voice: str) -> str:
    if voice in model.rejected_voices:
        return f"voice {voice!r} is refused by {model.name}; its own choice is {model.default_voice!r}"
    near = next((each.id for each in model.voices if each.id.casefold() == voice.strip().casefold()), None)
    hint = f"; did you mean {near!r}?" if near else f"; its own choice is {model.default_voice!r}"
    return f"voice {voice!r} is not one of {model.name}{hint}"


def _number_refusals(silence_ms: int, threshold: float, phrases: Phrases) -> Iterator[str]:
    if not SILENCE_MS[0] <= silence_ms <= SILENCE_MS[1]:
        yield f"silence_ms is {silence_ms}; the service takes {SILENCE_MS[0]} to {SILENCE_MS[1]}"
    if not THRESHOLD[0] <= threshold <= THRESHOLD[1]:
        yield f"threshold is {threshold}; the service takes {THRESHOLD[0]} to {THRESHOLD[1]}"
    terms = {source for source, _ in phrases}
    if len(terms) > MOST_PHRASES:
        yield f"the glossary has {len(terms)} terms; the service takes at most {MOST_PHRASES}"
    if "" in terms:
        yield "the glossary has a row without a source term"
