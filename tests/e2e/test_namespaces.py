"""A link that is really cut: packets vanish, TCP backs off, and nobody acknowledges anything.

What the fault proxy cannot show (its kernel acknowledges what it buffers) is shown here, between two network
namespaces.
"""

from collections.abc import Mapping
from concurrent.futures import Future, ThreadPoolExecutor
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
def cuts(tmp_path_factory: pytest.TempPathFactory) -> Mapping[str, Future[Outage]]:
    folder = tmp_path_factory.mktemp("cuts")
    with ThreadPoolExecutor(len(CASES)) as pool:
        return {name: pool.submit(cut, folder / name.replace(" ", "-"), name) for name in CASES}


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
    assert figures.owned_up >= len(figures.account.lost)


def test_lost_packets_lose_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "numbers.toml").write_text(as_toml(8), encoding="utf-8")
    said = recording(range(1, 9))
    with (
        Cable("loss") as cable,
        FarEmulator(tmp_path / "emulator", cable, tmp_path / "numbers.toml") as service,
    ):
        cable.lose(LOSS_PERCENT)
        with Box(tmp_path / "box", service, said.pcm, prefix=cable.near) as box:
            done = box.wait(120)
        dials = service.dials()
    figures = account(box, said.numbers)
    with capsys.disabled():
        say(
            print, f"\n{LOSS_PERCENT} % of packets lost each way", said=figures.said, lost=len(figures.lost),
            repeated=figures.repeats, dials=dials,
        )  # fmt: skip
    assert done.code == 0, box.told()
    assert figures == Account(len(said.numbers), (), figures.repeats, (), in_order=True), box.told()
    assert figures.repeats <= dials - 1
