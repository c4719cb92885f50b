"""Without espeak-ng: the commands that need it say which package to install."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.e2e.harness import ROOT


@pytest.mark.parametrize(
    "command", [("emulator", "--port", "0", "--plain"), ("demo", "--out", "demo")], ids=lambda c: c[0]
)
def test_the_package_is_named(tmp_path: Path, command: tuple[str, ...]) -> None:
    empty = tmp_path / "bin"
    empty.mkdir()
    done = subprocess.run(
        [sys.executable, "-m", "appliance", *command],
        cwd=tmp_path,
        env={"PATH": str(empty), "PYTHONPATH": str(ROOT), "LANG": "C.UTF-8", "HOME": os.fspath(tmp_path)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert done.returncode == 69, done.stderr
    assert "espeak-ng is not installed" in done.stderr
    assert "apt install espeak-ng" in done.stderr
    assert "Traceback" not in done.stderr
