"""The far end as a process: its command, TLS WebSocket, certificates and wire log."""
