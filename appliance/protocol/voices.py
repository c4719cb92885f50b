"""The two models that we speak to: their names, voices, languages and rates.

Responsible for: the table ``MODELS`` and the questions one asks of it.
Must not: build messages (``codec.py``) or judge settings (``settings.py``).

Names of voices hold spaces and letters outside ASCII, and are compared as they stand.
"""

import json
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from appliance.protocol.languages import LANGUAGES

LIVE_CLONE_VOICE = "default"
"""Asks for a copy of the speaker's own voice (clone modes ``once`` and ``always``)."""

PREPARED_CLONE_PREFIX = "qwen-translate-vc-"
"""Begins the id of every voice that was enrolled beforehand (clone mode ``never``)."""


def is_clone(voice: str) -> bool:
    """Whether ``voice`` names a copy of somebody's voice rather than one of the stock."""
    return voice == LIVE_CLONE_VOICE or voice.startswith(PREPARED_CLONE_PREFIX)


@dataclass(frozen=True, slots=True)
class Voice:
    """One stock voice. ``languages``: what it speaks, None = all audio targets of its model."""

    id: str
    languages: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Model:
    """One model of the service."""

    name: str  # the alias
    dated_name: str  # the snapshot that the alias stands for
    default_voice: str
    voices: tuple[Voice, ...]
    audio_targets: frozenset[str]  # codes of the languages that it speaks
    targets: frozenset[str]  # codes of the languages that it knows, as source and as target
    input_tokens_per_second: float
    input_step_ms: int  # input audio is counted in started steps of this length
    output_tokens_per_second: float
    pixels_per_patch_side: int  # a picture is counted by patches of this square
    rejected_voices: frozenset[str]  # found in samples of others and refused by the service
    clones: bool  # has voice cloning

    def voice(self, voice_id: str) -> Voice | None:
        """The stock voice of that id."""
        return next((each for each in self.voices if each.id == voice_id), None)

    def knows_voice(self, voice_id: str) -> bool:
        """Whether the service takes this voice from us: of the stock, or a copy where the model has cloning."""
        return self.voice(voice_id) is not None or (self.clones and is_clone(voice_id))

    def speaks(self, target: str, voice_id: str = "") -> bool:
        """Whether speech can be asked for in ``target`` with this voice; "" = whichever voice fits."""
        if not voice_id:
            return target in self.audio_targets
        found = self.voice(voice_id)
        if found is None:
            return self.clones and is_clone(voice_id) and target in self.audio_targets
        return target in (self.audio_targets if found.languages is None else found.languages)

    def voice_for(self, target: str) -> str:
        """The voice to send where none is set: the default, or the first that speaks ``target`` if it cannot."""
        wanted = target if target in self.audio_targets else ""
        if not wanted or self.speaks(wanted, self.default_voice):
            return self.default_voice
        return next(each.id for each in self.voices if self.speaks(wanted, each.id))


def _load(rows: dict[str, dict[str, Any]]) -> dict[str, Model]:
    return {
        name: Model(
            name=name,
            dated_name=row["dated_name"],
            default_voice=row["default_voice"],
            voices=tuple(
                Voice(each["id"], None if each["languages"] is None else frozenset(each["languages"]))
                for each in row["voices"]
            ),
            audio_targets=frozenset(row["audio_targets"]),
            targets=frozenset(code for code, each in LANGUAGES.items() if each.legacy or not row["legacy"]),
            input_tokens_per_second=row["input_tokens_per_second"],
            input_step_ms=row["input_step_ms"],
            output_tokens_per_second=row["output_tokens_per_second"],
            pixels_per_patch_side=row["pixels_per_patch_side"],
            rejected_voices=frozenset(row["rejected_voices"]),
            clones=row["clones"],
        )
        for name, row in rows.items()
    }


MODELS: dict[str, Model] = _load(
    json.loads(files("appliance.protocol.data").joinpath("voices.json").read_text(encoding="utf-8"))
)
"""By alias, the newer first."""


def resolve_model(name: str) -> Model | None:
    """The model of that alias or dated name; None = we do not know it."""
    return next((model for model in MODELS.values() if name in (model.name, model.dated_name)), None)


def known_model(name: str) -> Model:
    """The same for a name that the config reader has accepted. Raises ``LookupError`` for another: a bug of ours."""
    model = resolve_model(name)
    if model is None:
        raise LookupError(f"no model is called {name!r}")
    return model
