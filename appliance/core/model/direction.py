"""A direction of interpreting.

Responsible for: the pair and its spelling. Must not: know which languages exist (``protocol/languages.py``).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Direction:
    """From which language into which. An empty source lets the service detect it."""

    source: str
    target: str

    def __str__(self) -> str:
        return f"{self.source or 'auto'}>{self.target}"
