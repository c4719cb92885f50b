"""Messages as values."""

import dataclasses

import pytest

from appliance.protocol.messages import AudioDone, ServiceError


@pytest.mark.parametrize(
    ("message", "harmless"),
    [
        ("Error append image before append audio.", True),
        ("emulator: image exceeds 500 KB.", True),
        ("emulator: more than 2 images per second.", True),
        ("Error committing input audio buffer: buffer too small, or have no audio.", True),
        ("model repeat output happened", False),
        ("Voice 'X' is not supported.", False),
        ("", False),
    ],
)
def test_errors_of_pictures_and_commits_are_harmless(message: str, harmless: bool) -> None:
    assert ServiceError("invalid_request_error", message).harmless is harmless


def test_messages_are_values() -> None:
    message = AudioDone("resp_1", "item_1")
    assert message == AudioDone("resp_1", "item_1")
    with pytest.raises(dataclasses.FrozenInstanceError):
        message.item_id = "item_2"  # type: ignore[misc]
