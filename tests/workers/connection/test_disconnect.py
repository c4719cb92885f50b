import errno
import socket
import ssl

import pytest
import websocket

from appliance.core.model.events import Loss
from appliance.errors import NonsenseError
from appliance.workers.connection.disconnect import Lost, classify, plain


def unverified(code: int) -> ssl.SSLCertVerificationError:
    error = ssl.SSLCertVerificationError(1, "certificate verify failed")
    error.verify_code = code
    error.verify_message = "because"
    return error


@pytest.mark.parametrize(
    ("code", "loss"),
    [
        (9, Loss.NOT_YET_VALID),
        (10, Loss.EXPIRED),
        (18, Loss.UNKNOWN_ISSUER),
        (19, Loss.UNKNOWN_ISSUER),
        (20, Loss.UNKNOWN_ISSUER),
        (21, Loss.UNKNOWN_ISSUER),
        (62, Loss.WRONG_NAME),
        (64, Loss.WRONG_NAME),
        (23, Loss.TLS),
    ],
)
def test_a_certificate_is_classified_by_its_verify_code(code: int, loss: Loss) -> None:
    assert classify(unverified(code)) == Lost(loss, 0, "because")


@pytest.mark.parametrize(
    ("number", "before", "after"),
    [
        (errno.ECONNREFUSED, Loss.REFUSED, Loss.REFUSED),
        (errno.ENETUNREACH, Loss.NO_ROUTE, Loss.NO_ROUTE),
        (errno.EHOSTUNREACH, Loss.NO_ROUTE, Loss.NO_ROUTE),
        (errno.ETIMEDOUT, Loss.NO_ANSWER, Loss.DEAD),
        (errno.ECONNRESET, Loss.RESET, Loss.RESET),
        (errno.EPIPE, Loss.RESET, Loss.RESET),
        (errno.EIO, Loss.RESET, Loss.RESET),
    ],
)
def test_an_errno_is_classified_before_and_after_the_upgrade(number: int, before: Loss, after: Loss) -> None:
    error = OSError(number, "words of the system")
    assert classify(error) == Lost(before, 0, errno.errorcode[number])
    assert classify(error, established=True).loss is after


def test_a_timeout_without_errno_is_no_answer() -> None:
    assert classify(TimeoutError("timed out")) == Lost(Loss.NO_ANSWER, 0, "ETIMEDOUT")


def test_a_failed_look_up_is_no_name() -> None:
    lost = classify(socket.gaierror(socket.EAI_NONAME, "Name or service not known"))
    assert lost == Lost(Loss.NO_NAME, 0, "Name or service not known")


def test_tls_troubles() -> None:
    assert classify(ssl.SSLError(1, "x")).loss is Loss.TLS
    assert classify(ssl.SSLEOFError(8, "x")).loss is Loss.RESET
    assert classify(ssl.SSLZeroReturnError(6, "x"), established=True).loss is Loss.RESET


def test_exceptions_of_websocket_client() -> None:
    assert classify(websocket.WebSocketBadStatusException("words", 429)) == Lost(Loss.HTTP, 429)
    assert classify(websocket.WebSocketTimeoutException()).loss is Loss.NO_ANSWER
    assert classify(websocket.WebSocketTimeoutException(), established=True).loss is Loss.DEAD
    assert classify(websocket.WebSocketConnectionClosedException()).loss is Loss.RESET
    assert classify(websocket.WebSocketProtocolException("rsv")) == Lost(Loss.NONSENSE, 0, "rsv")
    assert classify(NonsenseError("a masked frame")) == Lost(Loss.NONSENSE, 0, "a masked frame")


def test_a_bug_of_ours_is_no_loss() -> None:
    with pytest.raises(KeyError):
        classify(KeyError("x"))


def test_a_detail_is_one_short_line_without_the_secret() -> None:
    text = plain("bad key sk-123\r\n\x00and more\n" + "x" * 3000, secret="sk-123")
    assert text.startswith("bad key …")
    assert "sk-123" not in text
    assert "\n" not in text
    assert "\x00" not in text
    assert len(text) <= 1024
