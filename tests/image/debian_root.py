"""Debian 13 roots: made once by mmdebstrap, kept in a cache, lent to each test as an overlay that is thrown away.

Responsible for: which packages a root has, when it must be made anew, and why it cannot be had on this machine.
Must not: know the package, the units or the card; a test installs them into the root that it was lent.

The mirror and the keys are this machine's own (``apt-get indextargets``, debian-archive-keyring). Roots lie in
``$XDG_CACHE_HOME/dragoman/roots``; one is named after a hash of all that goes into it, and removed when it was not used
for two weeks.
"""

import contextlib
import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

SUITE = "trixie"
KEYRING = Path("/usr/share/keyrings/debian-archive-keyring.gpg")
REMOVED_AFTER_S = 14 * 24 * 3600.0
MAKING_S = 540.0
"""Longest time that the making of one root may take."""

PACKAGES: Mapping[str, tuple[str, ...]] = {
    # What the README asks of a newcomer, and no more.
    "bare": ("git", "make", "ca-certificates"),
    # A small machine that systemd starts, with what the package depends on.
    "box": (
        *("systemd", "systemd-sysv", "dbus", "udev", "kmod", "iproute2", "procps", "ca-certificates"),
        *("python3", "python3-gi", "python3-gi-cairo", "gir1.2-pango-1.0", "python3-cairo", "python3-pil"),
        *("fontconfig", "fonts-dejavu-core", "fonts-noto-ui-core", "fonts-wqy-zenhei"),
        *("libasound2t64", "espeak-ng", "libsonic0"),
        *("python3-numpy", "python3-soxr", "python3-alsaaudio", "python3-websocket", "python3-websockets"),
        *("python3-cryptography", "python3-cbor2", "python3-smbus2", "python3-spidev", "python3-colorzero"),
        *("python3-segno", "python3-zxing-cpp"),
    ),
    # The same and what builds and examines a package, and runs tests.
    "builder": (
        *("build-essential", "debhelper", "dh-python", "dpkg-dev", "fakeroot", "lintian", "man-db", "mandoc"),
        *("python3-dev", "python3-setuptools", "python3-wheel", "python3-pip", "python3-venv", "libasound2-dev"),
        *("python3-shtab", "python3-pytest", "python3-hypothesis", "python3-pytest-xdist"),
    ),
}
ON_TOP_OF = {"builder": "box"}
# Pages of other packages are not written; ours are, for a test looks at them.
DPKG = (
    *("force-unsafe-io", "path-exclude=/usr/share/man/*", "path-exclude=/usr/share/doc/*"),
    *("path-exclude=/usr/share/locale/*", "path-exclude=/usr/share/info/*"),
    *("path-include=/usr/share/man/man?/dragoman*", "path-include=/usr/share/doc/dragoman/*"),
)


class UnavailableError(Exception):
    """This machine cannot make a root; the sentence says why. A test skips with it."""


@dataclass(frozen=True, slots=True)
class DebianRoot:
    """A root lent to one test. What is written there is gone afterwards."""

    path: Path

    def run(
        self,
        *words: str,
        check: bool = True,
        network: bool = False,
        timeout: float = 120.0,
        env: Mapping[str, str] | None = None,
        binds: Sequence[tuple[Path, str]] = (),
        capture: bool = True,
    ) -> "subprocess.CompletedProcess[str]":
        """Run a command there, in its own namespaces of mounts and processes, and by default without a network.

        ``capture`` False: what it says is said on this program's own output, as it comes.
        """
        return _run(
            self.path,
            words,
            check=check,
            network=network,
            timeout=timeout,
            env=env or {},
            binds=binds,
            capture=capture,
        )


def why_not() -> str | None:
    """Why no root can be made here, as far as can be told before trying."""
    if os.geteuid() != 0:
        return "a Debian root is made and entered by root only"
    for tool in ("mmdebstrap", "apt-get", "unshare", "chroot"):
        if shutil.which(tool) is None:
            return f"{tool} is not installed (apt-get install mmdebstrap)"
    if not KEYRING.is_file():
        return f"{KEYRING} is missing (apt-get install debian-archive-keyring)"
    if subprocess.run(["unshare", "-m", "-p", "-f", "-n", "true"], capture_output=True, timeout=30).returncode:
        return "this machine allows no namespaces"
    return None


