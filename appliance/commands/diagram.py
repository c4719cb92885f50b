"""``dragoman diagram``: the state diagram, generated from ``MOVES``.

Responsible for: Mermaid text that the README holds word for word. Must not: know a move that the table does not.
"""

import argparse

from appliance.core.modes import MOVES, WORKING, Mode


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """None."""


def run(_args: argparse.Namespace) -> int:
    """Print it."""
    print(diagram())
    return 0


def diagram() -> str:
    """The modes that interpret stand in one box: between them every move is legal, for a key may turn the direction."""
    lines = ["stateDiagram-v2", "    [*] --> starting"]
    inner = [(a, b) for a in Mode for b in Mode if a in WORKING and b in WORKING and b in MOVES[a]]
    lines.append("    state working {")
    lines += [f"        {a} --> {b}" for a, b in inner]
    lines.append("    }")
    for mode in Mode:
        for other in Mode:
            if other in MOVES[mode] and (mode, other) not in inner:
                lines.append(f"    {mode} --> {other}")
    lines.append("    stopping --> [*]")
    return "\n".join(lines)
