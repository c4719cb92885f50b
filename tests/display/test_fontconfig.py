"""Only our fonts, before Pango starts."""

import os
import sys
import xml.etree.ElementTree as ET
from pathlib import Path
from types import ModuleType

import pytest

from appliance.display import fontconfig


def test_claim_points_fontconfig_at_our_file(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(sys.modules, "gi.repository.Pango", raising=False)
    monkeypatch.setenv("FONTCONFIG_FILE", "/etc/fonts/fonts.conf")
    fontconfig.claim()
    assert os.environ["FONTCONFIG_FILE"] == str(fontconfig.CONF)


def test_claim_after_pango_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gi.repository.Pango", ModuleType("Pango"))
    monkeypatch.delenv("FONTCONFIG_FILE", raising=False)
    with pytest.raises(RuntimeError, match="before"):
        fontconfig.claim()


def test_claim_twice_is_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gi.repository.Pango", ModuleType("Pango"))
    monkeypatch.setenv("FONTCONFIG_FILE", str(fontconfig.CONF))
    fontconfig.claim()
    assert os.environ["FONTCONFIG_FILE"] == str(fontconfig.CONF)


def test_the_file_accepts_exactly_the_fonts_of_the_table() -> None:
    tree = ET.parse(fontconfig.CONF)
    accepted = {node.text for node in tree.findall("selectfont/acceptfont/glob")}
    files = {file for file, _ in fontconfig.FONT_FILES.values()} | {"dejavu/DejaVuSans-Bold.ttf"}
    wanted = {str(fontconfig.SYSTEM_FONTS / file) for file in files}  # whole paths: see fonts.conf
    assert accepted == wanted
    folders = {str(fontconfig.SYSTEM_FONTS / file.split("/")[0]) for file, _ in fontconfig.FONT_FILES.values()}
    assert folders <= {node.text for node in tree.findall("dir")}


def test_presence_and_advice(tmp_path: Path) -> None:
    assert not fontconfig.is_present("DejaVu Sans", tmp_path)
    (tmp_path / "dejavu").mkdir()
    (tmp_path / "dejavu" / "DejaVuSans.ttf").touch()
    assert fontconfig.is_present("DejaVu Sans", tmp_path)
    assert "apt package fonts-dejavu-core" in fontconfig.lack("DejaVu Sans")
    with pytest.raises(KeyError):
        fontconfig.is_present("Comic Sans", tmp_path)


def test_our_own_typefaces_come_with_the_package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert all(fontconfig.is_present(family, tmp_path) for family in fontconfig.OWN_FILES)
    folder = fontconfig.TYPEFACES
    assert {path.name for path in folder.iterdir()} - set(fontconfig.OWN_FILES.values()) == {
        "README.md",
        "EfontJA-licence.txt",
        "Galmuri11-licence.txt",
    }
    assert "SIL OPEN FONT LICENSE" in (folder / "Galmuri11-licence.txt").read_text("utf-8")
    assert "Redistributions in binary form" in (folder / "EfontJA-licence.txt").read_text("utf-8")
    monkeypatch.setattr(fontconfig, "TYPEFACES", tmp_path)
    assert not fontconfig.is_present("Galmuri11")
    assert "belongs to this package" in fontconfig.lack("Galmuri11")
