"""Turns whatever ended a line into a value: which ``Loss``, which status, and a short detail.

Responsible for: the classification of exceptions of the socket, of TLS, of the name look-up and of websocket-client.
Must not: decide which fault follows (``core`` does), log, or put anything into a detail but the shape of the trouble.

A detail is for the recorder and the log: one line, at most 1 KB, never a key and never spoken words.
"""

import errno
import socket
import ssl
from dataclasses import dataclass

import websocket

from appliance.core.model.events import Loss
from appliance.errors import NonsenseError

DETAIL_CHARACTERS = 1024


@dataclass(frozen=True, slots=True)
class Lost:
    """Why a line, or an attempt at one, ended. ``status``: HTTP status or close code, 0 where there is neither."""

    loss: Loss
    status: int = 0
    detail: str = ""


# X509_V_ERR_* of OpenSSL's x509_vfy.h. A chain that ends in a stranger has many numbers, and one advice for a person.
_VERIFY_CODES = {
    2: Loss.UNKNOWN_ISSUER,  # unable to get issuer certificate
    9: Loss.NOT_YET_VALID,
    10: Loss.EXPIRED,
    18: Loss.UNKNOWN_ISSUER,  # self-signed
    19: Loss.UNKNOWN_ISSUER,  # self-signed somewhere in the chain
    20: Loss.UNKNOWN_ISSUER,  # unable to get local issuer certificate
    21: Loss.UNKNOWN_ISSUER,  # unable to verify the first certificate
    24: Loss.UNKNOWN_ISSUER,  # the issuer is no authority
    27: Loss.UNKNOWN_ISSUER,  # untrusted
    62: Loss.WRONG_NAME,
    64: Loss.WRONG_NAME,  # address mismatch, where the service is named by its address
}

VERIFICATION_LOSSES = frozenset({Loss.UNKNOWN_ISSUER, Loss.WRONG_NAME, Loss.NOT_YET_VALID, Loss.EXPIRED})

_ERRNOS = {
    errno.ECONNREFUSED: Loss.REFUSED,
    errno.ENETUNREACH: Loss.NO_ROUTE,
    errno.EHOSTUNREACH: Loss.NO_ROUTE,
    errno.ENETDOWN: Loss.NO_ROUTE,
    errno.EHOSTDOWN: Loss.NO_ROUTE,
    errno.EADDRNOTAVAIL: Loss.NO_ROUTE,  # no address of that family on this machine
    errno.EAFNOSUPPORT: Loss.NO_ROUTE,
    errno.ETIMEDOUT: Loss.NO_ANSWER,
    errno.ECONNRESET: Loss.RESET,
    errno.ECONNABORTED: Loss.RESET,
    errno.EPIPE: Loss.RESET,
}


def plain(text: str, secret: str = "") -> str:
    """``text`` on one line of at most 1,024 printable characters, with ``secret`` blotted out."""
    if secret:
        text = text.replace(secret, "…")
    return "".join(c if c.isprintable() else " " for c in text)[:DETAIL_CHARACTERS].strip()


def classify(error: Exception, *, established: bool = False) -> Lost:
    """What ``error`` means. ``established``: the upgrade had been accepted, so silence means a dead peer.

    Raises the error again if it is none of the world's: our own bugs must crash.
    """
    match error:
        case ssl.SSLCertVerificationError():
            return Lost(_VERIFY_CODES.get(error.verify_code, Loss.TLS), 0, plain(error.verify_message))
        case ssl.SSLEOFError() | ssl.SSLZeroReturnError():
            return Lost(Loss.RESET, 0, "the link ended inside TLS")
        case ssl.SSLError():
            return Lost(Loss.TLS, 0, plain(getattr(error, "reason", None) or type(error).__name__))
        case socket.gaierror():
            return Lost(Loss.NO_NAME, 0, plain(error.strerror or "the look-up failed"))
        case OSError():
            return _classify_errno(error, established)
        case websocket.WebSocketBadStatusException():
            return Lost(Loss.HTTP, error.status_code)
        case websocket.WebSocketTimeoutException():
            return Lost(Loss.DEAD if established else Loss.NO_ANSWER, 0, "timed out")
        case websocket.WebSocketConnectionClosedException():
            return Lost(Loss.RESET, 0, "ended without a close frame")
        case websocket.WebSocketException() | NonsenseError():
            return Lost(Loss.NONSENSE, 0, plain(str(error)))
    raise error


def _classify_errno(error: OSError, established: bool) -> Lost:
    number = errno.ETIMEDOUT if error.errno is None and isinstance(error, TimeoutError) else error.errno
    loss = _ERRNOS.get(number or 0, Loss.RESET)
    if loss is Loss.NO_ANSWER and established:
        loss = Loss.DEAD  # TCP_USER_TIMEOUT: sent bytes were never acknowledged
    return Lost(loss, 0, errno.errorcode.get(number or 0, type(error).__name__))
