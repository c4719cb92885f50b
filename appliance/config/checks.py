"""What settings may not be together, and what they name that does not exist.

Responsible for: every refusal that can be known before a device is opened or the service is dialled.
Must not: open, dial, or judge a single value's type and range (``rules.py``).
"""

import ipaddress
import os.path
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

from appliance.config.rules import quoted, suggestion
from appliance.config.settings import Settings
from appliance.protocol.languages import LANGUAGES
from appliance.protocol.settings import refusals
from appliance.protocol.voices import MODELS, Model, resolve_model

Found = tuple[tuple[str, ...], str]
"""(dotted names that are to blame, the likeliest first; a sentence)."""

GUEST_PANEL_ADDRESS = 0x3D


def problems(settings: Settings) -> Iterator[Found]:
    """Everything that keeps these settings from being used."""
    yield from _url(settings.service.url)
    yield from _spoken(settings)
    yield from _files(settings)
    yield from _screens(settings)
    if settings.run.until == "microphone-ends" and settings.microphone.driver != "file":
        sentence = 'run.until = "microphone-ends" needs microphone.driver = "file": a sound card never ends'
        yield ("run.until", "microphone.driver"), sentence
    if settings.panel.enabled:
        yield ("panel.enabled",), "there is no panel in a browser yet; panel.enabled must be false"


def is_loopback(host: str) -> bool:
    """Whether the host is this machine, by its name or its number."""
    if host.rstrip(".").casefold() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def _url(url: str) -> Iterator[Found]:
    blame = ("service.url",)
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        yield blame, "service.url is not an address; it looks like wss://host/api-ws/v1/realtime"
        return
    if parts.scheme not in ("ws", "wss"):
        yield blame, "service.url must begin with wss://"
    elif not host or port == 0 or " " in url:
        yield blame, "service.url names no host; it looks like wss://host/api-ws/v1/realtime"
    elif parts.scheme == "ws" and not is_loopback(host):
        yield blame, "service.url must begin with wss://; ws:// is for this machine (127.0.0.1) only"
    if parts.username is not None or parts.password is not None:
        yield blame, "service.url must not hold a user name or a password"
    if parts.query or parts.fragment:
        yield blame, "service.url ends before the question mark; the model comes from service.model"


def _spoken(settings: Settings) -> Iterator[Found]:
    """Model, languages, voice and cloning, and what only a profile or a mode rules out."""
    own, service = settings.languages, settings.service
    model = resolve_model(service.model)
    if model is None:
        known = [name for each in MODELS.values() for name in (each.name, each.dated_name)]
        hint = suggestion(service.model, known) or f"; known are {', '.join(known)}"
        yield ("service.model",), f"service.model: there is no model {quoted(service.model)}{hint}"
    else:
        yield from _refused(settings, model)
    if len(set(own.favourites)) < len(own.favourites):
        yield ("languages.favourites",), "languages.favourites names a language twice"
    if own.mode == "captions" and not service.transcription:
        blame = ("service.transcription", "languages.mode")
        yield (
            blame,
            'service.transcription must be true for languages.mode = "captions": it shows the words as said',
        )
    if settings.screen.show_source and not service.transcription:
        blame = ("service.transcription", "screen.show_source")
        yield blame, "service.transcription must be true for screen.show_source: it shows the words as said"
    if settings.run.profile == "kiosk" and not own.mine:
        blame = ("languages.mine", "run.profile")
        yield blame, 'languages.mine must be set in a kiosk: it is what the staff speaks, such as "en"'


def _refused(settings: Settings, model: Model) -> Iterator[Found]:
    """What the service would refuse, asked one setting at a time so that each sentence finds its line."""
    own, service = settings.languages, settings.service
    some = "en"  # both models know it
    for sentence in refusals(model, own.mine, some):
        yield ("languages.mine", "service.model"), f"languages.mine: {sentence}"
    for sentence in refusals(model, "", own.theirs):
        yield ("languages.theirs", "service.model"), f"languages.theirs: {sentence}"
    for code in own.favourites:
        for sentence in refusals(model, "", code):
            yield ("languages.favourites", "service.model"), f"languages.favourites: {sentence}"
    for sentence in refusals(model, "", some, service.voice, service.clone):
        names = ("service.clone", "service.voice") if service.clone != "off" else ("service.voice", "service.clone")
        near = "" if "did you mean" in sentence else suggestion(service.voice, [voice.id for voice in model.voices])
        yield (*names, "service.model"), f"service.voice: {sentence}{near if service.clone == 'off' else ''}"


