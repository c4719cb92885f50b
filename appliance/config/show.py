"""The settings in force, as TOML that could be read again.

Responsible for: ``dragoman show-config`` and the copy of the last good settings.
Must not: write a key of the service, or a part of it, anywhere.
"""

import json

from appliance.config.reading import Loaded, changed
from appliance.config.settings import Value, flatten


def literal(name: str, value: Value) -> str:
    """One value as TOML."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return "[" + ", ".join(literal(name, each) for each in value) + "]"
    if isinstance(value, str):
        return text(value)
    return hex(value) if name == "screen.address" and isinstance(value, int) else repr(value)


def text(words: str) -> str:
    """Words as a TOML text: JSON's escapes are TOML's, but for one character."""
    return json.dumps(words, ensure_ascii=False).replace("\x7f", "\\u007f")


def render(loaded: Loaded, *, only_changes: bool) -> str:
    """The settings as TOML. With ``only_changes`` what differs from the default alone, each with where it came from."""
    values = changed(loaded) if only_changes else flatten(loaded.settings)
    key_source = loaded.sources.get("service.key")
    lines: list[str] = []
    section = ""
    if key_source and not any(name.startswith("service.") for name in values):
        lines += ["[service]", _key_line(key_source)]
    for dotted, value in values.items():
        above, name = dotted.split(".")
        if above != section:
            lines += [""] if lines else []
            lines.append(f"[{above}]")
            section = above
            if above == "service" and key_source:
                lines.append(_key_line(key_source))
        source = loaded.sources.get(dotted)
        comment = f"  # {_comment(source)}" if source and only_changes else ""
        lines.append(f"{name} = {literal(dotted, value)}{comment}")
    lines += _boot_lines(loaded, blank=bool(lines))
    return "\n".join(lines) + "\n" if lines else "# nothing differs from the defaults\n"


def _boot_lines(loaded: Loaded, *, blank: bool) -> list[str]:
    """The sections of the boot file alone, as comments: no other file may hold them. The password is masked."""
    if not loaded.boot:
        return []
    lines = ["", "# Of the boot file alone:"] if blank else ["# Of the boot file alone:"]
    for dotted, value in loaded.boot.items():
        lines.append(f"# {dotted} = {literal(dotted, value)}  # {_comment(loaded.sources[dotted])}")
    return lines


def _key_line(source: str) -> str:
    """A comment, so that the output can be read again: no file but the boot file may hold a key."""
    return f'# key = "***"  # {_comment(source)}'


def _comment(words: str) -> str:
    """Words that cannot end the comment; a folder's name may hold anything."""
    return "".join(letter if letter.isprintable() else "?" for letter in words)
