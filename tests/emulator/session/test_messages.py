"""Random and mutated client messages: each is accepted, ignored as documented, or answered; never an exception."""

import copy
import json
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from appliance.emulator.session import messages
from appliance.emulator.session.interfaces import Close, Send
from tests.emulator.doubles import Client, lines_of, service

VARIANTS = [row["event"] for row in lines_of("client_session_update_variants.jsonl")]
KINDS = [
    "session.update",
    "session.finish",
    "input_audio_buffer.append",
    "input_audio_buffer.commit",
    "input_audio_buffer.clear",
    "input_image_buffer.append",
    "response.create",
    "conversation.item.create",
    "",
]
ANSWERS = ("error", "session.updated", "session.finished", "input_audio_buffer.cleared", "input_audio_buffer.committed")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


def paths(value: Any, at: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place in a JSON value."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [at, *(path for name, each in items for path in paths(each, (*at, name)))]


@st.composite
def mutated(draw: st.DrawFn) -> dict[str, Any]:
    """A real client's update with one place replaced or removed."""
    event: dict[str, Any] = copy.deepcopy(draw(st.sampled_from(VARIANTS)))
    *way, last = draw(st.sampled_from(paths(event)[1:]))
    place: Any = event
    for step in way:
        place = place[step]
    if draw(st.booleans()):
        del place[last]
    else:
        place[last] = draw(JSON)
    return event


@st.composite
def made_up(draw: st.DrawFn) -> dict[str, Any]:
    """A known type with whatever fields."""
    fields = draw(st.dictionaries(st.sampled_from(["audio", "image", "session", "event_id"]), JSON, max_size=3))
    return fields | {"type": draw(st.sampled_from(KINDS))}


MESSAGES = mutated() | made_up() | JSON | st.text(max_size=20) | st.sampled_from(VARIANTS)


@settings(max_examples=300, deadline=None)
@given(st.lists(MESSAGES, min_size=1, max_size=6), st.booleans())
def test_nothing_that_a_client_sends_raises(sent: list[Any], started: bool) -> None:
    client = Client(service())
    if started:
        client.update()
    for message in sent:
        count, faults = len(client.got), len(client.session.faults)
        over = bool(client.ends())
        text = message if isinstance(message, str) else json.dumps(message)
        client.send(text)
        client.until(client.now + 30)
        kind = message.get("type") if isinstance(message, dict) else None
        answered = any(
            isinstance(output, Close) or (isinstance(output, Send) and output.message["type"] in ANSWERS)
            for _, output in client.got[count:]
        )
        noted = len(client.session.faults) > faults
        silent_by_nature = kind in ("input_audio_buffer.append", "session.finish")
        assert over or answered or noted or silent_by_nature
    assert not isinstance(client.session.next_wake(), str)


def test_half_a_character_is_refused_and_what_is_sent_can_be_written() -> None:
    client = Client(service("error_closes"))
    client.send('{"type":"session.update","session":{"voice":"\\ud800"}}')
    assert client.events[-1]["error"]["message"] == "emulator: session holds half a character."
    client = Client(service("error_closes"))
    client.send('{"type":"\\ud800"}')
    assert json.dumps(client.events, ensure_ascii=False).encode()


def test_an_item_has_the_recorded_shape() -> None:
    assert messages.source_item_created("item_1")["item"] == {
        "id": "item_1",
        "object": "realtime.item",
        "type": "message",
        "status": "in_progress",
        "role": "user",
        "content": [{"type": "input_audio"}],
    }
    assert messages.asr_completed("item_1", "", "it")["language"] == ""
