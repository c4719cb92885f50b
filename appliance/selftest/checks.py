"""All checks of the self-test: which there are, in which order, and how each is bounded.

Responsible for: making the checks from the settings; ``dragoman selftest`` and the box's own child run them.
"""

import threading
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime

from appliance.adapters import factory
from appliance.clock import RealClock
from appliance.config import secret
from appliance.config.folders import runtime_folder
from appliance.config.reading import Loaded
from appliance.config.settings import Settings
from appliance.core.model.limits import Limits
from appliance.errors import FaultCode
from appliance.protocol.settings import SessionSettings, plan
from appliance.protocol.voices import known_model
from appliance.selftest import host_checks
from appliance.selftest.bounded import Check, Track, TrackApart
from appliance.selftest.network import Network
from appliance.selftest.parts import camera_checks, parts_of, pin_checks
from appliance.selftest.sound import Sound
from appliance.workers.connection import tls
from appliance.workers.connection.captive_portal import PortalProbe
from appliance.workers.connection.endpoint import Endpoint
from appliance.workers.connection.resolver import Resolver
from appliance.workers.connection.worker import Access
from appliance.workers.storage.runtime_store import RuntimeStore, boot_id

PORTAL_WITHIN_S = 2.5
RUNTIME_STORE_STOP_MS = 500


def tracks(
    loaded: Loaded, private: bool, environment: Mapping[str, str], *, is_box: bool = False
) -> tuple[TrackApart | Track, ...]:
    """All checks, begun. Raises ``SettingsError`` where the endpoint cannot be dialled or ``ca_file`` not be read.

    ``is_box``: a box runs beside it, which holds the screen, the keys and the camera.
    """
    clock = RealClock()
    runtime_store = RuntimeStore(runtime_folder(environment), boot_id(), clock.began_ms)
    kept = runtime_store.load()
    network = _network(loaded, environment, clock, runtime_store)
    sound = TrackApart(sound_checks(_sound(loaded.settings, clock, private)))  # before the first thread
    parts = parts_of(loaded.settings, clock, private)
    camera = () if is_box else (TrackApart(camera_checks(parts)),)  # its library may hang: a process of its own, too
    return (
        sound,
        *(() if is_box else (Track(pin_checks(parts)),)),
        *camera,
        Track(network_checks(network)),
        Track(
            (
                Check("storage", lambda: host_checks.storage(environment), 5_000, FaultCode.W1),
                Check("letters", host_checks.fonts, 5_000),
                Check("kept", lambda: host_checks.kept(environment, kept, clock.now_ms()), 1_000),
            )
        ),
    )


def sound_checks(sound: Sound) -> tuple[Check, ...]:
    """At most 15 s."""
    return (
        Check("microphone", sound.listen, 5_000, FaultCode.M3, "it delivers nothing"),
        Check("loudspeaker", sound.play, 4_000, FaultCode.P1, "it does not play"),
        Check("loop", sound.loop, 6_000, needs=("microphone", "loudspeaker")),
    )


def network_checks(network: Network) -> tuple[Check, ...]:
    """At most 27 s."""
    return (
        Check("clock", lambda: host_checks.clock(datetime.now(UTC), host_checks.made_at()), 1_000, FaultCode.N4),
        Check("name", network.name, 5_000, FaultCode.N1),
        Check("service", network.reach, 8_000, FaultCode.N3, needs=("name",)),
        Check("key", network.key, 1_000, FaultCode.S1),
        Check("round trip", network.dial, 12_000, FaultCode.S3, needs=("service", "key")),
    )


def _sound(settings: Settings, clock: RealClock, private: bool) -> Sound:
    no_voice = {
        "none": "there is none: subtitles only",
        "file": "a file: it is not opened here, for that would empty it",
    }.get(settings.loudspeaker.driver, "")
    return Sound(
        None if private else lambda: factory.microphone(settings, clock, lambda: 0),
        None if no_voice else lambda: factory.loudspeaker(settings, clock),
        clock,
        ("private: it is not opened" if private else "", no_voice),
        is_card=settings.microphone.driver == "alsa",
    )


def _network(loaded: Loaded, environment: Mapping[str, str], clock: RealClock, runtime_store: RuntimeStore) -> Network:
    service = loaded.settings.service
    endpoint = Endpoint.parse(service.url, service.model, service.ca_file)
    key = loaded.key.reveal() if loaded.key is not None else ""
    where = loaded.sources.get("service.key", "")
    _, _, notices = secret.find(environment)
    told = [str(notice) for notice in notices]
    if not key and "CREDENTIALS_DIRECTORY" not in environment:  # from a shell: systemd's credential is not ours
        own, where = secret.stored()
        key = own.reveal() if own is not None else ""
        told += [where] if where and not key else []
    none = f"neither {secret.ENVIRONMENT_NAME} in the environment nor the credential {secret.CREDENTIAL_NAME}"
    found = f"found in {where}" if key else "; ".join((none, *told))
    access = Access(endpoint, tls.context(service.ca_file), Resolver(), key)
    return Network(
        access, _plan(loaded), found, clock, _may_dial(runtime_store, clock), lambda: _log_in_page(endpoint.host)
    )


def _plan(loaded: Loaded) -> SessionSettings:
    """What the box would ask for in its first direction."""
    service, languages = loaded.settings.service, loaded.settings.languages
    return plan(
        known_model(service.model),
        languages.mine,
        languages.theirs,
        service.voice,
        service.clone,
        model_name=service.model,
        speech=loaded.settings.loudspeaker.driver != "none" and languages.mode != "captions",
        transcription=service.transcription,
        silence_ms=service.silence_ms,
        threshold=service.threshold,
        phrases=tuple(loaded.phrases.items()),
    )


def _may_dial(runtime_store: RuntimeStore, clock: RealClock) -> Callable[[], str]:
    """The box and its self-test share one dial budget: the service counts both."""
    limits = Limits()

    def ask() -> str:
        now = clock.now_ms()
        kept = runtime_store.load()
        recent = host_checks.recent_dials(kept, now)
        if len(recent) >= limits.dials_in_window:
            wait_s = (recent[-limits.dials_in_window] + limits.dial_window_ms - now) // 1_000 + 1
            return f"{len(recent)} dials in the last minute are all that is allowed; again in {wait_s} s"
        runtime_store.start()
        runtime_store.keep(replace(kept, dials=(*recent, now)))
        runtime_store.stop(RUNTIME_STORE_STOP_MS)
        return ""

    return ask


def _log_in_page(host: str) -> bool:
    answers: list[bool] = []
    came = threading.Event()

    def answered(page: bool) -> None:
        answers.append(page)
        came.set()

    PortalProbe().ask(host, answered)
    came.wait(PORTAL_WITHIN_S)
    return any(answers)
