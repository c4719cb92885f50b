"""A box without pyalsaaudio says so."""

import builtins
import sys
from types import ModuleType

import pytest

from appliance.adapters.alsa import binding
from appliance.errors import DeviceError, Kind


def test_it_is_a_sentence_where_it_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "alsaaudio", None)
    with pytest.raises(DeviceError, match="pyalsaaudio is not installed") as caught:
        binding.load("microphone")
    assert (caught.value.device, caught.value.kind) == ("microphone", Kind.ABSENT)


def test_it_is_the_module_where_it_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    module = ModuleType("alsaaudio")
    module.PCM_CAPTURE = 1  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "alsaaudio", module)
    assert binding.load("microphone").PCM_CAPTURE == 1


def test_it_is_loaded_on_demand_only(monkeypatch: pytest.MonkeyPatch) -> None:
    real, asked = builtins.__import__, []

    def watch(name: str, *rest: object) -> object:
        asked.append(name)
        return real(name, *rest)  # type: ignore[arg-type]

    monkeypatch.setitem(sys.modules, "alsaaudio", ModuleType("alsaaudio"))
    monkeypatch.setattr(builtins, "__import__", watch)
    binding.load("loudspeaker")
    assert asked == ["alsaaudio"]
