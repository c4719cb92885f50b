"""How much sound was sent: told once a second, while it grows, for all directions together."""

from appliance.core.model.direction import Direction
from appliance.core.model.events import Event, SoundSent
from appliance.core.model.modes import Valve
from appliance.workers.uplink.replay_buffer import Spool, Spools
from appliance.workers.uplink.sent_audio_meter import Odometer


def test_it_tells_what_was_sent_for_the_first_time() -> None:
    told: list[Event] = []
    spools: Spools[bytes] = Spools(lambda direction: Spool(direction, 800, lambda samples: bytes(2 * samples)))
    odometer = Odometer(spools, told.append)
    odometer.look(0)
    for line, direction in ((1, Direction("en", "es")), (2, Direction("es", "en"))):
        spools.select(direction, Valve.OPEN, 0, move=False)
        spool = spools.of(direction)
        spool.append(bytes(640 * 2), 640, speech=True, at=40)
        spool.attach(line, speaks=True, at=0)
        assert spool.take(line, 40)
        assert spool.sent_to(line) == 40
        spool.lose(line, 50)
        assert spool.sent_to(line) == 0
        spool.attach(line + 10, speaks=True, at=60)
        assert spool.take(line + 10, 60)  # a replay
        assert spool.sent_to(line + 10) == 40
    odometer.look(999)
    assert told == []
    odometer.look(1_000)
    odometer.look(2_000)
    assert told == [SoundSent(sum(spool.sent_ms for spool in spools.all()))]
    assert told != [SoundSent(0)]
