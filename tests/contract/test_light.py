"""The contract of ``Light``, over every adapter."""

import pytest

from appliance.ports import Light
from tests.contract.bench import LIGHTS


@pytest.fixture(params=list(LIGHTS))
def light(request: pytest.FixtureRequest) -> Light:
    return LIGHTS[request.param]()


def test_it_can_be_set_again_and_again_and_after_it_was_closed(light: Light) -> None:
    for on in (True, True, False, True):
        light.set(on)
    light.close()
    light.set(True)
    light.close()


def test_it_can_be_closed_twice_and_without_ever_being_lit(light: Light) -> None:
    light.close()
    light.close()
