"""The certificate: read and checked before it is served, so that a wrong one is said in a sentence."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from gaitchain.app.settings import Tls
from gaitchain.errors import ExitCode, GaitchainError


def certificate_names(certificate: Path | None, key: Path | None) -> tuple[Tls | None, frozenset[str]]:
    """The certificate with its key, and the names and addresses it is for.

    Raises
    ------
    GaitchainError
        It cannot be read, is not valid now, or the key is another's.
    """
    if certificate is None or key is None:
        return None, frozenset()
    from cryptography import x509
    from cryptography.hazmat.primitives.serialization import load_pem_private_key

    try:
        found = x509.load_pem_x509_certificate(certificate.read_bytes())
        own = load_pem_private_key(key.read_bytes(), None)
    except (OSError, ValueError, TypeError) as error:
        raise GaitchainError(
            f"{certificate} and {key}: not a certificate and its key in PEM, or the key has a password.",
            ExitCode.USAGE,
        ) from error
    if own.public_key() != found.public_key():
        raise GaitchainError(f"{key} is not the key of {certificate}.", ExitCode.USAGE)
    if not found.not_valid_before_utc <= datetime.now(UTC) < found.not_valid_after_utc:
        until = found.not_valid_after_utc.date().isoformat()
        raise GaitchainError(f"{certificate} is not valid now (until {until}); take a new one.", ExitCode.USAGE)
    return Tls(certificate, key), _names(found)


def _names(certificate: object) -> frozenset[str]:
    from cryptography import x509

    assert isinstance(certificate, x509.Certificate)  # noqa: S101 - its type is imported late
    try:
        told = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except x509.ExtensionNotFound:
        return frozenset()
    names = [name.lower() for name in told.get_values_for_type(x509.DNSName)]
    return frozenset([*names, *(str(address) for address in told.get_values_for_type(x509.IPAddress))])
