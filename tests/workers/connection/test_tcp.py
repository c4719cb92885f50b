import select
import socket

from appliance.workers.connection import tcp


def test_the_options_of_a_line() -> None:
    with socket.socket() as sock:
        tcp.prepare(sock)
        assert not sock.getblocking()
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT) == 6_000
        assert sock.getsockopt(socket.IPPROTO_TCP, socket.TCP_NOTSENT_LOWAT) == 22_000
        assert not sock.getsockopt(socket.SOL_SOCKET, socket.SO_KEEPALIVE)


def test_the_kernel_counts_what_was_written_and_acknowledged() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_connection(listener.getsockname()) as near:
        far, _ = listener.accept()
        with far:
            before = tcp.written_bytes(near)
            near.sendall(b"x" * 5_000)
            assert tcp.written_bytes(near) == before + 5_000
            while len(far.recv(5_000, socket.MSG_PEEK)) < 5_000:
                continue
            far.sendall(b"y")  # carries the acknowledgement
            select.select([near], [], [], 5)
            assert tcp.acked_bytes(near) == before + 5_000
            assert tcp.queued_bytes(near) == 0


def test_little_waits_unsent_behind_a_peer_that_does_not_read() -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener, socket.create_connection(listener.getsockname()) as near:
        far, _ = listener.accept()
        with far:
            tcp.prepare(near)
            poll = select.poll()
            poll.register(near, select.POLLOUT)
            written = 0
            while poll.poll(0):
                written += near.send(b"x" * 1_800)
            info = near.getsockopt(socket.IPPROTO_TCP, socket.TCP_INFO, 256)
            unsent = int.from_bytes(info[144:148], "little")  # tcpi_notsent_bytes
            assert written > 0
            assert unsent <= 22_000 + 1_800
