"""What the emulated service takes for granted about its models.

Responsible for: the defaults of a session for each model (appliance/protocol/README.md#41-sessionupdate and
appliance/protocol/README.md#13-voices).
Must not: hold the tables of languages and voices (``protocol/``) or the state of a session.
"""

from dataclasses import dataclass

from appliance.protocol.voices import Model, resolve_model

ASR_MODEL = "qwen3-asr-flash-realtime"


@dataclass(frozen=True, slots=True)
class Profile:
    """One model as the service runs it. ``asked_for``: the name the client used, which the echo repeats."""

    model: Model
    asked_for: str
    threshold: float = 0.2
    silence_ms: int = 1_000
    sample_rate_hz: int = 16_000
    target: str = "en"


def resolve_profile(name: str) -> Profile | None:
    """The profile for a model's alias or dated name; None = unknown model."""
    model = resolve_model(name)
    return None if model is None else Profile(model, name)
