"""What only a look into the files that the settings name can tell: the authority, the key script, and the address.

Responsible for: finding before a run what would end it, so that the last good settings can stand in.
Must not: open a device or a connection, or judge what ``config/checks.py`` can judge without opening a file.
"""

from collections.abc import Callable, Iterator
from pathlib import Path

from appliance.adapters.bench.key_script import read_script
from appliance.config.settings import Settings
from appliance.errors import Problem, SettingsError
from appliance.workers.connection import tls
from appliance.workers.connection.endpoint import Endpoint


def named_files(settings: Settings) -> Iterator[Problem]:
    """The problems of the files that the settings name, and of an address that cannot be dialled."""
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
