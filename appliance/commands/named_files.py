"""What only a look at the files that the settings name can tell: the authority, the key script, and the address; and
that nothing is written over what is read.

Responsible for: finding before a run what would end it, so that the last good settings can stand in.
Must not: open a device or a connection, or judge what ``config/checks.py`` can judge without opening a file.
"""

import os
import stat
from collections.abc import Callable, Iterator
from itertools import combinations
from pathlib import Path

from appliance.adapters.bench.key_script import read_script
from appliance.config.settings import Settings
from appliance.errors import Problem, SettingsError
from appliance.workers.connection import tls
from appliance.workers.connection.endpoint import Endpoint


def named_files(settings: Settings, config: Path | None = None) -> Iterator[Problem]:
    """The problems of the files that the settings name, and of an address that cannot be dialled.

    ``config``: the file of these settings, which nothing must be written over either.
    """
    service, keys = settings.service, settings.keys
    looks: list[Callable[[], object]] = [
        lambda: Endpoint.parse(service.url, service.model, service.ca_file),
        lambda: tls.context(service.ca_file),
    ]
    if keys.driver == "script":
        looks.append(lambda: read_script(Path(keys.script)))
    for look in looks:
        try:
            look()
        except SettingsError as error:
            yield from error.problems
    yield from _written_over(settings, config)


def _written_over(settings: Settings, config: Path | None) -> Iterator[Problem]:
    """Outputs that are an input of the same run, or another output: by what the names lead to, not by how they read."""
    outputs, inputs = _outputs(settings), _inputs(settings, config)
    for output, path in outputs.items():
        for name, other in inputs.items():
            if _same(path, other):
                yield Problem(output, f"is the same file as {name}, which would be overwritten; name another one")
    for (first, path), (second, other) in combinations(outputs.items(), 2):
        if _same(path, other):
            yield Problem(second, f"is the same file as {first}: each would overwrite the other; name another one")


def _outputs(settings: Settings) -> dict[str, str]:
    named = {
        "loudspeaker.device": settings.loudspeaker.device if settings.loudspeaker.driver == "file" else "",
        "screen.directory": settings.screen.directory if settings.screen.driver == "png" else "",
        "run.journal": settings.run.journal,
    }
    return {name: path for name, path in named.items() if path}


def _inputs(settings: Settings, config: Path | None) -> dict[str, str]:
    named = {
        "microphone.device": settings.microphone.device if settings.microphone.driver == "file" else "",
        "keys.script": settings.keys.script if settings.keys.driver == "script" else "",
        "camera.device": settings.camera.device if settings.camera.driver == "folder" else "",
        "glossary.file": settings.glossary.file,
        "service.ca_file": settings.service.ca_file,
        "--config": str(config) if config is not None else "",
    }
    return {name: path for name, path in named.items() if path}


def _same(one: str, other: str) -> bool:
    """Whether both names lead to one file or folder. What only passes things on (/dev/null, a pipe) is none."""
    try:
        kind = Path(one).stat().st_mode
        return (stat.S_ISREG(kind) or stat.S_ISDIR(kind)) and Path(one).samefile(other)
    except OSError:  # one of them is not there yet: then their names must lead to one place
        return os.path.realpath(one) == os.path.realpath(other)
