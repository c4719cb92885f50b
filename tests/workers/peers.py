"""Far ends on loopback for the tests of the socket side: an authority, scripted peers, a clock.

Responsible for: peers that do exactly what one test needs. Must not: assert anything about the code under test.
"""

import base64
import contextlib
import datetime
import hashlib
import socket
import ssl
import struct
import threading
import time
from collections.abc import Callable, Iterator
from ipaddress import ip_address
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

NOW = datetime.datetime.now(datetime.UTC)
DAY = datetime.timedelta(days=1)
WAIT_S = 5.0


def clock() -> int:
    """Real milliseconds."""
    return int(time.monotonic() * 1000)


class Authority:
    """A throw-away certificate authority; ``ca_file`` is its root."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, f"test root {id(self)}")])
        root = (
            self._builder(self._name, self._key, NOW - 3 * DAY, NOW + 3 * DAY)
            .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
            .add_extension(_usage(sign=True), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        self.ca_file = folder / f"root-{id(self)}.pem"
        self.ca_file.write_bytes(root.public_bytes(serialization.Encoding.PEM))

    def _builder(
        self, subject: x509.Name, key: ec.EllipticCurvePrivateKey, begin: datetime.datetime, end: datetime.datetime
    ) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(self._name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(begin)
            .not_valid_after(end)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
        )

    def server(
        self, *names: str, begin: datetime.datetime = NOW - DAY, end: datetime.datetime = NOW + DAY
    ) -> ssl.SSLContext:
        """A server's context with a certificate for ``names``."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, names[0])])
        alternatives = [x509.IPAddress(ip_address(n)) if n[0].isdigit() else x509.DNSName(n) for n in names]
        certificate = (
            self._builder(subject, key, begin, end)
            .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(sign=False), critical=True)
            .sign(self._key, hashes.SHA256())
        )
        pem = self._folder / f"{certificate.serial_number}.pem"
        pem.write_bytes(
            certificate.public_bytes(serialization.Encoding.PEM)
            + key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(pem)
        return context


def _usage(*, sign: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not sign,
        key_cert_sign=sign,
        crl_sign=sign,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


Script = Callable[[socket.socket], object]


@contextlib.contextmanager
def peer(script: Script, context: ssl.SSLContext | None = None, host: str = "127.0.0.1") -> Iterator[int]:
    """Listen on loopback and run ``script`` on every connection, each on its own thread; yields the port."""
    listener = socket.create_server((host, 0))
    stopping = threading.Event()
    threads: list[threading.Thread] = []
    open_sockets: list[socket.socket] = []

    def serve(raw: socket.socket) -> None:
        with contextlib.suppress(OSError):
            raw.settimeout(WAIT_S)
            conn = context.wrap_socket(raw, server_side=True) if context else raw
            open_sockets.append(conn)
            script(conn)
            conn.close()

    def accept() -> None:
        while not stopping.is_set():
            try:
                raw, _ = listener.accept()
            except OSError:
                return
            open_sockets.append(raw)
            thread = threading.Thread(target=serve, args=(raw,), daemon=True)
            threads.append(thread)
            thread.start()

    acceptor = threading.Thread(target=accept, daemon=True)
    acceptor.start()
    try:
        yield listener.getsockname()[1]
    finally:
        stopping.set()
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)
        listener.close()
        for sock in open_sockets:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
        for thread in (acceptor, *threads):
            thread.join(WAIT_S)
        for sock in open_sockets:
            sock.close()


def read_request(conn: socket.socket) -> bytes:
    """The whole head of the upgrade request."""
    head = b""
    while b"\r\n\r\n" not in head:
        piece = conn.recv(4096)
        if not piece:
            raise ConnectionError("the client went away")
        head += piece
    return head


def switch(conn: socket.socket) -> bytes:
    """Answer an upgrade with 101; returns the request."""
    request = read_request(conn)
    key = next(line for line in request.split(b"\r\n") if line.lower().startswith(b"sec-websocket-key:"))
    nonce = key.split(b":", 1)[1].strip()
    accept = base64.b64encode(hashlib.sha1(nonce + b"258EAFA5-E914-47DA-95CA-C5AB0DC85B11").digest())
    conn.sendall(
        b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
        b"Sec-WebSocket-Accept: " + accept + b"\r\n\r\n"
    )
    return request


def frame(payload: bytes, opcode: int = 1, *, fin: bool = True) -> bytes:
    """A server's frame: unmasked."""
    first = bytes([(0x80 if fin else 0) | opcode])
    if len(payload) < 126:
        return first + bytes([len(payload)]) + payload
    if len(payload) < 65_536:
        return first + b"\x7e" + struct.pack("!H", len(payload)) + payload
    return first + b"\x7f" + struct.pack("!Q", len(payload)) + payload


def read_frame(conn: socket.socket) -> tuple[int, bytes]:
    """One masked frame of the client: (opcode, payload)."""
    head = _exactly(conn, 2)
    assert head[1] & 0x80, "a client must mask"
    length = head[1] & 0x7F
    if length == 126:
        length = struct.unpack("!H", _exactly(conn, 2))[0]
    elif length == 127:
        length = struct.unpack("!Q", _exactly(conn, 8))[0]
    mask = _exactly(conn, 4)
    return head[0] & 0x0F, bytes(b ^ mask[i % 4] for i, b in enumerate(_exactly(conn, length)))


def _exactly(conn: socket.socket, size: int) -> bytes:
    data = b""
    while len(data) < size:
        piece = conn.recv(size - len(data))
        if not piece:
            raise ConnectionError("the client went away")
        data += piece
    return data


def reset(conn: socket.socket) -> None:
    """Break the connection with a TCP reset."""
    conn.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    socket.socket.close(conn)
