"""``dragoman diagram``: the state diagram, generated from ``MOVES``.

Responsible for: Mermaid text that the README holds word for word. Must not: know a move that the table does not.
"""

import argparse

from appliance.core.model.modes import LIFE, MOVES, WORKING, Mode


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """None."""


def run(_args: argparse.Namespace) -> int:
    """Print it."""
    print(diagram())
    return 0


def diagram() -> str:
    """The life of one direction in a box of its own, and the moves into and out of that box."""
    lines = ["stateDiagram-v2", "    [*] --> starting", "    state interpreting {"]
    lines += [f"        {mode} --> {other}" for mode in Mode if mode in LIFE for other in Mode if other in LIFE[mode]]
    lines += [
        "    }",
        "    note right of interpreting : a key turns the direction, and the mode is that of the active one",
    ]
    for mode in Mode:
        if mode not in WORKING:
            lines += [f"    {mode} --> {place}" for place in _targets(mode)]
    for place in (Mode.FAULT, Mode.STOPPING):
        assert all(place in MOVES[mode] for mode in WORKING)
        lines.append(f"    interpreting --> {place}")
    return "\n".join([*lines, "    stopping --> [*]"])


def _targets(mode: Mode) -> list[str]:
    """Where a mode outside the box leads; many modes inside are drawn as the box."""
    inside = [other for other in Mode if other in MOVES[mode] and other in WORKING]
    outside = [str(other) for other in Mode if other in MOVES[mode] and other not in WORKING]
    return ([str(inside[0])] if len(inside) == 1 else ["interpreting"] if inside else []) + outside
