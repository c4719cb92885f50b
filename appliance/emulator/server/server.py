"""The socket of the emulated service: TLS or plain WebSocket around the sans-I/O ``ServiceSession``.

Responsible for: listening, the upgrade and its refusals, the clock, sending what is due when it is due, resets and
silence on the wire, and stopping in bounded time.
Must not: know the protocol (``session.py``), what is said (``interpreter.py``), or habits, save those of certificates.
"""

import asyncio
import json
import random
import ssl
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import lru_cache, partial
from http import HTTPStatus
from pathlib import Path
from typing import Any

from websockets.asyncio.server import Server, ServerConnection, serve
from websockets.datastructures import Headers
from websockets.exceptions import ConnectionClosed
from websockets.http11 import Request, Response

from appliance.emulator.faults.settings import Habits
from appliance.emulator.script.background import Listener
from appliance.emulator.script.interpreter import RehearsedInterpreter, answers_in
from appliance.emulator.script.prerender import Renderer
from appliance.emulator.script.recogniser import Recogniser
from appliance.emulator.script.recognition_cache import Memory
from appliance.emulator.script.script import Rehearsal, desk
from appliance.emulator.script.tts import Speech
from appliance.emulator.server.certificates import Authority, Validity
from appliance.emulator.server.connection import CLOSE_LIMIT_S, Connection, Conversation
from appliance.emulator.server.service import PATH, Service
from appliance.emulator.server.wirelog import WireLog
from appliance.emulator.session.interfaces import Interpreter, Refusal
from appliance.emulator.session.vad import VoiceDetector
from appliance.errors import DragomanError, Problem, SettingsError

FRAME_LIMIT_BYTES = 4 * 1024 * 1024
KEYS_LIMIT = 64  # keys whose unknown sound is remembered; the one used longest ago is forgotten
START_LIMIT_S = 60
STOP_LIMIT_S = 10
_CERTIFICATE_HABITS = (
    ("expired_certificate", Validity.EXPIRED),
    ("not_yet_valid_certificate", Validity.NOT_YET),
)


@dataclass(frozen=True, slots=True)
class EmulatorOptions:
    """How an emulator runs. ``cert_dir`` None = plain WebSocket; ``key`` None = any bearer; ``port`` 0 = a free one."""

    host: str = "127.0.0.1"
    port: int = 0
    cert_dir: Path | None = None
    key: str | None = None
    habits: Habits = field(default_factory=Habits)
    seed: int = 0
    rehearsal: Rehearsal = field(default_factory=desk)
    log: Path | None = None
    speech: Speech = field(default_factory=Speech)  # remembers what it rendered: may be shared