def sources() -> list[str]:
    """Lines of sources.list for Debian 13, from the places where this machine gets its own Debian."""
    listed = subprocess.run(
        ["apt-get", "indextargets", "--format", "$(ORIGIN)|$(LABEL)|$(SITE)", "Created-By: Packages"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout.splitlines()
    sites = {label: site for origin, label, site in (line.split("|") for line in listed) if origin == "Debian"}
    if "Debian" not in sites:
        raise UnavailableError("apt knows no mirror of Debian here (Debian's own sources, and one `apt-get update`)")
    lines = [f"deb {sites['Debian']} {SUITE} main", f"deb {sites['Debian']} {SUITE}-updates main"]
    if "Debian-Security" in sites:
        lines.append(f"deb {sites['Debian-Security']} {SUITE}-security main")
    return lines


def cached(name: str = "box") -> Path:
    """The root of that name, made now if it is not there. Nobody writes in it: see ``lent``."""
    if reason := why_not():
        raise UnavailableError(reason)
    below = ON_TOP_OF.get(name)
    lower = cached(below) if below else None
    recipe = [SUITE, *PACKAGES[name], *DPKG, *sources(), lower.parent.name if lower else "", _script()]
    digest = hashlib.sha256(json.dumps(recipe).encode()).hexdigest()[:16]
    home = _home()
    folder = home / f"{name}-{digest}"
    with _locked(home / f"{name}.lock"):
        _remove_old(home)
        if not folder.is_dir():
            _make(name, folder, lower)
        os.utime(folder)
    return folder / "root"


@contextlib.contextmanager
def lent(name: str = "box") -> Iterator[DebianRoot]:
    """A root for one test: an overlay over the cached one, or a copy where overlays cannot be mounted."""
    lower = cached(name)
    _end_abandoned(_home())
    place = Path(tempfile.mkdtemp(prefix=f"lent-{os.getpid()}-", dir=_home()))
    path, upper, work = (place / part for part in ("root", "upper", "work"))
    for folder in (path, upper, work):
        folder.mkdir()
    words = ["mount", "-t", "overlay", "overlay", "-o", f"lowerdir={lower},upperdir={upper},workdir={work}", str(path)]
    try:
        if subprocess.run(words, capture_output=True, timeout=30).returncode:
            subprocess.run(["cp", "-a", "--reflink=auto", f"{lower}/.", str(path)], check=True, timeout=MAKING_S)
        yield DebianRoot(path)
    finally:
        _end(place)


def _home() -> Path:
    home = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "dragoman" / "roots"
    home.mkdir(parents=True, exist_ok=True)
    return home


@contextlib.contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _make(name: str, folder: Path, lower: Path | None) -> None:
    """Make a root aside, and give it its name when it is whole."""
    aside = Path(tempfile.mkdtemp(prefix=f"{name}-unfinished-", dir=folder.parent))
    root = aside / "root"
    try:
        if lower is None:
            _bootstrap(root, PACKAGES[name])
        else:
            subprocess.run(["cp", "-a", "--reflink=auto", str(lower), str(root)], check=True, timeout=MAKING_S)
            install = ["apt-get", "install", "-y", "-q", "--no-install-recommends", *PACKAGES[name]]
            _run(root, install, check=True, network=True, timeout=MAKING_S, env={}, binds=())
            _run(root, ["apt-get", "clean"], check=True, network=False, timeout=60.0, env={}, binds=())
    except subprocess.CalledProcessError as error:
        _blame(error)
    else:
        aside.rename(folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _bootstrap(root: Path, packages: Sequence[str]) -> None:
    words = ["mmdebstrap", "--mode=root", "--variant=minbase", "--format=directory", f"--keyring={KEYRING}"]
    words += [f"--dpkgopt={option}" for option in DPKG]
    words += ["--skip=cleanup/apt/lists", f"--include={','.join(packages)}", SUITE, str(root)]
    subprocess.run(
        [*words, "-"], input="\n".join(sources()), capture_output=True, text=True, check=True, timeout=MAKING_S
    )


def _blame(error: "subprocess.CalledProcessError") -> None:
    """A mirror that is not reached is the world's trouble (a skip); anything else is a mistake of ours (a failure)."""
    words = (error.stderr or error.stdout or "").strip().splitlines()[-12:]
    mirror = sources()[0].split()[1].rstrip("/")
    try:
        with urllib.request.urlopen(f"{mirror}/dists/{SUITE}/Release", timeout=20):
            raise RuntimeError("\n".join([f"the Debian root could not be made: {error.cmd}", *words])) from error
    except (urllib.error.URLError, TimeoutError) as unreached:
        raise UnavailableError(f"the mirror of Debian is not reached ({unreached})") from error


def _script() -> str:
    """What happens in the new namespaces before the command: the least that a package's scripts expect of a system."""
    return """set -e
root=$1; binds=$2; shift 2
mount --make-rprivate /
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=755 tmpfs "$root/run"
mount -t tmpfs -o mode=755 tmpfs "$root/dev"
mkdir -m 1777 "$root/dev/shm" "$root/run/lock"
for node in null zero full random urandom tty; do
    : > "$root/dev/$node"; mount --bind "/dev/$node" "$root/dev/$node"
done
ln -s /proc/self/fd "$root/dev/fd"
for name in resolv.conf hosts; do
    [ ! -e "/etc/$name" ] || { rm -f "$root/etc/$name"; cat "/etc/$name" > "$root/etc/$name"; }
done
ip link set lo up
printf '%s' "$binds" | while IFS='\t' read -r from to; do
    if [ -d "$from" ]; then mkdir -p "$root$to"; else mkdir -p "$(dirname "$root$to")"; : >> "$root$to"; fi
    mount --bind "$from" "$root$to"
done
exec chroot "$root" "$@"
"""


def _run(
    root: Path,
    words: Sequence[str],
    *,
    check: bool,
    network: bool,
    timeout: float,
    env: Mapping[str, str],
    binds: Sequence[tuple[Path, str]],
    capture: bool = True,
) -> "subprocess.CompletedProcess[str]":
    spaces = ["unshare", "-m", "-p", "-f", "-u", "-i", "--kill-child", *([] if network else ["-n"])]
    home = {"HOME": "/root", "LANG": "C.UTF-8", "DEBIAN_FRONTEND": "noninteractive"}
    path = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"}
    listed = "".join(f"{source}\t{target}\n" for source, target in binds)
    return subprocess.run(
        [*spaces, "sh", "-c", _script(), "sh", str(root), listed, *words],
        env={**home, **path, **env},
        stdin=subprocess.DEVNULL,
        capture_output=capture,
        text=True,
        check=check,
        timeout=timeout,
    )


def _remove_old(home: Path) -> None:
    """Roots that nobody used for long, and what a making that was ended in the middle left behind."""
    now = time.time()
    for folder in home.glob("*-*/"):
        age = now - folder.stat().st_mtime
        unfinished = "-unfinished-" in folder.name and age > 2 * MAKING_S
        if unfinished or ("lent-" not in folder.name and age > REMOVED_AFTER_S):
            shutil.rmtree(folder, ignore_errors=True)


def _end_abandoned(home: Path) -> None:
    """What processes that are no more were lent, and could not give back."""
    for place in home.glob("lent-*-*/"):
        if not Path("/proc", place.name.split("-")[1]).exists():
            _end(place)


def _end(place: Path) -> None:
    subprocess.run(["umount", "-l", str(place / "root")], capture_output=True, timeout=30)
    if os.path.ismount(place / "root"):
        raise RuntimeError(f"{place} is still mounted")
    shutil.rmtree(place, ignore_errors=True)
