"""A machine for tests of the units: a Debian root in which systemd runs as process 1, in namespaces of its own.

Responsible for: starting it, running commands in it, stopping it, and leaving no process, mount or cgroup behind.
Must not: let it touch this machine: it may not set the clock or load modules, and has a network of its own.

A power off or reboot inside ends the namespaces (pid_namespaces(7)), and nothing else.
"""

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

BOOT_S = 60.0
ENDS_S = 30.0

# Devices are mounts of this machine's: a new node would need the right to make one. Mounts are shared at last, as they
# are wherever systemd starts: it mounts a service's credentials in a child, and they would else stay there.
_SCRIPT = """set -e
root=$1
mount --make-rprivate /
mount --rbind "$root" "$root"
cd "$root"
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount -t cgroup2 cgroup2 sys/fs/cgroup
mount -t tmpfs -o mode=755 tmpfs dev
mkdir -p dev/pts dev/shm
for node in null zero full random urandom tty; do
    : > "dev/$node"; mount --bind "/dev/$node" "dev/$node"
done
mount -t devpts -o newinstance,ptmxmode=0666,mode=620 devpts dev/pts
ln -s pts/ptmx dev/ptmx
ln -s /proc/self/fd dev/fd
ln -s /proc/self/fd/0 dev/stdin
ln -s /proc/self/fd/1 dev/stdout
ln -s /proc/self/fd/2 dev/stderr
mount -t tmpfs -o mode=1777 tmpfs dev/shm
mount -t tmpfs -o mode=755 tmpfs run
ip link set lo up
hostname dragoman-test
pivot_root . .
umount -l .
cd /
mount --make-rshared /
exec setpriv --bounding-set=-sys_time,-sys_module,-sys_rawio,-mknod env -i container=dragoman-test \
    PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin /usr/lib/systemd/systemd --show-status=false
"""


def why_not() -> str:
    """Why no machine can be started here; empty where one can."""
    if os.geteuid() != 0:
        return "only root can start a machine in namespaces"
    if _cgroups() is None:
        return "this machine has no cgroup2 hierarchy"
    spaces = ["unshare", "-m", "-p", "-f", "-C", "-u", "-i", "-n", "true"]
    if subprocess.run(spaces, capture_output=True, timeout=30).returncode:
        return "this machine allows no namespaces"
    return ""


def _cgroups() -> Path | None:
    """Where the cgroup2 hierarchy of this machine is mounted."""
    rows = (line.split() for line in Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines())
    return next((Path(row[1]) for row in rows if row[2] == "cgroup2"), None)


class Machine:
    """``root`` must be a folder that may be written. A context manager; ``booted_s`` is how long it took."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.booted_s = 0.0
        self._process: subprocess.Popen[bytes] | None = None
        self._init = 0  # process 1 of the machine, by its number here
        home = _cgroups()
        assert home is not None, "ask why_not() first"
        self._cgroup = home / f"dragoman-test-{os.getpid()}-{time.monotonic_ns()}"

    def __enter__(self) -> "Machine":
        self._cgroup.mkdir()
        try:
            self._boot()
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_exc: object) -> None:
        self._end()

    def _boot(self) -> None:
        began = time.monotonic()
        words = ["unshare", "-m", "-p", "-f", "-C", "-u", "-i", "-n", "--kill-child=SIGKILL"]
        enter = f'echo $$ > {self._cgroup}/cgroup.procs; exec "$@"'
        self._process = subprocess.Popen(
            ["sh", "-c", enter, "sh", *words, "sh", "-c", _SCRIPT, "sh", str(self.root)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            start_new_session=True,
        )
        children = Path(f"/proc/{self._process.pid}/task/{self._process.pid}/children")
        until = began + BOOT_S
        while time.monotonic() < until:
            if self._process.poll() is not None:
                assert self._process.stderr is not None
                raise AssertionError(f"no machine: {self._process.stderr.read().decode()}")
            with contextlib.suppress(OSError):
                self._init = int(children.read_text(encoding="ascii").split()[0]) if children.read_text() else 0
            if self._init and _name(self._init) == "systemd" and self._is_up():
                self.booted_s = time.monotonic() - began
                return
            time.sleep(0.05)
        raise AssertionError(f"systemd is not up after {BOOT_S} s: {self.run('systemctl', 'list-jobs').stdout}")

    def _is_up(self) -> bool:
        state = self.run("systemctl", "is-system-running").stdout.strip()
        return state in ("running", "degraded")

    def run(self, *words: str, limit_s: float = 60.0, check: bool = False) -> "subprocess.CompletedProcess[str]":
        """A command in the machine, as root."""
        enter = ["nsenter", "-t", str(self._init), "-m", "-p", "-C", "-u", "-i", "-n", "--"]
        path = {"PATH": "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin", "LANG": "C.UTF-8"}
        done = subprocess.run(
            [*enter, *words], env=path, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=limit_s
        )
        assert not check or done.returncode == 0, f"{' '.join(words)}: {done.stdout}{done.stderr}"
        return done

    def systemctl(self, *words: str) -> str:
        """``systemctl``, which must succeed; returns what it printed."""
        return self.run("systemctl", *words, check=True).stdout.strip()

    def shown(self, unit: str, name: str) -> str:
        """One property of a unit, e.g. ``NRestarts``."""
        return self.systemctl("show", "--value", "-p", name, unit)

    def log(self, *units: str) -> str:
        """What units wrote to the journal."""
        named = [word for unit in units for word in ("-u", unit)]
        return self.run("journalctl", "--no-pager", "-o", "cat", *named).stdout

    def wait_off(self, limit_s: float = ENDS_S) -> int:
        """Until the machine has ended by itself; the signal by which its process 1 ended, negative."""
        assert self._process is not None
        return self._process.wait(limit_s)

    @property
    def is_on(self) -> bool:
        """Whether it runs."""
        return self._process is not None and self._process.poll() is None

    def path(self, inside: str) -> Path:
        """A file of the machine, also one of its own mounts (/run), as this machine finds it."""
        return Path(f"/proc/{self._init}/root") / inside.lstrip("/")

    def _end(self) -> None:
        if self._process is not None and self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._init or self._process.pid, signal.SIGKILL)  # the whole namespace ends with its process 1
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(5)
            if self._process.poll() is None:
                self._process.kill()
                self._process.wait(ENDS_S)
        if self._process is not None and self._process.stderr is not None:
            self._process.stderr.close()
        until = time.monotonic() + ENDS_S
        while not _removed(self._cgroup):
            assert time.monotonic() < until, f"processes are left in {self._cgroup}"
            time.sleep(0.05)


def _removed(folder: Path) -> bool:
    """A tree of cgroups without processes is removed from its leaves up."""
    try:
        for each in sorted((path for path in folder.rglob("*") if path.is_dir()), reverse=True):
            each.rmdir()
        folder.rmdir()
    except FileNotFoundError:
        return not folder.exists()
    except OSError:
        return False
    return True


def _name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text(encoding="ascii").strip()
    except OSError:
        return ""


@contextlib.contextmanager
def booted(root: Path, files: Sequence[tuple[str, str]] = ()) -> Iterator[Machine]:
    """A machine with some files written into it first: (path, content)."""
    for inside, content in files:
        path = root / inside.lstrip("/")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
    with Machine(root) as machine:
        yield machine
