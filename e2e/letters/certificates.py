"""Makes an authority and a certificate of it: authority.pem, chain.pem and key.pem in a directory. For localhost, or the hosts behind it."""

import datetime
import pathlib
import sys

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

folder = pathlib.Path(sys.argv[1])
begin, end = datetime.datetime(2020, 1, 1), datetime.datetime(2090, 1, 1)


def name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def certificate(subject, key, issuer, issuer_key, extensions):
    builder = x509.CertificateBuilder().subject_name(name(subject)).issuer_name(name(issuer))
    builder = builder.public_key(key.public_key()).serial_number(x509.random_serial_number())
    builder = builder.not_valid_before(begin).not_valid_after(end)
    for extension, critical in extensions:
        builder = builder.add_extension(extension, critical)
    return builder.sign(issuer_key, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)


authority, key = (ec.generate_private_key(ec.SECP256R1()) for _ in range(2))
is_authority = [(x509.BasicConstraints(ca=True, path_length=0), True)]
hosts = sys.argv[2:] or ["localhost"]
names = [(x509.SubjectAlternativeName([x509.DNSName(it) for it in hosts]), False)]
(folder / "authority.pem").write_bytes(certificate("e2e authority", authority, "e2e authority", authority, is_authority))
(folder / "chain.pem").write_bytes(certificate("localhost", key, "e2e authority", authority, names))
plain = serialization.NoEncryption()
encoded = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, plain)
(folder / "key.pem").write_bytes(encoded)
