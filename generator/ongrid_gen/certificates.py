"""Certificates: an authority of the site's own, and what it signs. Keys are of the curve P-256.

Times are of UTC. A certificate begins an hour ago: clocks of machines differ.
"""

from datetime import UTC, datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

Key = ec.EllipticCurvePrivateKey
PublicKey = ec.EllipticCurvePublicKey
Certificate = x509.Certificate

SERVER: Final = ExtendedKeyUsageOID.SERVER_AUTH
CLIENT: Final = ExtendedKeyUsageOID.CLIENT_AUTH
AUTHORITY_LASTS: Final = timedelta(days=3650)
LASTS: Final = timedelta(days=398)
# So long before its end a certificate is made anew.
RENEWED: Final = timedelta(days=60)
SKEW: Final = timedelta(hours=1)
LONGEST_NAME: Final = 64  # of a common name (RFC 5280)


def new_key() -> Key:
    """Return a new key."""
    return ec.generate_private_key(ec.SECP256R1())


def key_text(key: Key) -> bytes:
    """Return a key as the text of a file."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


def read_key(text: bytes) -> Key:
    """Return the key of a file. ValueError when it is none of ours."""
    key = load_pem_private_key(text, password=None)
    if not isinstance(key, Key):
        raise ValueError("is not a key of an elliptic curve")
    return key


def certificate_text(certificate: Certificate) -> bytes:
    """Return a certificate as the text of a file."""
    return certificate.public_bytes(Encoding.PEM)


def read_certificate(text: bytes) -> Certificate:
    """Return the certificate of a file. ValueError when it is none."""
    return x509.load_pem_x509_certificate(text)


def public_key(certificate: Certificate) -> PublicKey:
    """Return the key that a certificate is of. ValueError when it is of another sort than ours."""
    key = certificate.public_key()
    if not isinstance(key, PublicKey):
        raise ValueError("is not of a key of an elliptic curve")
    return key


def new_authority(key: Key, name: str) -> Certificate:
    """Return the certificate of an authority that signs itself, and no authority below it."""
    subject = named(name)
    return (
        begun(key.public_key(), subject, subject, AUTHORITY_LASTS)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .add_extension(usage(signs=True), critical=True)
        .sign(key, hashes.SHA256())
    )


def signed(
    key: PublicKey, name: str, use: ObjectIdentifier, hosts: list[x509.GeneralName], by: Certificate, with_: Key
) -> Certificate:
    """Return a certificate for one use, of a server under these names or of a client."""
    builder = (
        begun(key, named(name), by.subject, LASTS)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage(signs=False), critical=True)
        .add_extension(x509.ExtendedKeyUsage([use]), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(public_key(by)), critical=False)
    )
    if hosts:
        builder = builder.add_extension(x509.SubjectAlternativeName(hosts), critical=False)
    return builder.sign(with_, hashes.SHA256())


def begun(key: PublicKey, subject: x509.Name, issuer: x509.Name, lasts: timedelta) -> x509.CertificateBuilder:
    """Return what all certificates have in common."""
    begins = datetime.now(UTC) - SKEW
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(begins + lasts)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def named(name: str) -> x509.Name:
    """Return a name as certificates bear it."""
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:LONGEST_NAME])])


def usage(*, signs: bool) -> x509.KeyUsage:
    """Return what a key is for: to sign certificates, or to prove who one is."""
    return x509.KeyUsage(
        digital_signature=not signs, key_cert_sign=signs, crl_sign=signs, content_commitment=False,
        key_encipherment=False, data_encipherment=False, key_agreement=False, encipher_only=False, decipher_only=False,
    )  # fmt: skip


def why_unfit(
    certificate: Certificate, authority: Certificate, hosts: list[x509.GeneralName], key: PublicKey | None
) -> str | None:
    """Return why a certificate must be made anew; None when it need not. Without a key, any will do."""
    if certificate.not_valid_after_utc < datetime.now(UTC) + RENEWED:
        return f"ends on {certificate.not_valid_after_utc:%Y-%m-%d}"
    try:
        certificate.verify_directly_issued_by(authority)
    except (ValueError, TypeError, InvalidSignature):
        return "is of another authority"
    if key is not None and certificate.public_key() != key:
        return "is of another key"
    if set(hosts) - set(names_of(certificate)):
        return "does not bear every name of the gateway"
    return None


def names_of(certificate: Certificate) -> list[x509.GeneralName]:
    """Return the names that a certificate is for."""
    try:
        return list(certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value)
    except x509.ExtensionNotFound:
        return []
