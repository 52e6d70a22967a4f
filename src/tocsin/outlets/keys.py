"""Keys: Ed25519 for JSON (log, MQTT), RSA with a certificate for CAP, P-256 for Web Push (VAPID, RFC 8292).

A private key is a PEM file that only its owner may read. The public half is what
receivers keep; ``key id`` is the first 16 hexadecimal digits of its SHA-256.
Rotation: make new keys, publish both public halves for as long as old messages may
still be read, then drop the old one (docs/webhooks.md tells of each outlet).
"""

from __future__ import annotations

import base64
import os
from datetime import datetime, timedelta
from hashlib import sha256
from pathlib import Path

import msgspec
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from tocsin.outlets.apart import marked_key
from tocsin.outlets.errors import OutletError

__all__ = ["MadeKeys", "Signer", "make_keys", "public_key", "signed_json", "verify", "verify_signed_json"]

CAP_YEARS = 2
"""A CAP certificate lasts two years, the longest that common aggregators accept."""


class MadeKeys(msgspec.Struct, frozen=True, kw_only=True):
    """Files that were written, and what receivers must be told."""

    json_key: str
    json_public: str
    cap_key: str
    push_key: str
    public: str
    key_id: str
    cap_fingerprint: str


class Signer:
    """Signs bytes with Ed25519."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        raw = key.public_key().public_bytes_raw()
        self.public: str = base64.b64encode(raw).decode()
        """The public key: 32 bytes in base64."""
        self.key_id: str = sha256(raw).hexdigest()[:16]

    @classmethod
    def load(cls, path: str | Path) -> Signer:
        """Read a private key from its PEM file; OutletError where that is none."""
        try:
            key = serialization.load_pem_private_key(Path(path).read_bytes(), None)
        except (OSError, ValueError, TypeError) as error:
            raise OutletError(str(path), f"is no readable key ({error})", "Make one: tocsin keys.") from error
        if not isinstance(key, Ed25519PrivateKey):
            raise OutletError(str(path), "is no Ed25519 key", "Make one: tocsin keys.")
        return cls(key)

    def sign(self, body: bytes) -> str:
        """Give the signature of bytes, in base64."""
        return base64.b64encode(self._key.sign(body)).decode()


def public_key(text: str | bytes) -> Ed25519PublicKey:
    """Read a public key: PEM, or 32 bytes in base64; ``ValueError`` where it is neither."""
    data = text.encode() if isinstance(text, str) else text
    if data.lstrip().startswith(b"-----BEGIN"):
        key = serialization.load_pem_public_key(data)
        if not isinstance(key, Ed25519PublicKey):
            raise ValueError("the key is not Ed25519")
        return key
    return Ed25519PublicKey.from_public_bytes(base64.b64decode(data.strip(), validate=True))


def verify(key: Ed25519PublicKey, signature: str, body: bytes) -> bool:
    """Tell whether a signature in base64 is that of these bytes."""
    try:
        raw = base64.b64decode(signature, validate=True)
        if base64.b64encode(raw).decode() != signature:
            return False  # another spelling of the same bytes is an altered message all the same
        key.verify(raw, body)
    except (InvalidSignature, ValueError):
        return False
    return True


_MARK = b',"sig":"'


def signed_json(signer: Signer | None, body: bytes) -> bytes:
    """Add ``"sig"`` as the last key of a JSON object; it signs the bytes that stood there before.

    A receiver cuts from the last ``,"sig":"`` on, puts ``}`` in its place and
    verifies that: no canonical form is needed, and plain JSON readers see one more key.
    """
    if signer is None:
        return body
    return body[:-1] + _MARK + signer.sign(body).encode() + b'"}'


def verify_signed_json(key: Ed25519PublicKey, message: bytes) -> bytes | None:
    """Give the signed bytes of a message made by ``signed_json``, None where the signature is wrong or missing."""
    body, mark, signature = message.rpartition(_MARK)
    if not mark or not signature.endswith(b'"}'):
        return None
    body += b"}"
    return body if verify(key, signature[:-2].decode("ascii", "replace"), body) else None


def _write(path: Path, body: bytes, mode: int) -> None:
    try:
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError as error:
        raise OutletError(
            str(path), "exists already", "Keys are never overwritten: name another directory."
        ) from error
    except OSError as error:
        raise OutletError(
            str(path), f"cannot be written ({error.strerror})", "Name a writable directory."
        ) from error
    with os.fdopen(handle, "wb") as file:
        file.write(body)


def make_keys(directory: str | Path, sender: str, now: datetime, *, exercise: bool = False) -> MadeKeys:
    """Make keys in a directory: ``json.pem``, ``json.pub``, ``cap.pem`` (key and certificate) and ``push.pem``."""
    folder = Path(directory)
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    except OSError as error:
        raise OutletError(
            str(folder), f"cannot be made ({error.strerror})", "Name a writable directory."
        ) from error
    key = Ed25519PrivateKey.generate()
    signer = Signer(key)
    private = serialization.PrivateFormat.PKCS8
    pem = serialization.Encoding.PEM
    bare = serialization.NoEncryption()
    mark = marked_key if exercise else bytes
    _write(folder / "json.pem", mark(key.private_bytes(pem, private, bare)), 0o600)
    spki = key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
    _write(folder / "json.pub", spki, 0o644)
    cap = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    certificate = _certificate(cap, sender, now)
    both = cap.private_bytes(pem, private, bare) + certificate.public_bytes(pem)
    _write(folder / "cap.pem", mark(both), 0o600)
    push = ec.generate_private_key(ec.SECP256R1())
    _write(folder / "push.pem", mark(push.private_bytes(pem, private, bare)), 0o600)
    return MadeKeys(
        push_key=str(folder / "push.pem"),
        json_key=str(folder / "json.pem"),
        json_public=str(folder / "json.pub"),
        cap_key=str(folder / "cap.pem"),
        public=signer.public,
        key_id=signer.key_id,
        cap_fingerprint=certificate.fingerprint(hashes.SHA256()).hex(),
    )


def _certificate(key: rsa.RSAPrivateKey, sender: str, now: datetime) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, sender[:64])])
    serial = int.from_bytes(sha256(key.public_key().public_numbers().n.to_bytes(384)).digest()[:19]) | 1
    return (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(serial)
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + timedelta(days=365 * CAP_YEARS))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(
                digital_signature=True,
                content_commitment=True,
                key_encipherment=False,
                data_encipherment=False,
                key_agreement=False,
                key_cert_sign=False,
                crl_sign=False,
                encipher_only=False,
                decipher_only=False,
            ),
            critical=True,
        )
        .sign(key, hashes.SHA256())
    )
