"""A throw-away authority for the emulated service, so that clients can verify it as they verify the real one.

Responsible for: making or reusing a root and a server certificate in a folder, and the two that must be refused.
Must not: be used for anything but a test on this machine. Private keys are readable by their owner alone.
"""

import os
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING

from appliance.errors import Problem, SettingsError

if TYPE_CHECKING:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePrivateKey

LOOPBACK_NAMES = ("localhost", "127.0.0.1", "::1")
_EVERYWHERE = ("0.0.0.0", "::")  # noqa: S104 - addresses to listen at, which are nobody's name
_ROOT_DAYS = 3_650
_SERVER_DAYS = 365
_RENEW_DAYS = 7  # a certificate that ends sooner is made anew


class Validity(StrEnum):
    """When the server's certificate is valid."""

    NOW = "now"
    EXPIRED = "expired"
    NOT_YET = "not-yet"


@dataclass(frozen=True, slots=True)
class Chain:
    """Paths of PEM files. ``certificate`` and ``key`` are the server's, ``authority`` the root that clients trust."""

    authority: Path
    certificate: Path
    key: Path


class Authority:
    """A root in a folder, made where it is missing, used again where it is there."""

    def __init__(self, folder: Path, now: datetime) -> None:
        """Fails with ``SettingsError`` where the folder cannot be used. ``now`` with a time zone."""
        self._folder = folder
        self._now = now.astimezone(UTC).replace(microsecond=0)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            self._certificate, self._key = self._root()
        except (OSError, ValueError) as error:
            why = (error.strerror if isinstance(error, OSError) else None) or "holds an authority that cannot be read"
            raise SettingsError((Problem(str(folder), f"{why}; name another --cert-dir, or empty it"),)) from None

    def chain(self, host: str = "", validity: Validity = Validity.NOW) -> Chain:
        """A server certificate for ``host`` and this machine's own names, made or reused."""
        names = tuple(dict.fromkeys(name for name in (host, *LOOPBACK_NAMES) if name and name not in _EVERYWHERE))
        stem = "server" if validity is Validity.NOW else f"server-{validity.value}"
        chain = Chain(self._folder / "ca.pem", self._folder / f"{stem}.pem", self._folder / f"{stem}.key")
        if not self._usable(chain, names, validity):
            self._issue(chain, names, validity)
        return chain

    def _root(self) -> "tuple[x509.Certificate, EllipticCurvePrivateKey]":
        from cryptography import x509
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import ec

        at, key_at = self._folder / "ca.pem", self._folder / "ca.key"
        if at.exists() and key_at.exists():
            certificate = x509.load_pem_x509_certificate(at.read_bytes())
            key = serialization.load_pem_private_key(key_at.read_bytes(), password=None)
            if not isinstance(key, ec.EllipticCurvePrivateKey) or key.public_key() != certificate.public_key():
                raise ValueError("the key is not the root's")
            if certificate.not_valid_after_utc - self._now > timedelta(days=_RENEW_DAYS):
                return certificate, key
        key = ec.generate_private_key(ec.SECP256R1())
        name = _name("Dragoman emulator, throw-away authority")
        certificate = (
            _builder(name, name, key, self._now - timedelta(days=1), self._now + timedelta(days=_ROOT_DAYS))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(_usage(signs_certificates=True), critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .sign(key, _sha256())
        )
        _write_key(key_at, key)
        _write(at, certificate.public_bytes(serialization.Encoding.PEM), 0o644)
        return certificate, key

    def _issue(self, chain: Chain, names: Iterable[str], validity: Validity) -> None:
        from cryptography import x509
        from cryptography.hazmat.primitives import serialization
        from cryptography.hazmat.primitives.asymmetric import ec

        key = ec.generate_private_key(ec.SECP256R1())
        day = timedelta(days=1)
        begin, end = {
            Validity.NOW: (self._now - day, self._now + _SERVER_DAYS * day),
            Validity.EXPIRED: (self._now - 30 * day, self._now - day),
            Validity.NOT_YET: (self._now + day, self._now + 30 * day),
        }[validity]
        certificate = (
            _builder(_name("Dragoman emulator"), self._certificate.subject, key, begin, end)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_usage(signs_certificates=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([x509.oid.ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(x509.SubjectAlternativeName([_general_name(n) for n in names]), critical=False)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(self._key.public_key()), critical=False)
            .sign(self._key, _sha256())
        )
        _write_key(chain.key, key)
        _write(chain.certificate, certificate.public_bytes(serialization.Encoding.PEM), 0o644)

    def _usable(self, chain: Chain, names: Iterable[str], validity: Validity) -> bool:
        """Whether the certificate that lies there does: ours, for these names, valid as it should be."""
        from cryptography import x509
        from cryptography.exceptions import InvalidSignature

        if not (chain.certificate.exists() and chain.key.exists()):
            return False
        try:
            certificate = x509.load_pem_x509_certificate(chain.certificate.read_bytes())
            certificate.verify_directly_issued_by(self._certificate)
            there = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
        except (ValueError, TypeError, InvalidSignature, x509.ExtensionNotFound):
            return False
        if not all(_general_name(name) in there for name in names):
            return False
        begin, end = certificate.not_valid_before_utc, certificate.not_valid_after_utc
        match validity:
            case Validity.NOW:
                return begin <= self._now and end - self._now > timedelta(days=_RENEW_DAYS)
            case Validity.EXPIRED:
                return end < self._now
            case Validity.NOT_YET:
                return begin - self._now > timedelta(hours=1)


def _sha256() -> "hashes.SHA256":
    from cryptography.hazmat.primitives import hashes

    return hashes.SHA256()


def _name(common: str) -> "x509.Name":
    from cryptography import x509

    return x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, common)])


def _general_name(name: str) -> "x509.GeneralName":
    from cryptography import x509

    try:
        return x509.IPAddress(ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _usage(signs_certificates: bool) -> "x509.KeyUsage":
    from cryptography import x509

    return x509.KeyUsage(
        digital_signature=True, key_cert_sign=signs_certificates, crl_sign=signs_certificates, content_commitment=False,
        key_encipherment=False, data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip


def _builder(
    subject: "x509.Name", issuer: "x509.Name", key: "EllipticCurvePrivateKey", begin: datetime, end: datetime
) -> "x509.CertificateBuilder":
    from cryptography import x509

    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
    )


def _write_key(path: Path, key: "EllipticCurvePrivateKey") -> None:
    from cryptography.hazmat.primitives import serialization

    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    _write(path, pem, 0o600)


def _write(path: Path, content: bytes, mode: int) -> None:
    """Whole or not at all, and never readable by others for a moment."""
    draft = path.with_name(path.name + ".new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        file.write(content)
    draft.replace(path)
