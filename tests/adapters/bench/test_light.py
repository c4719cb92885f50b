"""The light that nobody sees."""

from appliance.adapters.bench.light import BenchLight


def test_it_remembers_changes_alone_and_not_for_ever() -> None:
    light = BenchLight()
    for on in (False, True, True, False):
        light.set(on)
    assert (list(light.changes), light.is_on) == ([True, False], False)
    for n in range(3_000):
        light.set(n % 2 == 0)
    assert len(light.changes) == 1_000


def test_closing_is_dark() -> None:
    light = BenchLight()
    light.set(True)
    light.close()
    light.close()
    assert (light.is_on, list(light.changes)) == (False, [True, False])
