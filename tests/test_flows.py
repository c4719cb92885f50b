"""The flow charts of ``appliance/README.md`` tell of functions that exist and that hand on as drawn."""

import pytest

from tests import flows

STEPS = [step for steps in flows.FLOWS.values() for step in steps]


def test_the_charts_of_the_page_are_these() -> None:
    assert flows.drawn(flows.PAGE.read_text(encoding="utf-8")) == flows.section(), "run `make pages`"


@pytest.mark.parametrize("step", STEPS, ids=lambda step: step.function)
def test_a_step_exists_and_hands_on(step: flows.Step) -> None:
    function = flows.body(step)
    assert function is not None, f"{step.file} has no {step.function}"
    if step.calls:
        assert step.calls in flows.called(function)


def test_a_missing_function_is_found() -> None:
    assert flows.body(flows.Step("main", "event_loop.py", "EventLoop.nothing", "")) is None
