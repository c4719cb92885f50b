"""From files, environment and the packaged defaults to one ``Settings``.

Responsible for: which file wins over which, reporting every problem together, and falling back to what last worked.
Must not: raise for anything an operator can write, open a device or a connection, or write a file.
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from appliance.config import checks, glossary, secret
from appliance.config.boot_sections import SECRET
from appliance.config.folders import state_folder
from appliance.config.layer import FILE_MAX_BYTES, Layer, parse, read_bytes
from appliance.config.secret import SecretKey
from appliance.config.settings import Settings, Value, build, flatten
from appliance.errors import Problem

BOOT_FILE = "/boot/firmware/dragoman.toml"
ETC_FILE = "/etc/dragoman/config.toml"
BOOT_FILE_ENVIRONMENT = "DRAGOMAN_BOOT_FILE"  # set once per image, where the visible partition is mounted elsewhere
LAST_GOOD_NAME = "last-good.toml"
GLOSSARY_NAME = "glossary.csv"
COPY_MAX_BYTES = 3 * glossary.FILE_MAX_BYTES  # the last good settings hold the hot words too, with escapes

_PACKAGED = Path(__file__).with_name("default.toml")
_KIOSK = Path(__file__).with_name("kiosk.toml")


_MISNAMED = re.compile(r"dragoman[^.]*\.(toml\.[a-z]{2,4}|txt|toml|ini|conf|cfg|rtf|json|ya?ml)")
"""The boot file as editors and copies call it: those hide an ending, or add one."""

Look = Callable[[Settings], Iterable[Problem]]


@dataclass(frozen=True, slots=True)
class BootPaths:
    """Where settings are looked for when no ``--config`` is given. None = nowhere."""

    boot: Path | None
    etc: Path | None
    last_good: Path | None


@dataclass(frozen=True, slots=True)
class Loaded:
    """What reading came to. Any ``problems`` mean X1: then ``settings`` are the last good ones, or less.

    ``sources``: dotted name → ``file:line`` of what is not a default (``service.key``: where the key was found).
    ``phrases``: the hot words. ``notices``: worth saying, nothing wrong. ``boot``: the sections that the boot file
    alone may have, the password masked.
    """

    settings: Settings
    problems: tuple[Problem, ...]
    key: SecretKey | None
    sources: Mapping[str, str]
    phrases: Mapping[str, str] = field(default_factory=dict, repr=False)
    notices: tuple[Problem, ...] = ()
    boot: Mapping[str, Value] = field(default_factory=dict)


def paths_from(environment: Mapping[str, str]) -> BootPaths:
    """The usual places; a state folder (systemd's ``StateDirectory=``) makes room for the last good settings."""
    state = state_folder(environment)
    return BootPaths(
        boot=Path(environment.get(BOOT_FILE_ENVIRONMENT) or BOOT_FILE),
        etc=Path(ETC_FILE),
        last_good=state / LAST_GOOD_NAME if state else None,
    )


def packaged() -> Settings:
    """The packaged defaults, for the profile that they name."""
    return _merge(()).settings


def read(
    config_file: Path | None,
    environment: Mapping[str, str],
    paths: BootPaths,
    look: Look = lambda _: (),
    around: tuple[Layer, Layer] | None = None,
) -> Loaded:
    """Read the settings. ``look``: what else is wrong with settings that can be used as far as this package knows.

    ``config_file`` (``--config``) takes the place of boot file, ``/etc`` and last good settings. Without it the boot
    file goes over ``/etc``; if the two cannot be used, the last good settings apply, else ``/etc`` alone, else the
    defaults, and ``problems`` says what is wrong with what the operator wrote.

    ``around``: a layer below ``config_file`` and one above it; with them no other file is read (``--here``).
    """
    if config_file is not None or around is not None:
        boot = None
        below, above = around or (Layer(""), Layer(""))
        own = _file(config_file, must_exist=True)
        first = merged = _merge((below, own, above), look=look)
    else:
        boot, etc = _file(paths.boot, key_allowed=True, names=_MISNAMED), _file(paths.etc)
        beside = paths.boot.with_name(GLOSSARY_NAME) if paths.boot else None
        first = merged = _merge((etc, boot), beside, look)
        spare = _file(paths.last_good, phrases_allowed=True)
        for layers in ((spare,), (etc, boot), (etc,), (boot,)):  # the second time without the glossary beside it
            if merged.problems and any(layer.values or layer.phrases is not None for layer in layers):
                merged = _merge(layers, look=look)
    if merged.problems:
        merged = _merge(())
    key, key_source, key_notices = secret.find(environment)
    if key is None and boot is not None and boot.key is not None:
        key, key_source = boot.key, boot.places["service.key"]
    machine = dict(boot.boot) if boot is not None else {}
    places = {name: boot.places[name] for name in machine} if boot is not None else {}
    if machine.get(SECRET):
        machine[SECRET] = "***"
    return Loaded(
        settings=merged.settings,
        problems=first.problems,
        key=key,
        sources={**merged.sources, **places, **({"service.key": key_source} if key else {})},
        phrases=merged.phrases,
        notices=(*key_notices, *merged.notices),
        boot=machine,
    )


def _file(
    path: Path | None,
    *,
    must_exist: bool = False,
    key_allowed: bool = False,
    phrases_allowed: bool = False,
    names: re.Pattern[str] | None = None,
) -> Layer:
    """One file as a layer; an empty layer where there is none. ``names``: what one is called that was meant for it."""
    if path is None:
        return Layer("")
    data = read_bytes(path, COPY_MAX_BYTES if phrases_allowed else FILE_MAX_BYTES)
    if isinstance(data, bytes):
        return parse(data, str(path), key_allowed=key_allowed, phrases_allowed=phrases_allowed)
    layer = Layer(str(path))
    if data is not None or must_exist:
        layer.complain(0, data or "there is no such file")
    elif names is not None:
        for other in _called(names, path):
            layer.complain(0, f'is not there, and "{other}" is not read: call that file {path.name}')
    return layer


def _called(names: re.Pattern[str], missing: Path) -> list[str]:
    """Files beside ``missing`` with such names."""
    try:
        return sorted(each.name for each in missing.parent.iterdir() if names.fullmatch(each.name.lower()))
    except OSError:
        return []  # the folder is not there either


def _merge(layers: tuple[Layer, ...], beside: Path | None = None, look: Look = lambda _: ()) -> Loaded:
    """Lay files over the defaults, the last on top, and check the whole. ``beside``: the boot file's own glossary."""
    base = parse(_PACKAGED.read_bytes(), _PACKAGED.name, key_allowed=False)
    assert not base.problems, base.problems
    own: dict[str, Value] = {}
    sources: dict[str, str] = {}
    for layer in layers:
        own |= layer.values
        sources |= {name: layer.places[name] for name in layer.values}
    if beside is not None and not own.get("glossary.file") and beside.exists():
        own["glossary.file"] = str(beside)
        sources["glossary.file"] = "beside the boot file"
    values = base.values | own
    if values["run.profile"] == "kiosk":
        kiosk = parse(_KIOSK.read_bytes(), _KIOSK.name, key_allowed=False).values
        values |= {name: value for name, value in kiosk.items() if name not in own}
        sources |= {name: "kiosk default" for name in kiosk if name not in own}
    settings = build(values)
    problems = [problem for layer in layers for problem in layer.problems]
    broken = {name for layer in layers for name in layer.places if name not in layer.values}
    unread = any(layer.problems and not layer.places for layer in layers)
    problems += [
        Problem(_place(blame, sources), sentence)
        for blame, sentence in checks.problems(settings)
        if not unread and not broken.intersection(blame)  # said already; the default in its place proves nothing
    ]
    if not problems:
        problems = [_placed(found, sources) for found in look(settings)]
    phrases, complaints = _phrases(settings, sources, layers)
    notices = tuple(Problem(_place(blame, sources), sentence) for blame, sentence in checks.notices(settings))
    return Loaded(settings, (*problems, *complaints), None, sources, phrases, notices)


def _place(blame: tuple[str, ...], sources: Mapping[str, str]) -> str:
    """Where the operator should look: the first of the names that a file or an option has set, else the first name."""
    written = (sources[name] for name in blame if ":" in sources.get(name, "") or sources.get(name, "")[:2] == "--")
    return next(written, blame[0])


def _placed(found: Problem, sources: Mapping[str, str]) -> Problem:
    """A problem that names a setting, at the line where the operator wrote it."""
    place = _place((found.where,), sources)
    return found if place == found.where else Problem(place, f"{found.where}: {found.sentence}")


def _phrases(
    settings: Settings, sources: Mapping[str, str], layers: tuple[Layer, ...]
) -> tuple[dict[str, str], tuple[Problem, ...]]:
    """The hot words: a copy that came with the last good settings, else the file."""
    for layer in layers:
        if layer.phrases is not None:
            return layer.phrases, ()
    name = settings.glossary.file
    if not name:
        return {}, ()
    data = read_bytes(Path(name), glossary.FILE_MAX_BYTES)
    if isinstance(data, bytes):
        return glossary.parse(data, name)
    where = _place(("glossary.file",), sources)
    return {}, (Problem(where, f'glossary.file: "{name}" {data or "does not exist"}'),)


def changed(loaded: Loaded) -> dict[str, Value]:
    """What is in force and differs from the packaged default, by dotted name."""
    defaults = flatten(packaged())
    return {name: value for name, value in flatten(loaded.settings).items() if value != defaults[name]}
