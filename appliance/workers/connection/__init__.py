"""One thread for each connection: resolve, connect, handshake, exchange frames, keep alive, end."""
