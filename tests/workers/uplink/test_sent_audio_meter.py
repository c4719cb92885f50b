"""How much sound was sent: told once a second, while it grows, for all directions together."""

from appliance.core.model.direction import Direction
from appliance.core.model.events import Event, SoundSent
from appliance.core.model.modes import Valve
from appliance.workers.uplink.replay_buffer import ReplayBuffer, ReplayBuffers
from appliance.workers.uplink.sent_audio_meter import SentAudioMeter


def test_it_tells_what_was_sent_for_the_first_time() -> None:
    told: list[Event] = []
    replay_buffers: ReplayBuffers[bytes] = ReplayBuffers(
        lambda direction: ReplayBuffer(direction, 800, lambda samples: bytes(2 * samples))
    )
    sent_audio_meter = SentAudioMeter(replay_buffers, told.append)
    sent_audio_meter.look(0)
    for line, direction in ((1, Direction("en", "es")), (2, Direction("es", "en"))):
        replay_buffers.select(direction, Valve.OPEN, 0, move=False)
        replay_buffer = replay_buffers.of(direction)
        replay_buffer.append(bytes(640 * 2), 640, speech=True, at=40)
        replay_buffer.attach(line, speaks=True, at=0)
        assert replay_buffer.take(line, 40)
        assert replay_buffer.sent_to(line) == 40
        replay_buffer.lose(line, 50)
        assert replay_buffer.sent_to(line) == 0
        replay_buffer.attach(line + 10, speaks=True, at=60)
        assert replay_buffer.take(line + 10, 60)  # a replay
        assert replay_buffer.sent_to(line + 10) == 40
    sent_audio_meter.look(999)
    assert told == []
    sent_audio_meter.look(1_000)
    sent_audio_meter.look(2_000)
    assert told == [SoundSent(sum(replay_buffer.sent_ms for replay_buffer in replay_buffers.all()))]
    assert told != [SoundSent(0)]
