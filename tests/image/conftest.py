"""What every test of this folder may ask for.

Responsible for: a Debian 13 root for one test, or a skip that says why there is none.
"""

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.image.debian_root import DebianRoot, UnavailableError, cached, lent
from tests.readme import ROOT


@pytest.fixture
def box_root() -> Iterator[DebianRoot]:
    """A small Debian 13 with what the package depends on, without the package."""
    try:
        with lent("box") as root:
            yield root
    except UnavailableError as why:
        pytest.skip(str(why))


@pytest.fixture
def builder_root() -> Iterator[DebianRoot]:
    """The same with a compiler, debhelper, lintian and pytest."""
    try:
        with lent("builder") as root:
            yield root
    except UnavailableError as why:
        pytest.skip(str(why))


@pytest.fixture(scope="session")
def package_file() -> Path:
    """The package for Debian 13, built in a root of it; built again only when one of its files has changed."""
    try:
        cached("builder")
    except UnavailableError as why:
        pytest.skip(str(why))
    words = [sys.executable, str(ROOT / "image-build" / "build_deb.py"), "--suite=trixie", "--in-root"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=590)
    if done.returncode == 69:
        pytest.skip(done.stderr.strip())
    assert done.returncode == 0, done.stderr
    return ROOT / done.stdout.splitlines()[-1]
