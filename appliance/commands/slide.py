"""The privacy slide, for a command that might open what listens.

Responsible for: reading it once, before anything is opened.
Must not: take "unreadable" for "live": it fails closed.
"""

from appliance.adapters import factory
from appliance.clock import RealClock
from appliance.config.settings import Settings
from appliance.errors import DeviceError


def read_slide(settings: Settings, clock: RealClock) -> tuple[bool, str]:
    """Whether the box is private, and the words for it."""
    try:
        keys = factory.keys(settings, clock)
        try:
            private = keys.privacy()
        finally:
            keys.close()
    except DeviceError as error:
        return True, f"the slide cannot be read, so nothing that listens is opened: {error.detail}"
    return private, "private, or the slide cannot be read: nothing that listens is opened" if private else "live"
