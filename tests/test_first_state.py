"""``first_state.py``: from the settings to the core's view of them. Must not: test what the core makes of it."""

import pytest

from appliance.config import reading
from appliance.config.settings import Value, build, flatten
from appliance.core.languages import offered
from appliance.core.state import Setup
from appliance.first_state import setup
from appliance.protocol.voices import resolve_model


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
