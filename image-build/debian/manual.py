"""manual.py man|bash|zsh: the manual page and the shell completions, out of the parser of the command.

Responsible for: all that a page of section 1 has to say; the commands, options and words of help are the parser's own.
Must not: be installed; debian/rules runs it when the package is built.
"""

import argparse
import os
import re
import sys
import textwrap
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, os.fspath(Path(__file__).resolve().parents[1]))
sys.path.insert(0, os.fspath(Path(__file__).resolve().parents[2]))  # in the repository this folder lies one deeper

from appliance import __version__
from appliance.cli import COMMANDS, EXIT_CODES, parser

FILES = {
    "/boot/firmware/dragoman.toml": "The boot file, on the part of the card that any computer can write. It wins.",
    "/etc/dragoman/config.toml": "The settings of this machine; what it does not say is as shipped.",
    "/etc/dragoman/credentials/dashscope_api_key": "The key of the service. Root alone reads it.",
    "/etc/default/dragoman": "May set DRAGOMAN_BOOT_FILE, where the boot file lies elsewhere.",
    "/var/lib/dragoman": "What today cost, and the last good settings.",
    "/run/dragoman": "Dials and starts since the machine was switched on, and the flight recorder's last dump.",
}
ENVIRONMENT = {
    "DASHSCOPE_API_KEY": "The key of the service; it wins over the credential.",
    "CREDENTIALS_DIRECTORY": "Where systemd lays the credential dashscope_api_key (LoadCredential=).",
    "STATE_DIRECTORY": "Folder of what outlives a restart of the machine; set by systemd. Unset: memory alone.",
    "RUNTIME_DIRECTORY": "Folder of what outlives a restart of the box; systemd sets it.",
    "NOTIFY_SOCKET, WATCHDOG_USEC, WATCHDOG_PID": "systemd's: readiness is told and the watchdog is fed by them.",
    "LG_WD": "Folder in which the library lgpio keeps its files; unset: the runtime folder.",
    "FONTCONFIG_FILE": "Another font configuration than the packaged one.",
    "DRAGOMAN_BOOT_FILE": "Another path of the boot file.",
}


def whole_parser() -> argparse.ArgumentParser:
    """The parser with the arguments of every command."""
    return parser(COMMANDS)


def commands(top: argparse.ArgumentParser) -> dict[str, argparse.ArgumentParser]:
    """Each command's own parser."""
    found = [action for action in top._actions if isinstance(action, argparse._SubParsersAction)]
    return dict(found[0].choices)


def escaped(text: str) -> str:
    """Plain text for roff: what it would take for a request or an escape is taken literally."""
    text = text.replace("\\", "\\e").replace("-", "\\-").replace("'", "\\(aq").replace("`", "\\(ga")
    return re.sub(r"^\.", r"\\&.", text, flags=re.MULTILINE)


def paragraph(text: str) -> str:
    """One paragraph, however it was wrapped."""
    return escaped(textwrap.fill(" ".join(text.split()), 68, break_long_words=False, break_on_hyphens=False))


def invocation(action: argparse.Action) -> str:
    """How an option or an argument is written, with roff's fonts."""
    value = ""
    if action.nargs != 0:
        if action.metavar is None and action.choices is not None:
            value = "|".join(str(choice) for choice in action.choices)
        else:
            value = str(action.metavar or action.dest.upper())
    if not action.option_strings:
        return f"\\fI{escaped(value)}\\fR"
    words = [f"\\fB{escaped(option)}\\fR" for option in action.option_strings]
    return ", ".join(words) + (f" \\fI{escaped(value)}\\fR" if value else "")


def arguments(sub: argparse.ArgumentParser) -> Iterator[str]:
    """A tagged paragraph for each option and argument of a parser."""
    formatter = argparse.HelpFormatter("dragoman")
    for action in sub._actions:
        if isinstance(action, argparse._SubParsersAction) or action.help == argparse.SUPPRESS:
            continue
        yield f".TP\n{invocation(action)}\n{paragraph(formatter._expand_help(action) if action.help else '')}"


def definitions(table: dict[str, str]) -> Iterator[str]:
    """Tagged paragraphs of a table."""
    for name, words in table.items():
        yield f".TP\n\\fB{escaped(name)}\\fR\n{paragraph(words)}"


def manual() -> str:
    """The page, dated by SOURCE_DATE_EPOCH where that is set."""
    top = whole_parser()
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    when = datetime.fromtimestamp(int(epoch), UTC) if epoch else datetime.now(UTC)
    lines = [f'.TH DRAGOMAN 1 "{when:%Y-%m-%d}" "dragoman {__version__}" "User Commands"']
    lines += [".SH NAME", "dragoman \\- box that interprets speech as it is spoken"]
    lines += [".SH SYNOPSIS", "\\fBdragoman\\fR \\fICOMMAND\\fR [\\fIOPTION\\fR]..."]
    lines += [".SH DESCRIPTION", paragraph(top.description or ""), ".PP"]
    lines += ["The service of this name runs \\fBdragoman run\\fR;"]
    lines += ["the other commands are for whoever looks after the box."]
    lines += [".SH OPTIONS", *arguments(top), ".SH COMMANDS"]
    for name, sub in commands(top).items():
        lines += [f".SS dragoman {escaped(name)}", paragraph(sub.description or ""), *arguments(sub)]
        if sub.epilog:
            lines += [".PP", paragraph(sub.epilog)]
    lines += [".SH EXIT STATUS", *definitions({str(code): words for code, words in EXIT_CODES.items()})]
    lines += [".SH ENVIRONMENT", *definitions(ENVIRONMENT), ".SH FILES", *definitions(FILES)]
    lines += [".SH SEE ALSO", "\\fBsystemctl\\fR(1), \\fBjournalctl\\fR(1), /usr/share/doc/dragoman/README.md"]
    return "\n".join(lines) + "\n"


def completion(shell: str) -> str:
    """The completion of one shell, by shtab; what takes a file or a folder completes to one."""
    import shtab

    top = whole_parser()
    for sub in [top, *commands(top).values()]:
        for action in sub._actions:
            value = str(action.metavar or "")
            if value.startswith("FILE"):
                action.complete = shtab.FILE  # type: ignore[attr-defined] # shtab's way to be told
            elif value == "DIR":
                action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]
    return str(shtab.complete(top, shell=shell))


if __name__ == "__main__":
    asked = sys.argv[1]
    sys.stdout.write(manual() if asked == "man" else completion(asked))
