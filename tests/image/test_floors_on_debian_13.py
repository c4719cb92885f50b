"""The unit tests of the two pure floors under Debian 13's own Python, with what the package carries.

Responsible for: what differs between this machine and the one that the package is for. The whole suite runs there by
`make test-trixie`.
"""

from pathlib import Path

import pytest

from tests.image.debian_root import DebianRoot
from tests.readme import ROOT

FLOORS = ("protocol", "core")


@pytest.mark.parametrize("floor", FLOORS)
def test_a_floor_holds_under_python_3_13(floor: str, package_file: Path, builder_root: DebianRoot) -> None:
    carried = package_file.parent / "deb" / f"trixie-{package_file.stem.rpartition('_')[2]}" / "dragoman" / "carried"
    words = ["python3", "-m", "pytest", "-q", "-p", "no:cacheprovider", "-m", "not soak and not timing"]
    done = builder_root.run(
        *("sh", "-c", 'cd /src && exec "$@"', "sh", *words, f"tests/{floor}"),
        binds=[(ROOT, "/src"), (carried, "/carried")],
        env={"PYTHONPATH": "/src:/carried", "PYTHONDONTWRITEBYTECODE": "1"},
        timeout=580,
        check=False,
    )
    print(done.stdout.splitlines()[-1:])
    assert done.returncode == 0, done.stdout[-8000:]
    assert " passed" in done.stdout
