"""What drawing costs: CPU from view to pixels, and memory with every script loaded."""

import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from appliance.core.model.views import Sentence
from appliance.display.renderer import Renderer
from tests.display.samples import RUNNING, subtitles

ROOT = Path(__file__).resolve().parents[2]
LATENCY_P95_MS = 20.0
MEMORY_MAX_MB = 50.0

_ALL_SCRIPTS = """
import json, sys
from appliance.core.model.views import Link, Sentence, Status, SubtitlesView
from appliance.display.renderer import Renderer
renderer = Renderer(128, 64, 1)
for code, text in json.load(open(sys.argv[1], encoding="utf-8")).items():
    if not code.startswith("_"):
        for end in range(20, len(text), 20):
            renderer.draw(SubtitlesView(Status("EN", Link.ON_AIR), code, (Sentence(text[:end], text[end : end + 8]),)))
lines = open("/proc/self/status").read().splitlines()
print(next(int(line.split()[1]) / 1024 for line in lines if line.startswith("VmRSS")))
"""


@pytest.mark.timing
def test_from_view_to_pixels() -> None:
    """A sentence that grows by a few letters, in every language: CPU of each new picture, fonts warm."""
    renderer = Renderer(128, 64, 1)
    spent_ms = []
    for language, text in RUNNING.items():
        renderer.warm([language])
        for end in range(10, len(text), 10):
            view = replace(subtitles(language), sentences=(Sentence(text[:end], text[end : end + 8]),))
            begun = time.process_time()
            renderer.draw(view)
            spent_ms.append((time.process_time() - begun) * 1000)
    p95_ms = sorted(spent_ms)[int(0.95 * len(spent_ms))]
    assert p95_ms <= LATENCY_P95_MS, f"{p95_ms:.2f} ms over {len(spent_ms)} pictures"


def test_memory_with_all_scripts_loaded() -> None:
    """The whole process that does nothing but draw all sixty languages, interpreter included."""
    data = Path(__file__).with_name("data") / "running.json"
    done = subprocess.run(
        [sys.executable, "-c", _ALL_SCRIPTS, str(data)], capture_output=True, text=True, timeout=60, cwd=ROOT
    )
    assert done.returncode == 0, done.stderr
    assert 15 < float(done.stdout) <= MEMORY_MAX_MB
