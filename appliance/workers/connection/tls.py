"""Whom a line believes: the system's anchors and, if set, one more.

Responsible for: the one ``ssl.SSLContext`` of the process.
Must not: offer any way to switch verification off.
"""

import ssl

from appliance.errors import Problem, SettingsError


def context(ca_file: str = "") -> ssl.SSLContext:
    """TLS 1.2 or newer, certificates and names always verified; ``ca_file`` (PEM) is trusted besides the system's.

    Costs some 20 ms of CPU (the system's anchors are parsed): make it once and share it between lines.
    Raises ``SettingsError`` at ``service.ca_file`` if that file cannot be used.
    """
    made = ssl.create_default_context()
    made.minimum_version = ssl.TLSVersion.TLSv1_2
    if ca_file:
        try:
            made.load_verify_locations(cafile=ca_file)
        except ssl.SSLError:
            raise _unusable(ca_file, "holds no certificate; it must be PEM text") from None
        except OSError as error:
            raise _unusable(ca_file, f"cannot be read ({error.strerror})") from None
    return made


def _unusable(ca_file: str, why: str) -> SettingsError:
    return SettingsError((Problem("service.ca_file", f"{ca_file} {why}; name another file, or leave it empty"),))
