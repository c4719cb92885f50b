"""Settings: strict TOML in, frozen dataclasses out.

Responsible for: reading, checking, showing and remembering what the operator wrote, and the map of the pins.
Must not: import anything above ``protocol``, open a device or a connection, or show a secret.
"""
