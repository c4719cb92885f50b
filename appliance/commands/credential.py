"""``dragoman credential``: the key out of the boot file and into a file of root's.

Responsible for: refusing whoever is not root, and saying what was done.
Must not: move anything itself (``config/credential.py``), or print the key.
"""

import argparse
import os

from appliance.config.credential import CredentialError, move
from appliance.config.reading import BOOT_FILE_ENVIRONMENT, paths_from


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """None: both places are fixed."""
    parser.epilog = (
        "It is for root, and for the unit that runs before the box. The key is stored first and blanked then, so that "
        "a power cut loses it in neither place; call it again and it does the rest. Blanking does not erase the flash: "
        f"whoever had the card may have the key. {BOOT_FILE_ENVIRONMENT} names another boot file."
    )


def run(_args: argparse.Namespace) -> int:
    """0, or 69 with a sentence, or 78 where the boot file is broken."""
    if os.geteuid() != 0:
        raise CredentialError('only root can store a key; run it by "sudo"')
    boot = paths_from(os.environ).boot
    assert boot is not None, "the usual places have one"
    print(move(boot))
    return 0
