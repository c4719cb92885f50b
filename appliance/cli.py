"""The command ``dragoman``.

Responsible for: names of commands, exit codes for misuse, and the log's shape.
Must not: do a command's work (``commands/``, ``emulator/server/command.py``).
"""

import argparse
import errno
import importlib
import logging
import os
import sys
from collections.abc import Collection, Sequence
from typing import NoReturn

from appliance import __version__
from appliance.errors import DragomanError, SettingsError

EXIT_USAGE = 64
EXIT_FAILED = 69
EXIT_BUG = 70
EXIT_SETTINGS = 78
EXIT_INTERRUPTED = 130  # Ctrl-C in a command that does not end in order by it, as shells have it

log = logging.getLogger(__name__)
_STORAGE_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)

# Each module has ``add_arguments(parser)`` and ``run(args) -> int``; only the one that is asked for is imported.
COMMANDS = {
    "run": ("appliance.commands.run", "interpret, until told to stop"),
    "demo": ("appliance.commands.demo", "a rehearsed conversation against the built-in emulator; no account, no Pi"),
    "emulator": ("appliance.emulator.server.command", "the service's far end on this machine; it does not translate"),
    "check": ("appliance.commands.check", "read the settings and say what is wrong with them"),
    "show-config": ("appliance.commands.show_config", "print the settings in force"),
    "selftest": ("appliance.commands.selftest", "check sound, service, key and storage, row by row"),
    "credential": ("appliance.commands.credential", "move the key out of the boot file, to where root alone reads it"),
    "power": ("appliance.commands.power", "power off or reboot, when the box has asked for it; for its unit"),
    "provision": ("appliance.commands.provision", "as root: key, Wi-Fi, country and name out of the boot file"),
    "qr": ("appliance.commands.qr", "make a code that the box reads through its camera: settings, or Wi-Fi"),
    "devices": ("appliance.commands.devices", "list the sound cards, their names and rates"),
    "languages": ("appliance.commands.languages", "the 60 languages, spoken or read"),
    "screen": ("appliance.commands.screen", "draw a text as the panel would show it"),
    "replay": ("appliance.commands.replay", "run the core over a recording of the flight recorder"),
    "diagram": ("appliance.commands.diagram", "print the state diagram"),
}


EXIT_CODES = {
    0: "done",
    EXIT_USAGE: "misuse",
    EXIT_FAILED: "something said was not answered, or the service refused",
    EXIT_BUG: "a bug of ours",
    EXIT_SETTINGS: "settings that cannot be used (each problem is told)",
    EXIT_INTERRUPTED: "Ctrl-C in a command that does not end in order by it",
}
EPILOG = "`dragoman COMMAND --help` tells more. Exit codes: {}.".format(
    "; ".join(f"{code} {words}" for code, words in EXIT_CODES.items() if code != EXIT_INTERRUPTED)
)


class Parser(argparse.ArgumentParser):
    """Misuse ends with 64, as sysexits has it, and points to the help."""

    def error(self, message: str) -> NoReturn:
        self.print_usage(sys.stderr)
        self.exit(EXIT_USAGE, f"{self.prog}: {message}\n")


def parser(wanted: Collection[str]) -> argparse.ArgumentParser:
    """The parser, with the arguments of the commands ``wanted``: each import costs time on a Pi."""
    top = Parser(prog="dragoman", description="A box that interprets speech as it is spoken.", epilog=EPILOG)
    top.add_argument("--version", action="version", version=f"dragoman {__version__}")
    choices = top.add_subparsers(dest="command", metavar="COMMAND", required=True, parser_class=Parser)
    for name, (module, words) in COMMANDS.items():
        sub = choices.add_parser(name, help=words, description=words[0].upper() + words[1:] + ".")
        if name in wanted:
            importlib.import_module(module).add_arguments(sub)
    return top


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit code."""
    words = list(sys.argv[1:] if arguments is None else arguments)
    code = 0
    try:
        try:
            code = _ran(words)
        finally:
            if sys.stdout is not None:  # it may have been closed before we began
                sys.stdout.flush()
    except BrokenPipeError:  # the reader of our output has seen enough
        _let_go_of_output()
    except OSError as error:
        if error.errno not in _STORAGE_FULL:
            raise
        _let_go_of_output()
        print(f"dragoman: the output cannot be written: {(error.strerror or '').lower()}", file=sys.stderr)
        return EXIT_FAILED
    return code


def _ran(words: list[str]) -> int:
    command = next((word for word in words if not word.startswith("-")), None)
    args = parser((command,) if command else ()).parse_args(words)
    try:
        return int(importlib.import_module(COMMANDS[args.command][0]).run(args))
    except SettingsError as error:
        print(error, file=sys.stderr)
        return EXIT_SETTINGS
    except DragomanError as error:
        print(f"dragoman {args.command}: {error}", file=sys.stderr)
        return EXIT_FAILED
    except KeyboardInterrupt:
        return EXIT_INTERRUPTED
    except BrokenPipeError:
        raise
    except Exception as error:
        if isinstance(error, OSError) and error.errno in _STORAGE_FULL:
            raise
        log.critical("a bug of ours", exc_info=True)
        return EXIT_BUG


def _let_go_of_output() -> None:
    """Else the interpreter tries once more at its end to write what is left, complains, and makes the exit code 120."""
    try:
        output = sys.stdout.fileno()
    except (OSError, ValueError):  # no file: a test's
        return
    os.dup2(os.open(os.devnull, os.O_WRONLY), output)


if __name__ == "__main__":
    sys.exit(main())
