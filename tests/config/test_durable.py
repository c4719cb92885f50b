"""A power cut leaves the old file or the new one."""

import os
import stat
from pathlib import Path

import pytest

from appliance.config.durable import write_durably


def test_it_replaces_and_leaves_nothing_beside(tmp_path: Path) -> None:
    file = tmp_path / "f"
    file.write_bytes(b"old")
    (tmp_path / ".f.new").write_bytes(b"left by a power cut, and longer than what comes")
    write_durably(file, b"new")
    assert file.read_bytes() == b"new"
    assert [each.name for each in tmp_path.iterdir()] == ["f"]
    assert stat.S_IMODE(file.stat().st_mode) == 0o600


def test_the_order_is_file_rename_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is on the card before the rename must be the whole file, and the rename itself must reach the card."""
    file = tmp_path / "f"
    steps: list[str] = []
    fsync = os.fsync

    def noted(descriptor: int) -> None:
        kind = "folder" if stat.S_ISDIR(os.fstat(descriptor).st_mode) else "file"
        steps.append(f"{kind} {'after' if file.exists() else 'before'} the rename")
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", noted)
    write_durably(file, b"new")
    assert steps == ["file before the rename", "folder after the rename"]


def test_the_old_file_stands_where_the_write_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "f"
    file.write_bytes(b"old")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        write_durably(file, b"new")
    assert file.read_bytes() == b"old"
