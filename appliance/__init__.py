"""Dragoman: the firmware of a box that interprets speech as it is spoken.

Read ``core/`` first: it decides. ``event_loop.py`` obeys, ``workers/`` block, ``adapters/`` touch devices.
Imports go down the floors only (``tests/test_floors.py``).
"""

__version__ = "0.1.0"
