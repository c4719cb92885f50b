"""A Debian 13 root with a package installed in it.

Responsible for: installing it as apt does, without what it only recommends, and without a network.
"""

import contextlib
from collections.abc import Iterator
from pathlib import Path

from tests.image.debian_root import DebianRoot, lent

INSTALL = ("apt-get", "install", "-y", "-q", "--no-install-recommends")


def install(root: DebianRoot, package: Path) -> None:
    """By apt, as a person does it."""
    done = root.run(*INSTALL, "/mnt/dragoman.deb", binds=[(package, "/mnt/dragoman.deb")], check=False)
    (root.path / "mnt/dragoman.deb").unlink()  # what the file was shown at
    assert done.returncode == 0, done.stdout + done.stderr


@contextlib.contextmanager
def installed(package: Path) -> Iterator[DebianRoot]:
    """The root. Raises ``UnavailableError`` where it cannot be had."""
    with lent("box") as root:
        install(root, package)
        yield root
