"""The package: what is in it, and what it does to a Debian 13 when it is installed, upgraded, removed and purged.

Responsible for: all of it that needs no systemd as process 1 (test_units.py), from the .deb that `make deb` makes.
"""

import re
import subprocess
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from packaging.requirements import Requirement

from appliance import __version__
from appliance.cli import COMMANDS
from tests.image import installed as installation
from tests.image.debian_root import PACKAGES, DebianRoot, UnavailableError
from tests.image.installed import install
from tests.readme import ROOT

DEBIAN = ROOT / "image-build" / "debian"
NOBODY = ("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "env", "HOME=/tmp")


@pytest.fixture(scope="module")
def installed(package_file: Path) -> Iterator[DebianRoot]:
    """One root for all tests that only look."""
    try:
        with installation.installed(package_file) as root:
            yield root
    except UnavailableError as why:
        pytest.skip(str(why))


def files_of(root: DebianRoot) -> list[str]:
    """What dpkg says is the package's."""
    return root.run("dpkg", "-L", "dragoman").stdout.split("\n")[1:-1]


def field(package: Path, name: str) -> str:
    """One field of the package's control file."""
    words = ["dpkg-deb", "--field", str(package), name]
    return subprocess.run(words, capture_output=True, text=True, check=True).stdout.strip()


def names(relations: str) -> set[str]:
    """Packages of a field like Depends, versions and alternatives left aside."""
    return {word.split()[0].split("|")[0] for word in relations.replace("\n", " ").split(",") if word.strip()}


def test_the_program_runs_from_where_it_was_put(installed: DebianRoot) -> None:
    assert installed.run(*NOBODY, "dragoman", "--version").stdout == f"dragoman {__version__}\n"
    assert installed.run(*NOBODY, "dragoman", "check").returncode == 0
    assert len(installed.run(*NOBODY, "dragoman", "languages").stdout.splitlines()) >= 60
    assert installed.run(*NOBODY, "dragoman", "nonsense", check=False).returncode == 64


def test_the_demo_works_without_account_network_or_root(installed: DebianRoot) -> None:
    words = ("dragoman", "demo", "--scene", "mask-medical", "--out", "/tmp/demo")
    done = installed.run(*NOBODY, *words, check=False, timeout=110)
    assert done.returncode == 0, done.stdout + done.stderr
    assert {"summary.json", "subtitles.srt", "heard.wav", "oled.gif"} <= {
        path.name for path in (installed.path / "tmp/demo").iterdir()
    }


def test_it_finds_nobody_elses_modules(installed: DebianRoot) -> None:
    script = """set -e
mkdir -p /tmp/mine/appliance /tmp/home/.local/lib/python3.13/site-packages; cd /tmp/mine
for place in /tmp/mine /tmp/home/.local/lib/python3.13/site-packages; do
    echo 'raise SystemExit("not mine")' | tee $place/websocket.py $place/numpy.py > $place/argparse.py
done
: > appliance/__init__.py
export HOME=/tmp/home PYTHONPATH=/tmp/mine; dragoman run --help; dragoman languages > /dev/null"""
    done = installed.run("sh", "-c", script, check=False)
    assert done.returncode == 0, done.stderr
    assert "--config" in done.stdout


def test_all_of_it_is_roots_and_the_service_may_change_nothing(installed: DebianRoot) -> None:
    ours = [name for name in files_of(installed) if "dragoman" in name]
    assert len(ours) > 300
    foreign = installed.run("find", *ours, "-maxdepth", "0", "(", "!", "-uid", "0", "-o", "!", "-gid", "0", ")")
    assert foreign.stdout == ""
    writable = installed.run("find", "/usr/lib/dragoman", *ours, "!", "-type", "l", "-perm", "/022")
    assert writable.stdout == ""
    as_service = ("setpriv", "--reuid=dragoman", "--regid=dragoman", "--init-groups")
    # It may not even look into the folder of the key: find complains and exits with 1.
    changeable = installed.run(
        *as_service, "find", "/usr/lib/dragoman", "/etc/dragoman", "-writable", "!", "-type", "l", check=False
    )
    assert changeable.stdout == ""
    assert "/etc/dragoman/credentials" in changeable.stderr


def test_its_folders_have_their_owners(installed: DebianRoot) -> None:
    places = ("/etc/dragoman", "/etc/dragoman/credentials", "/var/lib/dragoman", "/var/cache/dragoman")
    shown = installed.run("stat", "-c", "%U %a", *places).stdout.splitlines()
    assert shown == ["root 755", "root 700", "dragoman 700", "dragoman 700"]
    assert "/nologin" in installed.run("getent", "passwd", "dragoman").stdout


def test_nothing_tells_where_it_was_built(package_file: Path, tmp_path: Path) -> None:
    subprocess.run(["dpkg-deb", "-R", str(package_file), str(tmp_path / "x")], check=True)
    for place in (str(ROOT), "/build/dragoman", str(Path.home() / ".cache")):
        found = subprocess.run(["grep", "-rlF", place, str(tmp_path / "x")], capture_output=True, text=True)
        assert (found.returncode, found.stdout) == (1, ""), place


def test_its_version_is_the_programs(package_file: Path, installed: DebianRoot) -> None:
    assert field(package_file, "Version") == f"{__version__}+deb13"
    first = installed.run("zcat", "/usr/share/doc/dragoman/changelog.Debian.gz").stdout.splitlines()[0]
    assert first == f"dragoman ({__version__}+deb13) trixie; urgency=medium"


def test_what_debian_has_is_new_enough(installed: DebianRoot) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    optional = project["optional-dependencies"]
    wanted = [Requirement(row) for row in (*project["dependencies"], *optional["pi"], *optional["emulator"])]
    script = "import sys, importlib.metadata as m; [print(m.version(name)) for name in sys.argv[1:]]"
    path = {"PYTHONPATH": "/usr/lib/dragoman/carried"}
    shown = installed.run("python3", "-c", script, *(row.name for row in wanted), env=path).stdout.splitlines()
    assert [str(row) for row, found in zip(wanted, shown, strict=True) if not row.specifier.contains(found)] == []


def test_what_the_box_needs_of_apt_the_package_depends_on(package_file: Path) -> None:
    rows = (ROOT / ".ci/apt-packages").read_text().splitlines()
    wanted = {row for row in rows if row and not row.startswith("#") and ":" not in row}
    to_compile = {"python3-venv", "python3-dev", "gcc", "libasound2-dev"}
    depends = names(field(package_file, "Depends"))
    assert wanted - to_compile - depends == set()
    assert depends <= {*PACKAGES["box"], "python3.13", "python3:any", "libc6", "libstdc++6"}
    assert {"python3-picamera2", "python3-lgpio"} <= names(field(package_file, "Recommends"))


def test_what_building_needs_make_deb_installs() -> None:
    listed = re.search(r"^Build-Depends:((?:\n .*)*)", (DEBIAN / "control").read_text(), re.MULTILINE)
    assert listed is not None
    rows = (ROOT / ".ci/apt-packages").read_text().splitlines()
    known = {row.removeprefix("deb: ") for row in rows}
    virtual = {"debhelper-compat": "debhelper", "dh-sequence-installsysusers": "debhelper"}
    virtual["dh-sequence-python3"] = "dh-python"
    assert {virtual.get(name, name) for name in names(listed[1])} - known == set()


def test_lintian_has_no_objection(package_file: Path, builder_root: DebianRoot) -> None:
    words = ("lintian", "--allow-root", "--no-cfg", "--fail-on=error,warning", "/mnt/dragoman.deb")
    done = builder_root.run(*words, check=False, binds=[(package_file, "/mnt/dragoman.deb")], timeout=200)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr


def test_manual_and_completion_know_every_command_and_option(installed: DebianRoot, builder_root: DebianRoot) -> None:
    page = installed.run("zcat", "/usr/share/man/man1/dragoman.1.gz").stdout
    bash = (installed.path / "usr/share/bash-completion/completions/dragoman").read_text()
    zsh = (installed.path / "usr/share/zsh/vendor-completions/_dragoman").read_text()
    for command in COMMANDS:
        options = re.findall(r"^  (?:-\w, )?(--[a-z-]+)", installed.run("dragoman", command, "--help").stdout, re.M)
        assert options, command
        part = page.split(f".SS dragoman {command.replace('-', chr(92) + '-')}\n")[1].split("\n.S")[0]
        for option in options:
            assert option.replace("-", "\\-") in part
            assert option in bash
            assert option in zsh
        assert command in bash
        assert command in zsh
    (builder_root.path / "tmp/dragoman.1").write_text(page)
    man = builder_root.run("man", "--warnings", "-l", "/tmp/dragoman.1", env={"MANWIDTH": "80"})
    assert man.stderr == ""
    assert "EXIT STATUS" in man.stdout
    lint = builder_root.run("mandoc", "-T", "lint", "-W", "style", "/tmp/dragoman.1", check=False)
    assert lint.stdout == ""
    assert (
        builder_root.run(
            "bash",
            "-n",
            "/mnt/c",
            binds=[(Path(installed.path) / "usr/share/bash-completion/completions/dragoman", "/mnt/c")],
        ).returncode
        == 0
    )


def newer(package: Path, folder: Path) -> Path:
    """The same package with a higher version and one changed file."""
    tree = folder / "tree"
    subprocess.run(["dpkg-deb", "-R", str(package), str(tree)], check=True)
    control = tree / "DEBIAN/control"
    control.write_text(control.read_text().replace(f"Version: {__version__}", f"Version: {__version__}.1"))
    with (tree / "usr/lib/dragoman/appliance/__init__.py").open("a") as file:
        file.write(f'__version__ = "{__version__}.1"\n')
    made = folder / "dragoman.deb"
    subprocess.run(["dpkg-deb", "-Zgzip", "--root-owner-group", "-b", str(tree), str(made)], check=True)
    return made


SETTINGS = {
    "etc/dragoman/config.toml": '[languages]\nmine = "de"\n',
    "etc/dragoman/credentials/dashscope_api_key": "sk-not-a-key\n",
    "var/lib/dragoman/usage.json": "{}\n",
}


def test_upgrade_and_removal_keep_settings_and_purging_leaves_nothing(
    package_file: Path, box_root: DebianRoot, tmp_path: Path
) -> None:
    before = {str(path) for path in box_root.path.rglob("*")}
    install(box_root, package_file)
    box_root.run("dragoman", "check")  # as root, it could leave compiled files behind
    for name, text in SETTINGS.items():
        (box_root.path / name).write_text(text)
    install(box_root, newer(package_file, tmp_path))
    assert box_root.run("dragoman", "--version").stdout == f"dragoman {__version__}.1\n"
    assert 'mine = "de"' in box_root.run("dragoman", "show-config", "--changes").stdout
    kept = {name: (box_root.path / name).read_text() for name in SETTINGS}
    assert kept == SETTINGS

    box_root.run("apt-get", "remove", "-y", "-q", "dragoman")
    assert {name: (box_root.path / name).read_text() for name in SETTINGS} == SETTINGS
    assert not (box_root.path / "usr/lib/dragoman").exists()
    assert not (box_root.path / "usr/bin/dragoman").exists()

    box_root.run("apt-get", "purge", "-y", "-q", "dragoman")
    left = {str(path) for path in box_root.path.rglob("*")} - before
    ours = sorted(name for name in left if "dragoman" in name.removeprefix(str(box_root.path)))
    assert ours == []
