"""The folders that systemd lends the process.

Responsible for: reading ``STATE_DIRECTORY`` (outlives a boot) and ``RUNTIME_DIRECTORY`` (outlives a process).
"""

from collections.abc import Mapping
from pathlib import Path


def state_folder(environment: Mapping[str, str]) -> Path | None:
    """The folder of systemd's ``StateDirectory=``; None outside of systemd."""
    return _first(environment, "STATE_DIRECTORY")


def runtime_folder(environment: Mapping[str, str]) -> Path | None:
    """The folder of systemd's ``RuntimeDirectory=``; None outside of systemd."""
    return _first(environment, "RUNTIME_DIRECTORY")


def _first(environment: Mapping[str, str], name: str) -> Path | None:
    """systemd joins several folders by colons; the first is the box's own."""
    folder = environment.get(name, "").split(":")[0]
    return Path(folder) if folder else None
