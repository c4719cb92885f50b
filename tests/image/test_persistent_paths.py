"""Every path that the product writes on a box outlives a boot, or is meant not to.

Responsible for: comparing what the units, tmpfiles and the settings reader name with the folders that an image keeps
(image-build/layer/dragoman.rootfs-overlay/etc/rpi-image-gen/slot-shared.d/dragoman.conf).
"""

import re
import shlex
from pathlib import Path, PurePosixPath

from appliance.config.reading import BOOT_FILE, ETC_FILE
from appliance.config.secret import CREDENTIAL_FILE
from appliance.provision.places import WRITTEN

ROOT = Path(__file__).resolve().parents[2]
SYSTEMD = ROOT / "systemd"
LIST = ROOT / "image-build/layer/dragoman.rootfs-overlay/etc/rpi-image-gen/slot-shared.d/dragoman.conf"
IN_MEMORY = ("/run", "/tmp", "/dev/shm")
MADE_ANEW = ("/var/cache",)
BOOT_PARTITIONS = ("/boot/firmware", "/bootfs")
WRITTEN_AGAIN_AT_EACH_BOOT = {
    "/etc/hostname": "system.hostname",
    "/etc/hosts": "system.hostname",
    "/etc/default/locale": "system.locale",
    "/etc/localtime": "system.timezone",
    "/etc/timezone": "system.timezone",
}
"""By the provisioning, out of the boot file, which stays on the card. Single files cannot be shared between slots."""
FOLDERS = {"StateDirectory": "/var/lib", "CacheDirectory": "/var/cache", "RuntimeDirectory": "/run",
           "LogsDirectory": "/var/log", "ConfigurationDirectory": "/etc"}  # fmt: skip


def kept() -> list[str]:
    """The folders that an image keeps."""
    return [line[5:] for line in LIST.read_text(encoding="utf-8").splitlines() if line.startswith("Path=")]


def below(path: str, folders: list[str] | tuple[str, ...]) -> bool:
    """Whether a path is one of the folders or in one."""
    return any(PurePosixPath(path).is_relative_to(folder) for folder in folders)


def of_unit(text: str) -> set[str]:
    """Where a unit writes, as far as its own lines say."""
    found = set()
    for name, value in re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE):
        if name in FOLDERS:
            found |= {f"{FOLDERS[name]}/{word}" for word in value.split()}
        elif name == "ReadWritePaths":
            found |= {word.lstrip("-+") for word in value.split()}
        elif name in {"ExecStart", "ExecStop", "ExecStartPost", "ExecStopPost"}:
            found |= {word for word in shlex.split(value)[1:] if word.startswith(("/var/", "/etc/"))}
    return found


def of_units() -> set[str]:
    """Where any unit may write. ``/etc`` as a whole is what the provisioning may write in: see ``of_provisioning``."""
    return {path for unit in SYSTEMD.glob("*.service") for path in of_unit(unit.read_text(encoding="utf-8"))} - {"/etc"}


def of_tmpfiles() -> set[str]:
    """What is made at installation."""
    lines = [line for path in SYSTEMD.glob("tmpfiles.d/*.conf") for line in path.read_text().splitlines()]
    return {line.split()[1] for line in lines if line and not line.startswith("#")}


def of_settings() -> set[str]:
    """Files of settings and the key."""
    return {BOOT_FILE, ETC_FILE, str(CREDENTIAL_FILE)}


def of_provisioning() -> set[str]:
    """What the provisioning writes that has to outlive a boot, by its own list."""
    return set(WRITTEN)


def test_every_path_is_kept_or_is_meant_not_to_be() -> None:
    written = of_units() | of_tmpfiles() | of_settings() | of_provisioning()
    assert {"/var/lib/dragoman", "/etc/dragoman/credentials", "/run/dragoman"} <= written
    fine = (*kept(), *IN_MEMORY, *MADE_ANEW, *BOOT_PARTITIONS)
    assert {path for path in written if not below(path, fine)} <= WRITTEN_AGAIN_AT_EACH_BOOT.keys()


def test_a_path_that_nobody_keeps_is_found() -> None:
    assert of_unit("[Service]\nStateDirectory=a b/c\nReadWritePaths=-/srv\nExecStop=-/usr/bin/touch /etc/d\n") == {
        *("/var/lib/a", "/var/lib/b/c", "/srv", "/etc/d")
    }
    assert not below("/var/lib/dragoman-machine", ["/var/lib/dragoman"])
    assert below("/var/lib/dragoman/usage", ["/var/lib/dragoman"])


def test_the_list_is_in_the_tools_format() -> None:
    """Version 1 of image-rota's slot-shared.d: absolute folders, no blanks."""
    lines = [line for line in LIST.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    assert lines[0] == "Version=1"
    assert all(re.fullmatch(r"Path=(/[\w.-]+)+", line) for line in lines[1:])
    assert len(set(kept())) == len(kept())


def test_nothing_in_the_image_lies_in_a_folder_that_is_kept() -> None:
    """The A/B layout copies such files over the box's own at every boot."""
    shipped = ["/" + path.relative_to(overlay).as_posix()
               for overlay in (ROOT / "image-build/layer").glob("*.rootfs-overlay")
               for path in overlay.rglob("*") if path.is_file()]  # fmt: skip
    assert shipped
    assert [path for path in shipped if below(path, kept())] == []


def test_the_time_floor_is_kept() -> None:
    assert {"/var/lib/systemd/timesync", "/var/lib/dragoman-machine"} <= set(kept())
    assert set(WRITTEN_AGAIN_AT_EACH_BOOT.values()) <= boot_file_names()


def boot_file_names() -> set[str]:
    """The keys of the boot file that are about the machine."""
    from appliance.config.boot_sections import BOOT_RULES

    return set(BOOT_RULES)
