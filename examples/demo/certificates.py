"""A test certificate authority and signer, made anew every time, and signing with them.

Nobody should trust these: the keys live as long as the process. What a manifest signed with them shows is how
Waarmerk reports a signer that is on the operator's list, and one that is not.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from c2pa import Builder, C2paBuilderIntent, C2paDigitalSourceType, C2paSignerInfo, Context, Signer
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

C2PA_SIGNING = ObjectIdentifier("1.3.6.1.4.1.62558.2.1")


@dataclass(frozen=True)
class Authority:
    """A root certificate, and a signer's chain and private key below it, as PEM; `usage`: the signer's, as OID."""

    root: bytes
    chain: bytes
    key: bytes
    usage: str


def authority(
    name: str = "Waarmerk demo",
    usage: ObjectIdentifier = ExtendedKeyUsageOID.EMAIL_PROTECTION,
    now: datetime | None = None,
) -> Authority:
    """A new authority with one signer, good for 30 days around `now`."""
    now = now or datetime.now(UTC)
    root_key, leaf_key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())
    root_name, leaf_name = _name(name, f"{name} root"), _name(name, f"{name} signer")

    def certificate(subject: x509.Name, key: ec.EllipticCurvePrivateKey, ca: bool) -> x509.CertificateBuilder:
        return (
            x509.CertificateBuilder()
            .subject_name(subject)
            .issuer_name(root_name)
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(now - timedelta(days=1))
            .not_valid_after(now + timedelta(days=30))
            .add_extension(x509.BasicConstraints(ca, None), critical=True)
            .add_extension(
                x509.KeyUsage(
                    digital_signature=not ca,
                    key_cert_sign=ca,
                    crl_sign=ca,
                    content_commitment=False,
                    key_encipherment=False,
                    data_encipherment=False,
                    key_agreement=False,
                    encipher_only=False,
                    decipher_only=False,
                ),
                critical=True,
            )
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
            .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(root_key.public_key()), critical=False)
        )

    root = certificate(root_name, root_key, ca=True).sign(root_key, hashes.SHA256())
    leaf = certificate(leaf_name, leaf_key, ca=False).add_extension(x509.ExtendedKeyUsage([usage]), critical=False)
    return Authority(
        root=root.public_bytes(Encoding.PEM),
        chain=leaf.sign(root_key, hashes.SHA256()).public_bytes(Encoding.PEM) + root.public_bytes(Encoding.PEM),
        key=leaf_key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()),
        usage=usage.dotted_string,
    )


def signed(
    medium: bytes,
    media_type: str,
    by: Authority,
    source_type: C2paDigitalSourceType | None,
    *,
    title: str = "clip",
    parents: Sequence[tuple[str, bytes]] = (),
    relationship: str = "parentOf",
    remote_url: str | None = None,
) -> bytes:
    """The medium with a manifest that says how it was made: created as `source_type`, or (None) edited.

    `parents`: (title, medium) of what it was made from. `remote_url`: the manifest is left out, the address put in.
    """
    builder = Builder(
        {"claim_generator_info": [{"name": "waarmerk demo", "version": "1"}], "title": title},
        # The library verifies what it signed, by its own list of usages unless one is given.
        Context.from_dict({"builder": {"thumbnail": {"enabled": False}}, "trust": {"trust_config": by.usage}}),
    )
    if source_type is None:
        builder.set_intent(C2paBuilderIntent.EDIT)
    else:
        builder.set_intent(C2paBuilderIntent.CREATE, source_type)
    for name, parent in parents:
        builder.add_ingredient({"title": name, "relationship": relationship}, media_type, io.BytesIO(parent))
    if remote_url is not None:
        builder.set_no_embed()
        builder.set_remote_url(remote_url)
    signer = Signer.from_info(C2paSignerInfo(b"es256", by.chain, by.key, None))
    target = io.BytesIO()
    builder.sign(signer, media_type, io.BytesIO(medium), target)
    return target.getvalue()


def _name(organisation: str, common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )
