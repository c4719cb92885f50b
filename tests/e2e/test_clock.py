"""A clock that is years off in the real process: N4 at once, and it heals by itself when the time arrives.

A small library in front of libc gives the process another date. Its monotonic clock is left alone, as it is on a board
without a battery; libfaketime shifts sleeps on that clock too.
"""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.e2e.harness import Box, Emulator
from tests.e2e.numbers import account, recording, rehearsal

pytestmark = pytest.mark.skipif(shutil.which("gcc") is None, reason="gcc is not installed")

YEAR_S = 365 * 24 * 3_600
LIBRARY = r"""
#define _GNU_SOURCE
#include <stdio.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static long offset(void) {
    FILE *file = fopen(getenv("CLOCK_OFFSET_FILE"), "r");
    long seconds = 0;
    if (file) { if (fscanf(file, "%ld", &seconds) != 1) seconds = 0; fclose(file); }
    return seconds;
}
int clock_gettime(clockid_t which, struct timespec *at) {
    int failed = (int)syscall(SYS_clock_gettime, which, at);
    if (!failed && which == CLOCK_REALTIME) at->tv_sec += offset();
    return failed;
}
time_t time(time_t *at) {
    struct timespec now;
    clock_gettime(CLOCK_REALTIME, &now);
    if (at) *at = now.tv_sec;
    return now.tv_sec;
}
int gettimeofday(struct timeval *restrict at, void *restrict zone) {
    struct timespec now;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &now);
    at->tv_sec = now.tv_sec;
    at->tv_usec = now.tv_nsec / 1000;
    return 0;
}
"""


def set_clock(file: Path, offset_s: int) -> None:
    """What the process takes for now: the right time and so much."""
    new = file.with_suffix(".new")
    new.write_text(f"{offset_s}\n")
    new.replace(file)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library, compiled."""
    folder = tmp_path_factory.mktemp("clock")
    (folder / "clock.c").write_text(LIBRARY)
    words = ["gcc", "-shared", "-fPIC", "-O1", "-o", str(folder / "clock.so"), str(folder / "clock.c")]
    subprocess.run(words, check=True, timeout=60)
    return folder / "clock.so"


@pytest.mark.parametrize("years", [-40, -3])
def test_a_clock_in_the_past_is_told_and_heals(library: Path, tmp_path: Path, years: int) -> None:
    """Long ago, where a board without a battery begins; and some years ago, as an old image does."""
    clock = tmp_path / "clock"
    set_clock(clock, years * YEAR_S)
    environment = {"LD_PRELOAD": str(library), "CLOCK_OFFSET_FILE": str(clock)}
    said = recording(range(1, 4))
    with (
        Emulator(tmp_path / "emulator", turns=rehearsal(4)) as service,
        Box(tmp_path / "box", service, said.pcm, environment=environment) as box,
    ):
        told = box.wait_for("fault", lambda row: row["code"] == "N4" and row["on"])
        set_clock(clock, 0)
        healed = box.wait_for("fault", lambda row: row["code"] == "N4" and not row["on"], 60)
        done = box.wait(90)
    assert done.code == 0, box.told()
    assert told["at"] < 10_000
    assert healed["at"] > told["at"]
    assert account(box, said.numbers).lost == (), "what was said meanwhile was kept, and is answered"
