"""Files of certificates (PKCS#12) made by hand, which may ask for any amount of work."""

import hashlib

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from core.pkcs12_seen import DATA, ENCRYPTED, PBES2, PBKDF2, PKCS

SENHA = "senha-do-arquivo"  # pragma: allowlist secret
KEY_BAG, SHA256 = PKCS + bytes.fromhex("0c0a0102"), bytes.fromhex("2a864886f70d 0209")
AES256 = bytes.fromhex("6086480165 0304012a")


def value(tag: int, *content: bytes) -> bytes:
    """Return a value of DER."""
    whole = b"".join(content)
    size = len(whole).to_bytes((len(whole).bit_length() + 7) // 8 or 1, "big")
    return bytes([tag, *(size if len(whole) < 0x80 else (0x80 | len(size), *size))]) + whole


def oid(name: bytes) -> bytes:
    return value(0x06, name)


def sealed(plain: bytes, rounds: int, *, real: bool = True) -> tuple[bytes, bytes]:
    """Return how something is encrypted, and it so; what is not real only says so."""
    salt, iv = bytes(8), bytes(16)
    named = value(
        0x30,
        value(0x04, salt),
        value(0x02, rounds.to_bytes(rounds.bit_length() // 8 + 1, "big")),
        value(0x30, oid(SHA256), b"\5\0"),
    )
    scheme = value(0x30, oid(AES256), value(0x04, iv))
    how = value(0x30, oid(PBES2), value(0x30, value(0x30, oid(PBKDF2), named), scheme))
    if not real:
        return how, plain
    padded = plain + bytes([16 - len(plain) % 16]) * (16 - len(plain) % 16)
    key = hashlib.pbkdf2_hmac("sha256", SENHA.encode(), salt, rounds, 32)
    making = Cipher(algorithms.AES(key), modes.CBC(iv)).encryptor()
    return how, making.update(padded) + making.finalize()


def bags(rounds: int) -> bytes:
    """Return the bag of a key that asks for so many rounds."""
    how, cipher = sealed(bytes(1200), rounds, real=False)
    return value(0x30, value(0x30, oid(KEY_BAG), value(0xA0, value(0x30, how, value(0x04, cipher)))))


def in_one_part(bag: bytes) -> bytes:
    return value(0x30, value(0x30, oid(DATA), value(0xA0, value(0x04, bag))))


def encrypted(bag: bytes) -> bytes:
    how, cipher = sealed(bag, 2048)
    inner = value(0x30, value(0x02, b"\0"), value(0x30, oid(DATA), how, value(0x80, cipher)))
    return value(0x30, value(0x30, oid(ENCRYPTED), value(0xA0, inner)))


def file(parts: bytes) -> bytes:
    return value(0x30, value(0x02, b"\3"), value(0x30, oid(DATA), value(0xA0, parts)))


def whole(parts: bytes) -> bytes:
    return file(value(0x04, parts))


def in_pieces(parts: bytes) -> bytes:
    return file(value(0x24, value(0x04, parts[:100]), value(0x04, parts[100:])))
