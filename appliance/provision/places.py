"""Every path that provisioning reads or writes, below one root.

Responsible for: the list, so that an image can keep these files and a test can compare.
Must not: read or write.
"""

from dataclasses import dataclass
from pathlib import Path

from appliance.config.reading import BOOT_FILE, ETC_FILE
from appliance.config.secret import CREDENTIAL_FILE

REQUEST_FOLDER = Path("/run/dragoman/provision")
"""In the box's own runtime folder. It writes ``request.toml`` there, and root answers with ``result.toml``."""
REQUEST_NAME = "request.toml"
RESULT_NAME = "result.toml"


@dataclass(frozen=True, slots=True)
class Places:
    """``root`` is ``/`` on a running box, the folder of an image while one is made."""

    root: Path = Path("/")
    boot: Path = Path(BOOT_FILE)

    @property
    def is_live(self) -> bool:
        """Whether this is the machine that runs, and not a folder."""
        return self.root == Path("/")

    def below(self, path: str | Path) -> Path:
        """An absolute path below the root."""
        return self.root / str(path).lstrip("/")

    @property
    def boot_file(self) -> Path:
        """What a card reader shows."""
        return self.below(self.boot)

    @property
    def etc_file(self) -> Path:
        """The settings below it."""
        return self.below(ETC_FILE)

    @property
    def credential(self) -> Path:
        """The key of the service."""
        return self.below(CREDENTIAL_FILE)

    @property
    def pending(self) -> Path:
        """A request that was begun: it is finished after a power cut."""
        return self.credential.with_name("pending-request.toml")

    @property
    def connections(self) -> Path:
        """NetworkManager's profiles."""
        return self.below("/etc/NetworkManager/system-connections")

    @property
    def profile(self) -> Path:
        """The one profile that the boot file and a code write."""
        return self.connections / "dragoman-wifi.nmconnection"

    @property
    def radio_state(self) -> Path:
        """Where NetworkManager keeps whether the radio is on."""
        return self.below("/var/lib/NetworkManager/NetworkManager.state")

    @property
    def country(self) -> Path:
        """The country for the kernel's radio."""
        return self.below("/etc/modprobe.d/dragoman-wifi.conf")

    @property
    def hostname(self) -> Path:
        """The machine's name."""
        return self.below("/etc/hostname")

    @property
    def hosts(self) -> Path:
        """Names that the machine knows without asking."""
        return self.below("/etc/hosts")

    @property
    def locale(self) -> Path:
        """The language of the machine's own messages."""
        return self.below("/etc/default/locale")

    @property
    def localtime(self) -> Path:
        """A link to the clock's zone."""
        return self.below("/etc/localtime")

    @property
    def timezone(self) -> Path:
        """Its name."""
        return self.below("/etc/timezone")

    @property
    def request_folder(self) -> Path:
        """Where the box asks."""
        return self.below(REQUEST_FOLDER)


WRITTEN = (
    "/etc/dragoman/credentials",
    "/etc/NetworkManager/system-connections",
    "/etc/modprobe.d/dragoman-wifi.conf",
    "/etc/hostname",
    "/etc/hosts",
    "/etc/default/locale",
    "/etc/localtime",
    "/etc/timezone",
    "/var/lib/NetworkManager",
)
"""What must outlive a boot, besides the boot file: an image with a read-only root keeps these elsewhere."""
