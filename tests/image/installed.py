"""A Debian 13 root with a package installed in it.

Responsible for: installing it as apt does, without what it only recommends.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tests.image.debian_root import lent


@contextlib.contextmanager
def installed(package: Path) -> Iterator[Path]:
    """The root's folder. Raises ``UnavailableError`` where it cannot be had."""
    with lent("box") as root:
        inside = f"/var/tmp/{package.name}"
        words = ["apt-get", "install", "-y", "-q", "--no-install-recommends", inside]
        root.run(*words, binds=[(package, inside)])
        yield root.path
