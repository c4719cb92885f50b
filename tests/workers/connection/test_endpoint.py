import pytest

from appliance.errors import SettingsError
from appliance.workers.connection.endpoint import Endpoint, is_loopback


def test_the_services_own_address() -> None:
    target = Endpoint.parse(
        "wss://dashscope-intl.aliyuncs.com/api-ws/v1/realtime", "qwen3.5-livetranslate-flash-realtime"
    )
    assert target.host == "dashscope-intl.aliyuncs.com"
    assert target.port == 443
    assert target.tls
    assert target.path_and_query == "/api-ws/v1/realtime?model=qwen3.5-livetranslate-flash-realtime"
    assert target.url == "wss://dashscope-intl.aliyuncs.com" + target.path_and_query
    assert dict(target.headers)["User-Agent"].startswith("dragoman/")


def test_a_query_stays_and_its_model_is_replaced() -> None:
    target = Endpoint.parse("wss://h:8443?x=a%20b&model=old", "a model/2")
    assert target.path_and_query == "/?x=a%20b&model=a%20model%2F2"
    assert target.port == 8443


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [("ws://127.0.0.1/x", "127.0.0.1", 80), ("ws://[::1]:99/x", "::1", 99), ("ws://localhost", "localhost", 80)],
)
def test_plain_for_this_machine(url: str, host: str, port: int) -> None:
    target = Endpoint.parse(url, "m")
    assert (target.host, target.port, target.tls) == (host, port, False)


@pytest.mark.parametrize(
    ("url", "word"),
    [
        ("ws://example.com/x", "wss://"),
        ("https://example.com/x", "wss://"),
        ("example.com", "wss://"),
        ("wss:///x", "no host"),
        ("wss://h:99999/x", "port"),
        ("wss://h:0/x", "port 0"),
        ("wss://h:port/x", "port"),
        ("wss://user:secret@h/x", "key has its own place"),
        ("wss://h/x#part", "#"),
        ("wss://h/a b", "blank"),
        ("wss://h/x\r\nEvil: 1", "blank"),
        ("wss://hé/x", "character"),
    ],
)
def test_an_address_that_cannot_be_dialled_is_a_sentence(url: str, word: str) -> None:
    with pytest.raises(SettingsError) as caught:
        Endpoint.parse(url, "m")
    (problem,) = caught.value.problems
    assert problem.where == "service.url"
    assert word in problem.sentence
    assert "secret" not in problem.sentence


def test_loopback() -> None:
    assert is_loopback("127.9.9.9")
    assert is_loopback("box.localhost")
    assert not is_loopback("10.0.0.1")
    assert not is_loopback("localhost.example.com")
