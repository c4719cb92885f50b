"""Name, TCP and TLS, key, and the one dial, against the emulator: each code is provoked."""

import socket
import ssl
from collections.abc import Iterator
from pathlib import Path

import pytest

from appliance.adapters.bench.clock import Clock
from appliance.clock import RealClock
from appliance.errors import FaultCode
from appliance.protocol.settings import plan
from appliance.protocol.voices import resolve_model
from appliance.selftest import network as module
from appliance.selftest.findings import Finding
from appliance.selftest.network import Network
from appliance.workers.connection import tls
from appliance.workers.connection.endpoint import Endpoint
from appliance.workers.connection.resolver import Address, Resolver
from appliance.workers.connection.worker import Access
from tests.adapters.virtual_clock import VirtualClock
from tests.e2e.harness import Emulator

MODEL = "qwen3.5-livetranslate-flash-realtime"
KEY = "a-key-of-the-tests"


@pytest.fixture(autouse=True)
def short_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("REACHED_WITHIN_MS", "CONFIGURED_WITHIN_MS", "FINISHED_WITHIN_MS"):
        monkeypatch.setattr(module, name, 600)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One authority for all emulators."""
    return tmp_path_factory.mktemp("emulator")


@pytest.fixture(scope="module")
def emulator(folder: Path) -> Iterator[Emulator]:
    with Emulator(folder, turns=()) as started:
        yield started


def network(
    url: str,
    ca: Path | None,
    key: str = KEY,
    resolver: Resolver | None = None,
    clock: Clock | None = None,
    why_not: str = "",
) -> Network:
    model = resolve_model(MODEL)
    assert model is not None
    context = tls.context(str(ca)) if ca is not None else ssl.create_default_context()
    access = Access(Endpoint.parse(url, MODEL), context, resolver or Resolver(), key)
    return Network(access, plan(model, "en", "es"), "as told", clock or RealClock(), lambda: why_not, lambda: True)


def dialled(folder: Path, *habits: str, turns: tuple[int, ...] = ()) -> Finding:
    with Emulator(folder, habits, turns) as emulator:
        checked = network(emulator.url, emulator.ca)
        assert checked.reach().passed
        return checked.dial()


def test_an_address_needs_no_look_up(emulator: Emulator) -> None:
    assert network(emulator.url, emulator.ca).name().passed


def test_a_name_that_is_found_passes() -> None:
    found = (Address(socket.AF_INET, ("192.0.2.1", 443)), Address(socket.AF_INET6, ("2001:db8::1", 443, 0, 0)))
    finding = network("wss://x.example/", None, resolver=Resolver(lambda *_: found)).name()
    assert finding.passed
    assert finding.words.startswith("x.example has 2 addresses")


def test_a_name_that_is_not_found_is_n1() -> None:
    def fail(host: str, port: int) -> tuple[Address, ...]:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    finding = network("wss://x.example/", None, resolver=Resolver(fail)).name()
    assert finding.code is FaultCode.N1
    assert "x.example" in finding.words


class SilentResolver(Resolver):
    """A look-up that hangs, and no thread that would hang with it."""

    def ask(self, host: str, port: int) -> int:
        return 1


def test_a_look_up_that_hangs_is_n1() -> None:
    finding = network("wss://x.example/", None, resolver=SilentResolver(), clock=VirtualClock()).name()
    assert finding.code is FaultCode.N1
    assert "does not answer" in finding.words


def test_a_port_where_nobody_listens_is_n3() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    finding = network(f"wss://127.0.0.1:{port}/", None).reach()
    assert finding.code is FaultCode.N3


def test_a_stranger_is_n2_and_a_log_in_page_is_told(emulator: Emulator) -> None:
    finding = network(emulator.url, None).reach()
    assert finding.code is FaultCode.N2
    assert finding.words.endswith("a log-in page answers in its place")


@pytest.mark.parametrize(
    ("habit", "code"),
    [("not_yet_valid_certificate", FaultCode.N4), ("expired_certificate", FaultCode.S3)],
)
def test_a_certificate_out_of_its_time(tmp_path: Path, habit: str, code: FaultCode) -> None:
    with Emulator(tmp_path, (habit,), ()) as emulator:
        finding = network(emulator.url, emulator.ca).reach()
    assert finding.code is code
    assert "log-in page" not in finding.words


def test_no_key_is_s1(emulator: Emulator) -> None:
    assert network(emulator.url, emulator.ca, key="").key() == Finding(
        "key", "as told", FaultCode.S1, says="there is no key"
    )
    assert network(emulator.url, emulator.ca).key().passed


def test_the_round_trip_in_order(folder: Path) -> None:
    with Emulator(folder, (), ()) as emulator:
        checked = network(emulator.url, emulator.ca)
        assert checked.reach().passed
        before = emulator.dials()
        finding = checked.dial()
        assert emulator.dials() - before == 1
        kinds = [row["message"]["type"] for row in emulator.rows() if "message" in row]
    assert finding.passed
    steps = [part.split()[0] for part in finding.words.split(", ")]
    assert steps == ["upgraded", "created", "updated", "finished"]
    assert kinds[-5:] == [
        "session.created", "session.update", "session.updated", "session.finish", "session.finished",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("habit", "code"),
    [
        ("refuses_key", FaultCode.S1),
        ("no_access", FaultCode.S4),
        ("quota", FaultCode.S2),
        ("rate_limited", FaultCode.S2),
        ("rejects_update", FaultCode.S4),
        ("close_1007_workspace", FaultCode.S4),
        ("no_created", FaultCode.S3),
        ("no_updated", FaultCode.S3),
    ],
)
def test_what_the_service_refuses(folder: Path, habit: str, code: FaultCode) -> None:
    finding = dialled(folder, habit)
    assert finding.code is code, finding.words
    assert KEY not in finding.words


def test_a_service_that_never_says_finished_passes(folder: Path) -> None:
    finding = dialled(folder, "finish:never")
    assert finding.passed
    assert finding.words.endswith("and it never said finished")


def test_no_dial_beyond_the_budget(folder: Path) -> None:
    with Emulator(folder, (), ()) as emulator:
        before = emulator.dials()
        checked = network(emulator.url, emulator.ca, why_not="4 dials in the last minute")
        assert checked.reach().passed
        assert checked.dial() == Finding("round trip", "4 dials in the last minute", FaultCode.S2)
        assert emulator.dials() == before
