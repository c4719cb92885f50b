"""``make test-trixie``: a clone of this repository in a fresh Debian 13, and there what the README says.

Responsible for: the clone, what of this machine the root needs to reach the network and the kernel, and the exit code.
Must not: install anything there by itself: `make` does that, as for a newcomer.
"""

import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from tests.image.debian_root import DebianRoot, UnavailableError, lent

REPOSITORY = Path(__file__).resolve().parents[2]
CLONE = "/root/dragoman"
LIMIT_S = 3 * 3600.0
CERTIFICATES = "/etc/ssl/certs/ca-certificates.crt"
# Terminals, sockets of namespaces and links: the tests make their own, and need the kernel's doors to them.
DOORS = ("/sys", "/dev/pts", "/dev/ptmx", "/dev/net/tun", CERTIFICATES, "/etc/pip.conf")
PASSED_ON = ("http_proxy", "https_proxy", "no_proxy", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "PIP_INDEX_URL", "CI")
EXIT_UNAVAILABLE = 69


def main(targets: Sequence[str]) -> int:
    """Run ``make`` with each target in turn; the first that fails decides."""
    try:
        with lent("bare") as root:
            clone(root)
            for target in targets:
                print(f"== Debian 13: make {target}", flush=True)
                code = make(root, target)
                if code != 0:
                    return code
    except UnavailableError as error:
        print(f"no Debian 13 here: {error}", file=sys.stderr)
        return EXIT_UNAVAILABLE
    return 0


def clone(root: DebianRoot) -> None:
    """What is committed, as a newcomer would have it."""
    dirty = subprocess.run(["git", "status", "--porcelain"], cwd=REPOSITORY, capture_output=True, text=True, check=True)
    if dirty.stdout:
        print("what is not committed is not in the clone", file=sys.stderr)
    there = f"{root.path}{CLONE}"
    subprocess.run(["git", "clone", "-q", "--no-hardlinks", str(REPOSITORY), there], check=True, timeout=600)


def make(root: DebianRoot, target: str) -> int:
    """One target, its output as it comes."""
    binds = [(Path(door), door) for door in DOORS if Path(door).exists()]
    env = {name: os.environ[name] for name in PASSED_ON if name in os.environ} | {"PIP_CERT": CERTIFICATES}
    words = ("make", "-C", CLONE, target)
    done = root.run(*words, check=False, network=True, timeout=LIMIT_S, env=env, binds=binds, capture=False)
    return done.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:] or ("demo", "test")))
