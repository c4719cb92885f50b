"""The self-test as the box's own child: an order on standard input, a row of JSON for each finding.

Responsible for: the same checks as ``dragoman selftest``, told to a program.
Must not: read the privacy slide (its pin is the box's), or be a command: nobody else may say that the box is live.
"""

import json
import logging
import os
import sys
from pathlib import Path

from appliance.adapters import captures
from appliance.config.here import HereOptions, read_here
from appliance.config.reading import paths_from, read
from appliance.selftest.checks import tracks


def main() -> None:
    """Ends with the last row, or when it is killed."""
    logging.basicConfig(level=logging.ERROR, format="%(message)s", stream=sys.stderr)
    order = json.loads(sys.stdin.readline())
    config = Path(order["config"]) if order["config"] else None
    asked = order.get("here")
    loaded = (
        read(config, os.environ, paths_from(os.environ))
        if asked is None
        else read_here(config, os.environ, HereOptions(**asked))
    )
    _tell("settings", "X1" if loaded.problems else "", told=False)
    for track in tracks(loaded, order["private"] is not False, os.environ, is_box=True):
        for finding in track.findings():
            _tell(finding.what, str(finding.code or ""), told=finding.told)
    print(captures.in_words(), file=sys.stderr, flush=True)  # the box's own count does not hold its child's


def _tell(what: str, code: str, *, told: bool) -> None:
    print(json.dumps([what, code, told]), flush=True)


if __name__ == "__main__":
    main()
