"""What the system says about files becomes one of the short list."""

import errno
from pathlib import Path

import pytest

from appliance.adapters.bench.os_faults import device_error
from appliance.errors import Kind


@pytest.mark.parametrize(
    ("number", "kind"),
    [
        (errno.ENOENT, Kind.ABSENT),
        (errno.EACCES, Kind.DENIED),
        (errno.EROFS, Kind.DENIED),
        (errno.EBUSY, Kind.BUSY),
        (errno.ENODEV, Kind.GONE),
        (errno.EISDIR, Kind.BROKEN),
        (errno.ENOSPC, Kind.BROKEN),
    ],
)
def test_known_numbers(number: int, kind: Kind) -> None:
    error = device_error("screen", Path("x"), OSError(number, "words"))
    assert (error.device, error.kind) == ("screen", kind)
    assert error.detail.startswith("x ")
    assert "words" not in error.detail


def test_an_unknown_number_is_broken_and_keeps_the_systems_words() -> None:
    error = device_error("camera", Path("x"), OSError(errno.EIO, "Input/output error"))
    assert error.kind is Kind.BROKEN
    assert "Input/output error" in error.detail


def test_an_error_without_a_number() -> None:
    assert device_error("camera", Path("x"), OSError("odd")).detail == "x cannot be used: odd"
