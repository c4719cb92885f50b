"""What every test of this folder may ask for.

Responsible for: a Debian 13 root for one test, or a skip that says why there is none.
"""

from collections.abc import Iterator

import pytest

from tests.image.debian_root import DebianRoot, UnavailableError, lent


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
