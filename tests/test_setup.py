"""What ``make`` asks of apt: only what is missing, never the removal of a package, and a sentence where it may not."""

import os
import subprocess
from pathlib import Path

import pytest

from tests.readme import ROOT

TOOLS = ("sh", "dirname", "grep", "sed", "env", "printf")
NEEDED = "espeak-ng"
FOR_TESTS = "pulseaudio"


class Machine:
    """A PATH of stubs: what is installed, who one is, and what apt-get was told."""

    def __init__(self, folder: Path, *, absent: str = "", uid: int = 0, apt: bool = True, clash: str = "-") -> None:
        self._folder = folder
        self._told = folder / "told"
        self._told.touch()
        for tool in TOOLS:
            found = next(Path(place, tool) for place in ("/usr/bin", "/bin") if Path(place, tool).exists())
            (folder / tool).symlink_to(found)
        self._stub("id", f"echo {uid}")
        if apt:
            self._stub("dpkg-query", f'case " {absent} " in *" $3 "*) exit 1;; esac; echo installed')
            # Its dry run refuses what would remove a package, as --no-remove has it.
            self._stub(
                "apt-get",
                f'case "$*" in *" -s {clash}") exit 100;; *" -s "*) exit 0;; esac; echo "$*" >> {self._told}',
            )

    def _stub(self, name: str, body: str) -> None:
        path = self._folder / name
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)

    def install(self, *words: str) -> "subprocess.CompletedProcess[str]":
        """Run ``.ci/apt-install`` there."""
        return subprocess.run(
            [ROOT / ".ci" / "apt-install", *words],
            env={"PATH": os.fspath(self._folder)},
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            timeout=30,
        )

    @property
    def told(self) -> list[str]:
        """What apt-get was really told."""
        return self._told.read_text().splitlines()


@pytest.mark.parametrize("words", [(), ("tests",)])
def test_where_nothing_is_missing_nothing_is_done(tmp_path: Path, words: tuple[str, ...]) -> None:
    machine = Machine(tmp_path)
    done = machine.install(*words)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert machine.told == []


def test_what_only_the_tests_need_is_left_alone_by_the_demo(tmp_path: Path) -> None:
    machine = Machine(tmp_path, absent=f"{NEEDED} {FOR_TESTS}")
    assert machine.install().returncode == 0
    update, install = machine.told
    assert update.startswith("update")
    assert install.split()[-1] == NEEDED
    assert FOR_TESTS not in install
    assert "--no-remove" in install


def test_the_tests_get_theirs_too(tmp_path: Path) -> None:
    machine = Machine(tmp_path, absent=f"{NEEDED} {FOR_TESTS}")
    assert machine.install("tests").returncode == 0
    assert machine.told[-1].split()[-2:] == [NEEDED, FOR_TESTS]


def test_a_package_that_would_push_another_out_is_left_out_and_told(tmp_path: Path) -> None:
    machine = Machine(tmp_path, absent=FOR_TESTS, clash=FOR_TESTS)
    done = machine.install("tests")
    assert done.returncode == 0
    assert f"left out: {FOR_TESTS}" in done.stdout
    assert [words.split()[0] for words in machine.told] == ["update"]


def test_without_root_the_line_to_type_is_told(tmp_path: Path) -> None:
    machine = Machine(tmp_path, absent=f"{NEEDED} {FOR_TESTS}", uid=1_000)
    done = machine.install("tests")
    assert done.returncode == 1
    assert f"apt-get install --no-install-recommends {NEEDED} {FOR_TESTS}\n" in done.stderr
    assert machine.told == []


def test_without_apt_the_list_is_named(tmp_path: Path) -> None:
    done = Machine(tmp_path, apt=False).install()
    assert done.returncode == 1
    assert "apt-packages lists" in done.stderr