class EmulatorServer:
    """The service on this machine. ``start`` and ``stop`` from any one thread; it runs on a thread of its own."""

    def __init__(self, options: EmulatorOptions) -> None:
        self._options = options
        self._chance = random.Random(options.seed)  # noqa: S311 - seeded on purpose: a run can be repeated
        self._thread: threading.Thread | None = None
        self._hangs_up: Callable[[], object] | None = None  # ask the loop to end, while there is one
        self._loop_lock = threading.Lock()
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self._url = ""
        self._dials = 0
        self._began = time.monotonic()
        self._open: set[Conversation] = set()

    @property
    def habits(self) -> Habits:
        """The control object: what is set here holds from the session's next step on."""
        return self._options.habits

    @property
    def url(self) -> str:
        """Where it listens; empty before ``start``."""
        return self._url

    @property
    def running(self) -> bool:
        """Whether its thread lives."""
        return self._thread is not None and self._thread.is_alive()

    def start(self) -> str:
        """Listen. Answers the URL. Fails with a ``DragomanError`` that says what to do."""
        assert self._thread is None, "an emulator starts once"
        self._thread = threading.Thread(target=self._work, name="emulator", daemon=True)
        self._thread.start()
        if not self._ready.wait(START_LIMIT_S):
            raise DragomanError(f"the emulator was not ready within {START_LIMIT_S} s")
        if self._failure is not None:
            raise self._failure
        return self._url

    def stop(self) -> None:
        """Hang up and end. Returns within ten seconds; may be called twice."""
        if self._thread is None:
            return
        with self._loop_lock:
            if self._hangs_up is not None:
                self._hangs_up()
        self._thread.join(STOP_LIMIT_S)

    def _now_ms(self) -> int:
        return int((time.monotonic() - self._began) * 1000)

    def _work(self) -> None:
        """The thread. A failure before it listens goes to whoever waits in ``start``."""
        try:
            asyncio.run(self._serve())
        except BaseException as error:
            if self._ready.is_set():
                raise
            self._failure = error
        finally:
            self._ready.set()

    async def _serve(self) -> None:
        stopping = asyncio.Event()
        with self._loop_lock:
            self._hangs_up = partial(asyncio.get_running_loop().call_soon_threadsafe, stopping.set)
        try:
            await self._serve_until(stopping)
        finally:
            with self._loop_lock:  # the loop is about to be closed, and a closed loop takes no calls
                self._hangs_up = None

    async def _serve_until(self, stopping: asyncio.Event) -> None:
        options = self._options
        speech = options.speech
        speech.check()
        rehearsal, recogniser = options.rehearsal, Recogniser(options.rehearsal, speech)
        renderer, worker = Renderer(speech), ThreadPoolExecutor(1, "emulator-listener")

        @lru_cache(KEYS_LIMIT)
        def interpreter_of(_key: str) -> Interpreter:
            return Listener(RehearsedInterpreter(rehearsal, recogniser, renderer, Memory()), worker)

        self._renderer = renderer
        self._service = Service(options.key, VoiceDetector, interpreter_of, options.habits, seed=options.seed)
        log = WireLog(options.log, self._now_ms)
        self._log = log
        try:
            server = await self._listen()
            try:
                await stopping.wait()
            finally:
                await self._hang_up(server)
        finally:
            log.close()
            worker.shutdown(cancel_futures=True)
            renderer.close()

    async def _listen(self) -> Server:
        options = self._options
        try:
            server = await serve(
                self._converse,
                options.host,
                options.port,
                process_request=self._upgrade,
                create_connection=Connection,
                ssl=None if options.cert_dir is None else self._tls(options.cert_dir),
                max_size=FRAME_LIMIT_BYTES,
                ping_interval=None,  # the service answers pings and sends none
                close_timeout=CLOSE_LIMIT_S,
                server_header=None,
            )
        except OSError as error:
            where = f"{options.host}:{options.port}"
            raise SettingsError((Problem(where, f"cannot listen there: {error.strerror}"),)) from None
        port = next(iter(server.sockets)).getsockname()[1]
        scheme, host = ("ws" if options.cert_dir is None else "wss"), options.host
        self._url = f"{scheme}://{f'[{host}]' if ':' in host else host}:{port}{PATH}"
        self._ready.set()
        return server

    async def _hang_up(self, server: Server) -> None:
        """Close in order, then by force: nobody keeps this process from ending."""
        server.close()
        try:
            async with asyncio.timeout(CLOSE_LIMIT_S / 2):
                await server.wait_closed()
        except TimeoutError:
            for conversation in tuple(self._open):
                conversation.abort()

    def _tls(self, folder: Path) -> ssl.SSLContext:
        """The context, which changes to another one for the dials that a habit shows a bad certificate."""
        authority = Authority(folder, datetime.now(UTC))
        contexts = {}
        for validity in Validity:
            chain = authority.chain(self._options.host, validity)
            contexts[validity] = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            contexts[validity].minimum_version = ssl.TLSVersion.TLSv1_2
            contexts[validity].load_cert_chain(chain.certificate, chain.key)

        def choose(dial: ssl.SSLObject, _name: str | None, _context: ssl.SSLContext) -> None:
            self._dials += 1
            for habit, validity in _CERTIFICATE_HABITS:
                if self.habits.fires(habit, self._dials, self._chance) is not None:
                    dial.context = contexts[validity]

        # Called for every handshake, whether the client names a server or an address.
        contexts[Validity.NOW].sni_callback = choose
        return contexts[Validity.NOW]

    def _upgrade(self, connection: ServerConnection, request: Request) -> Response | None:
        """The service's word on the upgrade: None = go on."""
        headers = {name.lower(): value for name, value in request.headers.raw_items()}
        answer = self._service.connect(request.path, headers, self._now_ms())
        if not isinstance(answer, Refusal):
            assert isinstance(connection, Connection)
            connection.accept(answer, self._now_ms)
            return None
        self._log.refused(answer.status)
        body = Headers([("Content-Type", answer.content_type), ("Content-Length", str(len(answer.body)))])
        body["Connection"] = "close"
        return Response(answer.status, HTTPStatus(answer.status).phrase, body, answer.body)

    async def _converse(self, connection: ServerConnection) -> None:
        """One connection from its upgrade to its end."""
        assert isinstance(connection, Connection)
        conversation = Conversation(connection, connection.taken(), self._now_ms, self._log)
        self._open.add(conversation)
        try:
            sending = asyncio.create_task(conversation.send())
            sending.add_done_callback(lambda done: _reset_on_failure(done, connection))
            try:
                await self._read(connection, conversation)
            finally:
                sending.cancel()
                (result,) = await asyncio.gather(sending, return_exceptions=True)
            if isinstance(result, Exception):
                raise result
        finally:
            self._open.discard(conversation)
            conversation.end()

    async def _read(self, connection: ServerConnection, conversation: Conversation) -> None:
        conversation.open()
        try:
            async for frame in connection:
                text = frame if isinstance(frame, str) else frame.decode("utf-8", "replace")
                message = _message(text)
                target = _target(message)
                if target:
                    self._renderer.warm(answers_in(self._options.rehearsal, target), target)
                conversation.hear(message)
        except ConnectionClosed:
            return


def _reset_on_failure(done: asyncio.Task[None], connection: Connection) -> None:
    """A bug of ours ends the connection; the reader, woken by that, raises it."""
    if not done.cancelled() and done.exception() is not None:
        connection.reset()


def _message(text: str) -> dict[str, Any] | str:
    """The message, or the text as it came where it is no JSON object."""
    try:
        message = json.loads(text)
    except (ValueError, RecursionError):
        return text
    return message if isinstance(message, dict) else text


def _target(message: dict[str, Any] | str) -> str:
    """The language that a ``session.update`` asks for, so that its speech is rendered before it is needed."""
    if isinstance(message, str) or message.get("type") != "session.update":
        return ""
    session = message.get("session")
    translation = session.get("translation") if isinstance(session, dict) else None
    language = translation.get("language") if isinstance(translation, dict) else None
    return language if isinstance(language, str) else ""
