"""``dragoman qr``: a code for the box's camera, from a boot file or from options.

Responsible for: what goes into the code, asking for the password where nobody can look, and drawing it.
Must not: print the password or the key (the code itself holds them), or know the code's format (``config/codes.py``).
"""

import argparse
import getpass
import os
import sys
from pathlib import Path
from typing import Any

from appliance.config import secret
from appliance.config.asked import SETTINGS, CodeError, RequestedSettings, asked_from
from appliance.config.boot_sections import BOOT_RULES, SECRET
from appliance.config.codes import settings_code, wifi_code
from appliance.config.layer import FILE_MAX_BYTES, parse, read_bytes
from appliance.errors import DragomanError, SettingsError

VERSION_AT_MOST = 20
"""97 squares a side: more than that a small camera does not tell apart across a desk."""
ERROR_LEVEL = "l"
"""The fewest squares: what a camera cannot tell apart costs more than a stain on the paper."""
QUIET_SQUARES = 4
SCALE = 10
_OPTIONS = {
    "wifi.ssid": "the network's name",
    "wifi.country": "the country where the box stands, such as DE",
    "wifi.security": "wpa, sae or open",
    "system.hostname": "the machine's name",
    "system.timezone": "such as Europe/Madrid",
    "system.locale": "of the machine's own messages, such as de_DE.UTF-8",
    "languages.mine": "the language of who holds the box, or of the staff",
    "languages.theirs": "the other language",
    "languages.favourites": "such as es,fr,zh",
    "languages.mode": "interpret or captions",
    "run.profile": "handheld or kiosk",
}


class QrError(DragomanError):
    """No code could be made."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options."""
    parser.add_argument("--boot", type=Path, metavar="FILE", help="take what this boot file says; options go over it")
    for name, words in _OPTIONS.items():
        parser.add_argument(f"--{name.partition('.')[2]}", dest=name, metavar="TEXT", help=words)
    parser.add_argument("--hidden", action="store_true", help="the network does not show its name")
    parser.add_argument("--wifi", action="store_true", help="a plain Wi-Fi code, as a telephone shows it")
    parser.add_argument("--with-key", action="store_true", help="put the key of the service into the code")
    parser.add_argument("--out", type=Path, metavar="FILE", help="a .png or .svg; without it: this terminal")
    parser.epilog = (
        "The Wi-Fi password comes from the boot file, else it is asked for (or read from standard input): an option "
        "could be seen by others. Whoever sees the code can read the password, and the key: show it to the box alone, "
        "and delete the picture. Settings that a code may carry: " + ", ".join(SETTINGS) + ", [wifi] and [system]."
    )


def run(args: argparse.Namespace) -> int:
    """0, or 69 with a sentence, or 78 where the boot file has mistakes."""
    asked = _asked(args)
    if args.wifi:
        if "wifi.ssid" not in asked.boot:
            raise QrError("a Wi-Fi code needs --ssid")
        text = wifi_code(asked.boot)
    else:
        text = settings_code(asked)
    draw(text, args.out)
    secrets_in_it = [word for word, there in (("the password", SECRET in asked.boot), ("the key", asked.key)) if there]
    if secrets_in_it:
        print(f"this code holds {' and '.join(secrets_in_it)}: show it to the box alone", file=sys.stderr)
    if asked.needs_country:
        print("it names no country: the box will ask for it", file=sys.stderr)
    return 0


def draw(text: str, out: Path | None) -> None:
    """The code as a file or on this terminal."""
    try:
        import segno
    except ImportError:
        raise QrError(
            'the library segno is not installed: "apt install python3-segno", or "pip install segno"'
        ) from None
    try:
        code = segno.make(text, error=ERROR_LEVEL, micro=False, boost_error=True)
    except ValueError:
        raise QrError("it says more than a code can hold") from None
    if isinstance(code.version, int) and code.version > VERSION_AT_MOST:
        raise QrError(f"it is too long for a small camera: code version {code.version}, at most {VERSION_AT_MOST}")
    if out is None:
        code.terminal(border=QUIET_SQUARES, compact=True)
        return
    if out.suffix.lower() not in (".png", ".svg"):
        raise QrError("--out must end in .png or .svg")
    try:
        code.save(str(out), scale=SCALE, border=QUIET_SQUARES)
        out.chmod(0o600)  # it holds what it holds
    except OSError as error:
        raise QrError(f"{out} cannot be written: {(error.strerror or '').lower()}") from None


def _asked(args: argparse.Namespace) -> RequestedSettings:
    values = _of_boot_file(args.boot) if args.boot is not None else {}
    for name in _OPTIONS:
        given = getattr(args, name)
        if given is not None:
            values[name] = given.split(",") if name == "languages.favourites" else given
    if args.hidden:
        values["wifi.hidden"] = True
    if not args.with_key:
        values.pop("service.key", None)
    elif "service.key" not in values:
        values["service.key"] = _key()
    is_open = values.get("wifi.security") == "open"
    if "wifi.ssid" in values and not is_open and not values.get(SECRET):
        values[SECRET] = _password()
    try:
        return asked_from(values)
    except CodeError as error:
        raise QrError(f"no code was made: {error}") from None


def _of_boot_file(path: Path) -> dict[str, Any]:
    """What of it may go into a code; the rest stays out without a word."""
    data = read_bytes(path, FILE_MAX_BYTES)
    if not isinstance(data, bytes):
        raise QrError(f"{path}: {data or 'there is no such file'}")
    layer = parse(data, str(path), key_allowed=True)
    if layer.problems:
        raise SettingsError(tuple(layer.problems))
    values: dict[str, Any] = {name: layer.boot[name] for name in BOOT_RULES if name in layer.boot}
    values |= {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in layer.values.items()
        if name in SETTINGS
    }
    if layer.key is not None:
        values["service.key"] = layer.key.reveal()
    return values


def _key() -> str:
    found, _, _ = secret.find(os.environ)
    if found is None:
        found, why = secret.stored()
        if found is None:
            raise QrError(why or f"there is no key: {secret.ENVIRONMENT_NAME}, or the boot file, must have it")
    return found.reveal()


def _password() -> str:
    if sys.stdin.isatty():
        return getpass.getpass("the network's password: ")
    return sys.stdin.readline().rstrip("\r\n")
