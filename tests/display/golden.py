"""Golden pictures: which views, under which versions, and how they are made anew on purpose.

Responsible for: the list, the key, and ``python -m tests.display.golden --write``.
Must not: judge (``test_golden.py``).

The same font at the same size has other pixels under another FreeType, so pictures are kept under a key of versions;
where there are none for the versions at hand, the test says so and is skipped.
"""

import ctypes
import hashlib
import sys
from dataclasses import replace
from pathlib import Path

from appliance.core.model.views import (
    BlankView,
    CountdownView,
    FaultView,
    Link,
    NoticeView,
    Sentence,
    Sign,
    View,
    VolumeView,
)
from appliance.display import fontconfig
from appliance.display.export import to_png
from appliance.display.renderer import Renderer
from appliance.display.typeset import Typesetter
from appliance.errors import ADVICE, FaultCode
from appliance.ports import Frame
from tests.display.samples import MIXED, RUNNING, SAMPLES, SHAPED, status, subtitles
from tests.display.screens import cost, idle, menu, selftest, sign

FOLDER = Path(__file__).with_name("golden_pictures")

VIEWS: dict[str, View] = {
    "blank": BlankView(),
    **{f"subtitles-{code}": subtitles(code, SAMPLES[code]) for code in SAMPLES},
    **{f"mixed-{code}": subtitles(code, text) for code, text in MIXED.items()},
    **{f"running-{code}": subtitles(code, text) for code, text in RUNNING.items()},
    **{f"shaped-{code}": subtitles(code, text) for code, text in SHAPED.items()},
    **{f"screen-idle-{code}": idle(code) for code in ("en", "ar", "kn")},
    "screen-menu": menu("kn"),
    "screen-preflight": selftest("en", 0),
    "screen-cost": cost("ar"),
    "screen-kept": sign("kept", Sign.NOTHING, "online", "ja"),
    "screen-unplug": sign("unplug", Sign.UNPLUG, "", "en"),
    "screen-volume": VolumeView(status(), 60),
    "screen-muted": VolumeView(status(muted=True), 60, True, "Sound off"),
    "screen-countdown": CountdownView(status(), 12, "Press any key to stay"),
    "screen-behind": replace(subtitles("en", RUNNING["en"][:300]), unread=200),
    "screen-captions": replace(subtitles("en", RUNNING["en"], letters="large"), back=2),
    "tail": replace(subtitles("fr"), sentences=(Sentence("Bonjour, vous avez"), Sentence("Oui", ", au nom de"))),
    "late": replace(subtitles("es"), sentences=(Sentence("Bien."), Sentence("A las siete.", late=True))),
    "source": replace(subtitles("ru", SAMPLES["ru"]), source=SAMPLES["en"], source_language="en"),
    "large": subtitles("hi", SAMPLES["hi"], letters="large"),
    "huge-flip": subtitles("ja", SAMPLES["ja"], letters="huge", flip=True),
    "lost": replace(subtitles("de", "Guten Tag"), status=status(link=Link.LOST)),
    "private": replace(subtitles("de", "Guten Tag"), status=status(private=True, volume=60)),
    "wait": replace(subtitles("de", "Guten Tag"), status=status(wait=True, camera=True, level=5)),
    "notice": NoticeView(status(), "Please repeat", "The last words were lost."),
    **{
        f"fault-{code}": FaultView(status(), code.value, ADVICE[code].says, ADVICE[code].do)
        for code in (FaultCode.N1, FaultCode.N2, FaultCode.S4)
    },
}


def versions() -> str:
    """Everything that decides a pixel, in words: Pango, cairo, FreeType, HarfBuzz and the font files."""
    harfbuzz = ctypes.CDLL("libharfbuzz.so.0")
    harfbuzz.hb_version_string.restype = ctypes.c_char_p
    freetype = ctypes.CDLL("libfreetype.so.6")
    library = ctypes.c_void_p()
    freetype.FT_Init_FreeType(ctypes.byref(library))
    parts = [ctypes.c_int(), ctypes.c_int(), ctypes.c_int()]
    freetype.FT_Library_Version(library, *(ctypes.byref(part) for part in parts))
    freetype.FT_Done_FreeType(library)
    fonts = hashlib.sha256()
    for family, (file, _) in sorted(fontconfig.FONT_FILES.items()):
        if fontconfig.is_present(family):
            fonts.update((fontconfig.SYSTEM_FONTS / file).read_bytes())
    for _, file in sorted(fontconfig.OWN_FILES.items()):
        fonts.update((fontconfig.TYPEFACES / file).read_bytes())
    return (
        f"{Typesetter().versions()} freetype {'.'.join(str(part.value) for part in parts)} "
        f"harfbuzz {harfbuzz.hb_version_string().decode()} fonts {fonts.hexdigest()[:12]}"
    )


def key(names: str) -> str:
    """The folder of ``versions()``."""
    return hashlib.sha256(names.encode()).hexdigest()[:12]


def draw(view: View) -> Frame:
    """By a renderer that has seen nothing before."""
    return Renderer(128, 64, 1).draw(view)


def write() -> Path:
    """Make all pictures for the versions at hand."""
    names = versions()
    folder = FOLDER / key(names)
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.glob("*.png"):
        old.unlink()
    (folder / "versions.txt").write_text(names + "\n", encoding="utf-8")
    for name, view in VIEWS.items():
        (folder / f"{name}.png").write_bytes(to_png(draw(view)))
    return folder


if __name__ == "__main__":
    if sys.argv[1:] != ["--write"]:
        sys.exit("usage: python -m tests.display.golden --write   (look at the pictures before you commit them)")
    print(f"wrote {len(VIEWS)} pictures to {write()}")