def notices(settings: Settings) -> Iterator[Found]:
    """What is worth saying and nothing wrong: a target that is read, never heard; what can have no effect."""
    model = resolve_model(settings.service.model)
    own, voice = settings.languages, settings.service.voice
    yield from _without_effect(settings)
    if model is None or own.mode == "captions":
        return
    if own.mine == own.theirs:
        yield ("languages.theirs", "languages.mine"), "languages.theirs is languages.mine: nothing is translated"
    targets = ("languages.mine", "languages.theirs") if settings.run.profile == "kiosk" else ("languages.theirs",)
    for name in targets:
        code = own.mine if name == "languages.mine" else own.theirs
        if code in model.targets and not model.speaks(code, voice):
            who = f'voice "{voice}"' if voice and model.speaks(code) else f"model {model.name}"
            yield (name,), f"{LANGUAGES[code].name} is written, not spoken, by the {who}: the box asks for text only"


def _without_effect(settings: Settings) -> Iterator[Found]:
    own, service = settings.languages, settings.service
    silent = own.mode == "captions" or settings.loudspeaker.driver == "none"
    if service.clone != "off" and silent:
        yield ("service.clone",), "service.clone copies nobody's voice: nothing is spoken here"
    if not service.transcription and (not own.mine or settings.run.profile == "kiosk"):
        finds = "the guest's language is not found" if own.mine else "the conversation cannot be turned round"
        yield ("service.transcription",), f"{finds}: which language was heard stands in the transcript"


def _files(settings: Settings) -> Iterator[Found]:
    """Files and folders that must be there, by driver. Looks at names alone and opens nothing."""
    own = settings
    for wanted, name, path in (
        (own.microphone.driver == "file", "microphone.device", own.microphone.device),
        (own.keys.driver == "script", "keys.script", own.keys.script),
        (bool(own.service.ca_file), "service.ca_file", own.service.ca_file),
    ):
        if wanted and not os.path.isfile(path):
            yield _missing(name, path, "file")
    if own.camera.driver == "folder" and not os.path.isdir(own.camera.device):
        yield _missing("camera.device", own.camera.device, "folder")
    if own.loudspeaker.driver == "file" and own.loudspeaker.device in ("", "default"):
        yield ("loudspeaker.device", "loudspeaker.driver"), "loudspeaker.device must name the WAV file to write"
    elif own.loudspeaker.driver == "file":
        yield from _writable("loudspeaker.device", own.loudspeaker.device)
    if own.run.journal:
        yield from _writable("run.journal", own.run.journal)
    for name, device, driver in (
        ("microphone.device", own.microphone.device, own.microphone.driver),
        ("loudspeaker.device", own.loudspeaker.device, own.loudspeaker.driver),
    ):
        if driver == "alsa" and device in ("", "card:"):
            yield (name,), f'{name} must be a PCM name such as "default", or "card:<name>"'


def _missing(name: str, path: str, what: str) -> Found:
    sentence = f'{name}: there is no {what} "{path}"' if path else f"{name} must name a {what}"
    return (name, f"{name.partition('.')[0]}.driver"), sentence


def _writable(name: str, path: str) -> Iterator[Found]:
    """A file to be written: its folder must be there. Whether the card can be written is known when it is."""
    if not os.path.isdir(Path(path).parent):
        yield (name,), f'{name}: there is no folder "{Path(path).parent}"'
    elif os.path.isdir(path):
        yield (name,), f'{name}: "{path}" is a folder, and a file is needed'


def _screens(settings: Settings) -> Iterator[Found]:
    own = settings.screen
    if "png" in (own.driver, own.guest_driver) and not own.directory:
        yield ("screen.directory", "screen.driver"), 'screen.directory must name a folder where a screen is "png"'
    if own.guest_driver == "terminal":
        yield ("screen.guest_driver",), "screen.guest_driver: a terminal has room for one screen only"
    if own.driver == own.guest_driver == "ssd1322":
        blame = ("screen.guest_driver", "screen.driver")
        yield blame, "screen.guest_driver: two ssd1322 would need the same data and reset lines: choose another"
    if own.driver != "none" and own.guest_driver not in ("none", "png") and own.address == GUEST_PANEL_ADDRESS:
        yield ("screen.address", "screen.guest_driver"), "screen.address: 0x3d is the second panel's address"
