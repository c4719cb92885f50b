"""Messages as values."""

import dataclasses

import pytest

from appliance.protocol.messages import AudioDone


def test_messages_are_values() -> None:
    message = AudioDone("resp_1", "item_1")
    assert message == AudioDone("resp_1", "item_1")
    with pytest.raises(dataclasses.FrozenInstanceError):
        message.item_id = "item_2"  # type: ignore[misc]
