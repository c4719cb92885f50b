"""The unit files themselves, as ``systemd-analyze`` judges them: no mistake, few rights, nothing waits for a network.

Judged by this machine's systemd, and by Debian 13's where a root of it can be had; the figures are those of both.
"""

import re
import subprocess
from pathlib import Path

import pytest

from appliance.config.secret import CREDENTIAL_FILE
from tests.image.debian_root import DebianRoot

SYSTEMD = Path(__file__).resolve().parents[2] / "systemd"
UNITS = sorted(path.name for pattern in ("*.service", "*.path") for path in SYSTEMD.glob(pattern))
SERVICES = [name for name in UNITS if name.endswith(".service")]
EXPOSURE = {"dragoman.service": 20}
"""Most exposure, in tenths; 30 for the others: they are root's, and run for a second."""
MISSING = 127


def words(unit: str, key: str) -> list[str]:
    """Every value of a key."""
    rows = re.findall(rf"^{key}=(.*)$", (SYSTEMD / unit).read_text(encoding="utf-8"), re.M)
    return [word for row in rows for word in row.split()]


@pytest.fixture(scope="module")
def analyze() -> Path:
    """A folder in which systemd-analyze finds the units and whatever program they start."""
    found = subprocess.run(["sh", "-c", "command -v systemd-analyze"], capture_output=True, check=False)
    if found.returncode == MISSING or not found.stdout:
        pytest.skip("systemd-analyze is not installed (apt-get install systemd)")
    return SYSTEMD


@pytest.mark.parametrize("unit", SERVICES)
def test_the_score_of_this_machines_systemd(analyze: Path, unit: str) -> None:
    limit = EXPOSURE.get(unit, 30)
    command = ["systemd-analyze", "security", "--offline=true", f"--threshold={limit}", str(analyze / unit)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == "", "a word that this systemd does not know"
    assert re.search(r"Overall exposure level for \S+: \d\.\d", done.stdout)


def test_debian_13_finds_no_mistake_and_scores_alike(box_root: DebianRoot) -> None:
    place = "/usr/lib/systemd/system"
    binds = [(SYSTEMD / name, f"{place}/{name}") for name in UNITS]
    for program in ("usr/bin/dragoman", "usr/lib/dragoman/clock-floor"):
        path = box_root.path / program
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("#!/bin/sh\n")
        path.chmod(0o755)
    done = box_root.run("systemd-analyze", "verify", "--man=no", *(f"{place}/{name}" for name in UNITS), binds=binds)
    assert done.stdout + done.stderr == ""
    for unit in SERVICES:
        limit = f"--threshold={EXPOSURE.get(unit, 30)}"
        box_root.run("systemd-analyze", "security", "--offline=true", limit, f"{place}/{unit}", binds=binds)


def test_the_gate_can_fail(analyze: Path, tmp_path: Path) -> None:
    """The same unit without its sandbox is refused."""
    text = (analyze / "dragoman.service").read_text(encoding="utf-8").replace("ProtectSystem=strict\n", "")
    (tmp_path / "dragoman.service").write_text(re.sub(r"(?m)^(SystemCall|Restrict)\w+=.*\n", "", text))
    command = ["systemd-analyze", "security", "--offline=true", "--threshold=20", str(tmp_path / "dragoman.service")]
    assert subprocess.run(command, capture_output=True, timeout=60).returncode != 0


@pytest.mark.parametrize("unit", UNITS)
def test_nothing_waits_for_a_network(unit: str) -> None:
    needs = [word for key in ("After", "Requires", "Wants", "Requisite", "BindsTo") for word in words(unit, key)]
    assert not [word for word in needs if word in ("network-online.target", "systemd-networkd-wait-online.service")]
    if unit not in (
        "dragoman-finish.service",
        "dragoman-provision.service",
    ):
        assert not [word for word in needs if "network" in word.lower()]


def test_the_box_is_early_and_ends_with_the_machine() -> None:
    assert words("dragoman.service", "DefaultDependencies") == ["no"]
    assert words("dragoman.service", "Conflicts") == ["shutdown.target"]
    assert "shutdown.target" in words("dragoman.service", "Before")
    behind = {word for word in words("dragoman.service", "After") if not word.startswith("modprobe@")}
    assert behind == {
        *("local-fs.target", "systemd-sysusers.service", "systemd-tmpfiles-setup.service"),
        *("dragoman-provision.service", "dragoman-clock.service"),
    }
    assert not words("dragoman.service", "Requires"), "whatever fails, the box starts and says so"


def test_groups_are_made_not_demanded() -> None:
    """216/GROUP where the unit names a group that a machine lacks."""
    assert not words("dragoman.service", "SupplementaryGroups")
    rows = [line.split() for line in (SYSTEMD / "sysusers.d/dragoman.conf").read_text().splitlines()]
    members = {row[2] for row in rows if row[:2] == ["m", "dragoman"]}
    assert members == {"audio", "video", "gpio", "i2c", "spi"}
    ruled = set(re.findall(r'GROUP="(\w+)"', (SYSTEMD / "udev/60-dragoman.rules").read_text()))
    assert ruled <= members


def test_a_missing_key_has_a_stand_in() -> None:
    """243/CREDENTIALS where the file is not there and nothing stands in for it."""
    assert words("dragoman.service", "LoadCredential") == [f"dashscope_api_key:{CREDENTIAL_FILE}"]
    assert words("dragoman.service", "SetCredential") == ["dashscope_api_key:\\n"]


@pytest.mark.parametrize("unit", ["dragoman-apply", "dragoman-power"])
def test_a_request_is_removed_whatever_comes_of_it(unit: str) -> None:
    """A path unit starts its service again and again while the file stands."""
    (request,) = words(f"{unit}.path", "PathExists")
    assert words(f"{unit}.service", "ExecStopPost") == ["/usr/bin/rm", "-f", request]
    assert request.startswith("/run/dragoman/")


def test_the_hardware_watchdog_bites_within_what_the_hardware_counts() -> None:
    text = (SYSTEMD / "system.conf.d/10-dragoman-watchdog.conf").read_text()
    assert re.findall(r"^RuntimeWatchdogSec=(\d+)$", text, re.M) == ["14"], "a Raspberry Pi's counts to 15 s"


def floor(tmp_path: Path, *ages_s: int) -> list[str]:
    """What ``clock-floor`` would tell date, with files of these ages; the last is one that does not exist."""
    told = tmp_path / "told"
    (tmp_path / "date").write_text(f'#!/bin/sh\necho "$@" >> {told}\n')
    (tmp_path / "date").chmod(0o755)
    files = []
    for n, age in enumerate(ages_s):
        files.append(tmp_path / str(n))
        files[-1].touch()
        subprocess.run(["touch", "-d", f"{-age} seconds" if age < 0 else f"{age} seconds ago", files[-1]], check=True)
    script = [SYSTEMD / "clock-floor", *files, tmp_path / "gone"]
    subprocess.run(script, env={"PATH": "/usr/bin:/bin", "DATE": str(tmp_path / "date")}, check=True, timeout=30)
    return told.read_text().splitlines() if told.exists() else []


def test_the_clock_is_put_forward_to_the_newest_file_and_never_back(tmp_path: Path) -> None:
    assert floor(tmp_path, 5_000_000, 60) == []
    (row,) = floor(tmp_path, 5_000_000, -3_000_000, -900)
    newest = int((tmp_path / "1").stat().st_mtime)
    assert row == f"-s @{newest}"
