"""``first_state.py``: from the settings to the core's view of them. Must not: test what the core makes of it."""

import pytest

from appliance.config import reading
from appliance.config.settings import Value, build, flatten
from appliance.core.model.effects import CueName
from appliance.core.model.state import Setup, State
from appliance.core.transcript.languages import offered
from appliance.first_state import remembered, setup
from appliance.protocol.voices import resolve_model
from appliance.workers.storage.runtime_store import Kept
from appliance.workers.storage.usage_store import Count


def made(**changes: Value) -> Setup:
    """The core's view of the defaults with changes; ``service__url`` stands for ``service.url``."""
    values = flatten(reading.packaged()) | {name.replace("__", "."): value for name, value in changes.items()}
    settings = build(values)
    model = resolve_model(settings.service.model)
    assert model is not None
    return setup(settings, model)


@pytest.mark.parametrize(
    ("model", "count"),
    [("qwen3.5-livetranslate-flash-realtime", 60), ("qwen3-livetranslate-flash-realtime", 18)],
)
def test_the_menu_offers_what_the_chosen_model_has(model: str, count: int) -> None:
    own = made(service__model=model, languages__favourites=("es", "zh"))
    assert len(own.names) == count
    menu = offered(own)
    assert len(menu) == len(set(menu)) == count - 1, "all but my own"
    assert menu[:2] == ("es", "zh")


def test_the_rest_of_the_menu_is_in_order_of_the_own_names() -> None:
    names = [name for _, name in made().names]
    assert names.index("Deutsch") < names.index("Español") < names.index("Français") < names.index("Svenska")
    assert names.index("Čeština") < names.index("Deutsch"), "an accent moves nothing to the end"


def test_what_is_only_read_is_told() -> None:
    own = made()
    assert len(own.text_only) == 31
    assert "sw" in own.text_only


def test_a_language_that_another_voice_of_the_model_speaks_is_not_only_read() -> None:
    own = made(service__model="qwen3-livetranslate-flash-realtime", languages__theirs="yue")
    assert "yue" not in own.text_only, "the line asks for the voice that speaks it"
    assert "yue" in made(service__model="qwen3-livetranslate-flash-realtime", service__voice="Cherry").text_only


def test_the_caps_are_in_the_cores_units_and_without_keys_nobody_is_asked() -> None:
    own = made(cost__daily_minutes=2, cost__daily_tokens=500, cost__unattended_minutes=3)
    assert (own.cap_ms, own.cap_tokens, own.unattended_ms) == (120_000, 500, 180_000)
    assert made(keys__driver="none").unattended_ms == 0


def test_what_the_day_had_cost_is_remembered() -> None:
    state = remembered(State(), Kept(), Count("2026-11-28", 5_000, 70))
    assert (state.cost.day, state.cost.sent_ms, state.cost.tokens) == ("2026-11-28", 5_000, 70)


def test_what_was_lost_in_the_process_before_is_asked_for() -> None:
    state = remembered(State(setup=made()), Kept(owes=True))
    assert (state.reported_lost_at, state.cue_state.name, state.cue_state.words) == (0, CueName.SORRY, "repeat")
    assert remembered(State(setup=made()), Kept()).cue_state.name is None
