"""Settings of the property tests here: no deadline for one example, since the machine may be busy with other things."""

from hypothesis import settings

settings.register_profile("protocol", deadline=None)
settings.load_profile("protocol")
