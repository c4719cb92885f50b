"""Tests of the package, the units and the card, in Debian 13 roots (``debian_root.py``)."""
