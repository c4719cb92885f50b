"""Clock, storage, letters, and what was kept."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from appliance.display import fonts
from appliance.errors import FaultCode
from appliance.selftest import host_checks
from appliance.workers.storage.runtime_store import Kept

MADE = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_a_clock_before_this_version_is_n4() -> None:
    finding = host_checks.clock(datetime(1970, 1, 1, 0, 3, tzinfo=UTC), MADE)
    assert finding.code is FaultCode.N4
    assert finding.words == "it says 1970-01-01 00:03 UTC, and this version is of 2026-03-01"


def test_a_clock_after_it_passes() -> None:
    assert host_checks.clock(MADE + timedelta(days=900), MADE).passed


def test_this_version_was_made_before_now() -> None:
    assert datetime(2020, 1, 1, tzinfo=UTC) < host_checks.made_at() <= datetime.now(UTC)


def test_storage_that_can_be_written_passes_and_is_left_as_it_was(tmp_path: Path) -> None:
    finding = host_checks.storage({"STATE_DIRECTORY": f"{tmp_path}:/elsewhere"})
    assert finding.passed
    assert list(tmp_path.iterdir()) == []


def test_storage_that_cannot_be_written_is_w1(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    finding = host_checks.storage({"STATE_DIRECTORY": str(tmp_path / "file")})
    assert finding.code is FaultCode.W1
    assert "Not a directory" in finding.words


def test_without_a_state_folder_nothing_fails() -> None:
    assert host_checks.storage({}).told


def test_missing_letters_name_their_package(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(host_checks, "missing_fonts", lambda: fonts.missing_fonts(tmp_path))
    finding = host_checks.fonts()
    assert finding.told
    assert "fonts-dejavu-core" in finding.words


def test_all_letters_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(host_checks, "missing_fonts", dict)
    assert host_checks.fonts().passed


def test_what_was_kept_is_told() -> None:
    kept = Kept(dials=(-70_000, -59_000, 500), owes=True)
    finding = host_checks.kept({"RUNTIME_DIRECTORY": "/run/dragoman"}, kept, 600)
    assert finding.words == "2 dials in the last minute; speech was unanswered: the next process asks to repeat"
    assert host_checks.kept({"RUNTIME_DIRECTORY": "/run/dragoman"}, Kept(), 0).words.endswith("nothing is owed")
    assert "nothing is kept" in host_checks.kept({}, Kept(), 0).words
