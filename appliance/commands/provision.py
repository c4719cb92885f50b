"""``dragoman provision``: key, Wi-Fi, country, name and clock's zone out of the boot file, and to where the machine
keeps them; and a request of the box.

Responsible for: refusing whoever is not root, and saying what was done.
Must not: do any of it (``provision/``), or print a password or a key.
"""

import argparse
import logging
import os
import sys
from pathlib import Path

from appliance.config.reading import BOOT_FILE, BOOT_FILE_ENVIRONMENT
from appliance.provision.applying import provision
from appliance.provision.outcome import ProvisionError
from appliance.provision.places import Places

EXIT_FAILED = 69
EXIT_SETTINGS = 78


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The option."""
    parser.add_argument(
        "--root", type=Path, default=Path("/"), metavar="DIR", help="a system in a folder, not this one"
    )
    parser.epilog = (
        "It is for root, and for the units that run it before the network starts and when the box asks. It may be cut "
        "off anywhere and run again: secrets are stored first and blanked in the boot file then. Blanking does not "
        f"erase the flash. {BOOT_FILE_ENVIRONMENT} names another boot file. Exit codes: 0 done, also where there was "
        "nothing to do; 69 something could not be done, each with a sentence; 78 the boot file has mistakes."
    )


def run(args: argparse.Namespace) -> int:
    """0, or 69 with sentences, or 78 where the boot file has mistakes. What could be done is done in each case."""
    if os.geteuid() != 0:
        raise ProvisionError('only root can set up the machine; run it by "sudo"')
    logging.basicConfig(level=logging.INFO, format="%(message)s", stream=sys.stderr)
    root = args.root.resolve()
    if not root.is_dir():
        raise ProvisionError(f"there is no folder {root}")
    outcome, layer = provision(Places(root, Path(os.environ.get(BOOT_FILE_ENVIRONMENT) or BOOT_FILE)))
    for sentence in (*outcome.done, *outcome.notices):
        print(sentence)
    for problem in (*outcome.failed, *map(str, layer.problems)):
        print(problem, file=sys.stderr)
    if outcome.failed:
        return EXIT_FAILED
    return EXIT_SETTINGS if layer.problems else 0
