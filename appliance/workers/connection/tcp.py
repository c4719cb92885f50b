"""What we ask of TCP, and what it tells us about acknowledgement.

Responsible for: socket options, and the kernel's counts of bytes sent and acknowledged.
Must not: know WebSocket or TLS. Linux only (``tcp(7)``, ``struct tcp_info`` of ``linux/tcp.h``).
"""

import fcntl
import socket
import struct
import termios

USER_TIMEOUT_MS = 6_000  # backstop of the dead-peer rule
UNSENT_BYTES = 22_000  # 0.5 s of audio: 16 kHz × 2 bytes × 4/3 (base64) and the messages around it

_BYTES_ACKED_OFFSET = 120  # tcpi_bytes_acked, since Linux 4.1
_INFO_BYTES = _BYTES_ACKED_OFFSET + 8


def prepare(sock: socket.socket) -> None:
    """Set the options of a line: no Nagle, no keepalive, a bound on unacknowledged time and on unsent bytes."""
    sock.setblocking(False)
    sock.setsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE, 0)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, USER_TIMEOUT_MS)
    sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT, UNSENT_BYTES)


def acked_bytes(sock: socket.socket) -> int:
    """How many bytes the peer's TCP has acknowledged since the connection began (its SYN counts as one)."""
    info = sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, _INFO_BYTES)
    return int(struct.unpack_from("=Q", info, _BYTES_ACKED_OFFSET)[0])


def queued_bytes(sock: socket.socket) -> int:
    """How many bytes stand in the send queue: sent and unacknowledged, or not sent yet (``SIOCOUTQ``)."""
    return int(struct.unpack("=i", fcntl.ioctl(sock.fileno(), termios.TIOCOUTQ, bytes(4)))[0])


def written_bytes(sock: socket.socket) -> int:
    """How many bytes were handed to TCP so far, on the scale of ``acked_bytes``."""
    queued = queued_bytes(sock)  # first: what is acknowledged in between then counts twice, which errs towards life
    return acked_bytes(sock) + queued
