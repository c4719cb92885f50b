"""The throw-away authority: reused, private, for the right names, and the two that must be refused."""

import ssl
import stat
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509

from appliance.emulator.server.certificates import Authority, Validity
from appliance.errors import SettingsError

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def test_names_and_modes(tmp_path: Path) -> None:
    chain = Authority(tmp_path / "deep" / "er", NOW).chain("emulator.test")
    names = x509.load_pem_x509_certificate(chain.certificate.read_bytes()).extensions.get_extension_for_class(
        x509.SubjectAlternativeName
    ).value  # fmt: skip
    assert set(names.get_values_for_type(x509.DNSName)) == {"emulator.test", "localhost"}
    assert {str(each) for each in names.get_values_for_type(x509.IPAddress)} == {"127.0.0.1", "::1"}
    for key in chain.key.parent.glob("*.key"):
        assert stat.S_IMODE(key.stat().st_mode) == 0o600
    assert chain.authority.name == "ca.pem"
    ssl.create_default_context(cafile=str(chain.authority))


def test_it_is_used_again_until_it_ends(tmp_path: Path) -> None:
    first = Authority(tmp_path, NOW).chain()
    before = first.authority.read_bytes(), first.certificate.read_bytes()
    again = Authority(tmp_path, NOW + timedelta(days=100)).chain()
    assert (again.authority.read_bytes(), again.certificate.read_bytes()) == before
    late = Authority(tmp_path, NOW + timedelta(days=362)).chain()
    assert late.authority.read_bytes() == before[0]
    assert late.certificate.read_bytes() != before[1]
    other = Authority(tmp_path, NOW + timedelta(days=362)).chain("10.1.2.3")
    assert x509.load_pem_x509_certificate(other.certificate.read_bytes()).extensions


def test_bad_validity(tmp_path: Path) -> None:
    authority = Authority(tmp_path, NOW)
    past, future = (
        x509.load_pem_x509_certificate(authority.chain("", validity).certificate.read_bytes())
        for validity in (Validity.EXPIRED, Validity.NOT_YET)
    )
    assert past.not_valid_after_utc < NOW < future.not_valid_before_utc
    again = authority.chain("", Validity.EXPIRED).certificate.read_bytes()
    assert x509.load_pem_x509_certificate(again).serial_number == past.serial_number


def test_a_foreign_or_broken_certificate_is_made_anew(tmp_path: Path) -> None:
    mine = Authority(tmp_path / "a", NOW).chain()
    foreign = Authority(tmp_path / "b", NOW).chain().certificate.read_bytes()
    for wrong in (foreign, b"nonsense"):
        mine.certificate.write_bytes(wrong)
        Authority(tmp_path / "a", NOW).chain()
        assert mine.certificate.read_bytes() != wrong


def test_a_folder_that_cannot_be_used(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(SettingsError, match="--cert-dir"):
        Authority(tmp_path / "file", NOW)
    (tmp_path / "ca.pem").write_text("nonsense")
    (tmp_path / "ca.key").write_text("nonsense")
    with pytest.raises(SettingsError, match="cannot be read"):
        Authority(tmp_path, NOW)
