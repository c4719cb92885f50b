"""A network that goes away without a word, and one that slams the door: noticed, bridged, and nothing is missing."""

import time
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.fault_proxy import FaultProxy
from tests.e2e.harness import Box, Emulator, Row
from tests.e2e.holes import Outage, first_sound_ms, outage
from tests.e2e.numbers import Account, Recording, account, recording, rehearsal, reported_lost, say

pytestmark = pytest.mark.timing

NOTICED_S = 5.0
FLOWING_S = 1.0
RESET_FLOWING_S = 0.7
PERIOD_S = 2.85  # of an utterance with its pause
AWAY_S = 3.0  # a service that cannot be reached at all
SECONDS = (5, 30)
STARTED_APART_S = 3.0  # a start takes a core or two: how soon a box sends its first sound is measured on one at a time


@dataclass(frozen=True, slots=True)
class Slammed:
    """What two resets did. ``flowing_s``: from when the service was reachable."""

    code: int
    flowing_s: tuple[float, ...]
    account: Account
    reported_lost: int
    told: str


def having(**fields: object) -> Callable[[Row], bool]:
    """Whether a journal row has these."""
    return lambda row: all(row[name] == value for name, value in fields.items())


def spoken(seconds: float) -> Recording:
    """Enough to speak before, during and after a hole of so long."""
    return recording(range(1, 6 + round(seconds / PERIOD_S) + 1))


@pytest.fixture(scope="module")
def emulator(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with Emulator(tmp_path_factory.mktemp("emulator"), turns=rehearsal(35)) as started:
        yield started


def hole(emulator: Emulator, folder: Path, seconds: float) -> Outage:
    """One box through one hole."""
    said = spoken(seconds)
    with FaultProxy(("127.0.0.1", emulator.port)) as proxy:
        url = emulator.url.replace(str(emulator.port), str(proxy.port))
        with Box(folder / f"{seconds}", emulator, said.pcm, service__url=url) as box:
            return outage(box, said, seconds, proxy.black_hole, proxy.forward)


@pytest.fixture(scope="module")
def pool() -> Iterator[ThreadPoolExecutor]:
    """The boxes side by side."""
    with ThreadPoolExecutor(len(SECONDS) + 1) as threads:
        yield threads


@pytest.fixture(scope="module")
def outages(
    emulator: Emulator, pool: ThreadPoolExecutor, tmp_path_factory: pytest.TempPathFactory
) -> Mapping[int, Future[Outage]]:
    folder = tmp_path_factory.mktemp("boxes")
    started: dict[int, Future[Outage]] = {}
    for seconds in SECONDS:
        started[seconds] = pool.submit(hole, emulator, folder, seconds)
        time.sleep(STARTED_APART_S)
    return started


@pytest.fixture(scope="module")
def resets(emulator: Emulator, pool: ThreadPoolExecutor, tmp_path_factory: pytest.TempPathFactory) -> Future[Slammed]:
    return pool.submit(slammed, emulator, tmp_path_factory.mktemp("boxes"))


def judge(seconds: float, figures: Outage, capsys: pytest.CaptureFixture[str]) -> None:
    """The promise of appliance/core/README.md#nothing-said-is-lost and
    appliance/workers/connection/README.md#dialling."""
    with capsys.disabled():
        print(f"\nblack hole of {seconds} s: {figures.told()}")
    assert figures.code == 0
    assert figures.noticed_s <= NOTICED_S
    assert figures.flowing_s <= FLOWING_S
    assert set(figures.account.lost) & set(figures.within) == set(), "lost, and said within 90 s"
    assert len(figures.account.lost) <= figures.reported_lost, "lost without a word"
    assert figures.account.repeats <= 1
    assert figures.account.strangers == ()
    assert figures.account.in_order


@pytest.mark.usefixtures("resets")  # beside it
@pytest.mark.parametrize("seconds", SECONDS)
def test_a_black_hole(outages: Mapping[int, Future[Outage]], seconds: int, capsys: pytest.CaptureFixture[str]) -> None:
    figures = outages[seconds].result()
    judge(seconds, figures, capsys)
    if seconds < 25:
        assert figures.account.lost == ()
        assert figures.reported_lost == 0


@pytest.mark.soak
def test_a_black_hole_that_is_longer_than_the_memory(
    emulator: Emulator, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    figures = hole(emulator, tmp_path, 70)
    judge(70, figures, capsys)
    assert figures.account.lost, "40 s of speech had to be dropped"
    assert figures.reported_lost >= len(figures.account.lost)


def slammed(emulator: Emulator, folder: Path) -> Slammed:
    """A box through two resets: at once the service is there again, then after a while."""
    said = recording(range(1, 8))
    flowing: list[float] = []
    with FaultProxy(("127.0.0.1", emulator.port)) as proxy:
        url = emulator.url.replace(str(emulator.port), str(proxy.port))
        with Box(folder / "reset", emulator, said.pcm, service__url=url) as box:
            for line, away_s in ((1, 0.0), (2, AWAY_S)):
                box.wait_for("subtitle", having(line=line, turn=2))
                if away_s:
                    proxy.refuse()
                proxy.reset()
                time.sleep(away_s)
                proxy.forward()
                reachable = time.monotonic()
                box.wait_for("line", having(number=line + 1, state="ready"))
                flowing.append(time.monotonic() - reachable)
            return Slammed(
                box.wait(60).code, tuple(flowing), account(box, said.numbers), reported_lost(box), box.told()
            )


def test_after_a_reset_speech_flows_again(
    emulator: Emulator, resets: Future[Slammed], capsys: pytest.CaptureFixture[str]
) -> None:
    """At once where the service is there, and soon after it is where it was not."""
    run = resets.result()
    with capsys.disabled():
        say(
            print,
            "\nreset",
            flowing=" s and ".join(f"{each:.2f}" for each in run.flowing_s) + " s after the service is reachable",
            lost=len(run.account.lost),
            repeated=run.account.repeats,
        )
    assert run.code == 0, run.told
    assert max(run.flowing_s) <= RESET_FLOWING_S
    assert max(first_sound_ms(emulator.rows())) < 300, "sound follows the settings at once"
    assert run.account.lost == run.account.strangers == ()
    assert run.account.in_order
    assert run.account.repeats <= 2
    assert run.reported_lost == 0
