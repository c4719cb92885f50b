"""A link that is really cut: packets vanish, TCP backs off, and nobody acknowledges anything.

What the fault proxy cannot show (its kernel acknowledges what it buffers) is shown here, between two network
namespaces.
"""

from collections.abc import Iterator, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.e2e.far import Cable, FarEmulator, missing
from tests.e2e.harness import Box
from tests.e2e.holes import Outage, outage
from tests.e2e.numbers import Account, account, as_toml, recording, say
from tests.e2e.test_black_holes import judge, spoken

WHY_NOT = missing()
pytestmark = [pytest.mark.timing, pytest.mark.skipif(bool(WHY_NOT), reason=WHY_NOT)]

LOSS_PERCENT = 5
NUMBERS = 35
CASES = {"hole 5": ("drop", 5), "hole 30": ("drop", 30), "cable 12": ("pull", 12)}


@dataclass(frozen=True, slots=True)
class Lossy:
    """What lost packets did."""

    code: int
    account: Account
    dials: int
    told: str


def cut(folder: Path, name: str) -> Outage:
    """One box over one cable that is cut."""
    how, seconds = CASES[name] if name in CASES else ("drop", int(name.rsplit(maxsplit=1)[-1]))
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "numbers.toml").write_text(as_toml(NUMBERS), encoding="utf-8")
    said = spoken(seconds)
    with (
        Cable(name.replace(" ", "")) as cable,
        FarEmulator(folder / "emulator", cable, folder / "numbers.toml") as service,
        Box(folder, service, said.pcm, prefix=cable.near) as box,
    ):
        take, give = (cable.drop, cable.clear) if how == "drop" else (cable.pull, cable.plug)
        return outage(box, said, seconds, take, give)


@pytest.fixture(scope="module")
def pool() -> Iterator[ThreadPoolExecutor]:
    """The cables side by side."""
    with ThreadPoolExecutor(len(CASES) + 1) as threads:
        yield threads


@pytest.fixture(scope="module")
def cuts(pool: ThreadPoolExecutor, tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Future[Outage]]:
    folder = tmp_path_factory.mktemp("cuts")
    return {name: pool.submit(cut, folder / name.replace(" ", "-"), name) for name in CASES}


@pytest.fixture(scope="module")
def losses(pool: ThreadPoolExecutor, tmp_path_factory: pytest.TempPathFactory) -> Future[Lossy]:
    return pool.submit(lossy, tmp_path_factory.mktemp("losses"))


@pytest.mark.usefixtures("losses")  # beside it
@pytest.mark.parametrize("name", CASES)
def test_a_cut_link(cuts: Mapping[str, Future[Outage]], name: str, capsys: pytest.CaptureFixture[str]) -> None:
    figures = cuts[name].result()
    with capsys.disabled():
        print(f"\nbetween namespaces, {name}", end="")
    judge(CASES[name][1], figures, capsys)
    if CASES[name][1] < 25:
        assert figures.account.lost == ()


@pytest.mark.soak
def test_a_cut_that_is_longer_than_the_memory(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    figures = cut(tmp_path, "hole 70")
    judge(70, figures, capsys)
    assert figures.account.lost
    assert figures.reported_lost >= len(figures.account.lost)


def lossy(folder: Path) -> Lossy:
    """One box over a cable that loses packets."""
    (folder / "numbers.toml").write_text(as_toml(8), encoding="utf-8")
    said = recording(range(1, 9))
    with Cable("loss") as cable, FarEmulator(folder / "emulator", cable, folder / "numbers.toml") as service:
        cable.lose(LOSS_PERCENT)
        with Box(folder / "box", service, said.pcm, prefix=cable.near) as box:
            code = box.wait(120).code
        return Lossy(code, account(box, said.numbers), service.dials(), box.told())


def test_lost_packets_lose_nothing(losses: Future[Lossy], capsys: pytest.CaptureFixture[str]) -> None:
    run = losses.result()
    with capsys.disabled():
        say(
            print, f"\n{LOSS_PERCENT} % of packets lost each way", said=run.account.said, lost=len(run.account.lost),
            repeated=run.account.repeats, dials=run.dials,
        )  # fmt: skip
    assert run.code == 0, run.told
    assert run.account == Account(8, (), run.account.repeats, (), in_order=True), run.told
    assert run.account.repeats <= run.dials - 1
