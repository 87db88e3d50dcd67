"""How much work a PKCS#12 file asks for in all, also in what its encrypted parts hide, where that can be seen.

RFC 7292 §4, RFC 8018 §6.2. What is not plain DER, or encrypted in an older way, may hide anything.
"""

import hashlib
from typing import NamedTuple

from core.pkcs12 import CONSTRUCTED, DEEPEST, INDEFINITE, INTEGER, MOST_ROUNDS, OCTETS, rounds

RSA = bytes.fromhex("2a864886f70d")
PKCS = RSA + b"\1"
DATA, ENCRYPTED, PBES2, PBKDF2 = PKCS + b"\7\1", PKCS + b"\7\6", PKCS + b"\5\x0d", PKCS + b"\5\x0c"
# Its work is in more numbers than one.
SCRYPT = bytes.fromhex("2b 06010401da47040b")
HASHES = {RSA + b"\2\7": "sha1", RSA + b"\2\x09": "sha256", RSA + b"\2\x0a": "sha384", RSA + b"\2\x0b": "sha512"}
# How deep the parts of a file, and the bags in a part, stand in it at most: what is counted ends at `DEEPEST`.
PARTS_AT, BAGS_AT = 6, 12
# The bytes of the keys of AES, by the name of its mode CBC.
KEYS = {bytes.fromhex(f"6086480165030401{last}"): size for last, size in (("02", 16), ("16", 24), ("2a", 32))}
CIPHERTEXT = 0x80


class Part(NamedTuple):
    """One value of DER."""

    tag: int
    content: bytes


def seen_rounds(pfx: bytes, senha: str) -> int | None:
    """Return how many rounds a file asks for, its encrypted parts too; None where that cannot be seen."""
    try:
        inner = _bags(pfx, senha)
    except (ValueError, IndexError):
        return None
    if any(SCRYPT in one for one in (pfx, *inner)):
        return None
    return rounds(pfx) + sum(map(rounds, inner))


def _bags(pfx: bytes, senha: str) -> list[bytes]:
    """Return what the encrypted parts hold; raise `ValueError` where that, or anything else, cannot be seen."""
    _walk(pfx)
    (whole,) = _parts(pfx)
    _, outer, *_ = _parts(whole.content)
    found = []
    safe = _data(outer)
    _walk(safe, PARTS_AT)
    (parts,) = _parts(safe)
    for info in _parts(parts.content):
        kind, boxed = _parts(info.content)
        bags = _decrypted(boxed, senha) if kind.content == ENCRYPTED else _data(info)
        _walk(bags, BAGS_AT)
        if kind.content == ENCRYPTED:
            found.append(bags)
    return found


def _data(info: Part) -> bytes:
    kind, boxed = _parts(info.content)
    (octets,) = _parts(boxed.content)
    if kind.content != DATA or octets.tag != OCTETS:
        raise ValueError
    return octets.content


def _decrypted(boxed: Part, senha: str) -> bytes:
    (whole,) = _parts(boxed.content)
    _, info = _parts(whole.content)
    _, algorithm, cipher = _parts(info.content)
    kind, parameters = _parts(algorithm.content)
    if kind.content != PBES2 or cipher.tag != CIPHERTEXT:
        raise ValueError
    derivation, scheme = _parts(parameters.content)
    name, iv = _parts(scheme.content)
    return _in_clear(cipher.content, _key(derivation, senha, KEYS.get(name.content, 0)), iv.content)


def _key(derivation: Part, senha: str, size: int) -> bytes:
    kind, parameters = _parts(derivation.content)
    salt, count, *more = _parts(parameters.content)
    times = int.from_bytes(count.content, "big")
    known = kind.content == PBKDF2 and salt.tag == OCTETS and count.tag == INTEGER
    if not (known and size and 0 < times <= MOST_ROUNDS):
        raise ValueError
    named = [_parts(one.content)[0].content for one in more if one.tag & CONSTRUCTED]
    return hashlib.pbkdf2_hmac(HASHES.get(named[0], "") if named else "sha1", senha.encode(), salt.content, times, size)


def _in_clear(content: bytes, key: bytes, iv: bytes) -> bytes:
    from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

    opening = Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor()
    padded = opening.update(content) + opening.finalize()
    return padded[: -padded[-1]]


def _walk(der: bytes, depth: int = 0) -> None:
    """Raise `ValueError` where anything is no DER."""
    if depth > DEEPEST:
        raise ValueError
    for one in _parts(der):
        if one.tag & CONSTRUCTED:
            _walk(one.content, depth + 1)


def _parts(der: bytes) -> list[Part]:
    found, at = list[Part](), 0
    while at < len(der):
        tag, length = der[at], der[at + 1]
        at += 2
        if tag == OCTETS | CONSTRUCTED or tag & 0x1F == 0x1F or length == INDEFINITE:
            raise ValueError
        if length & INDEFINITE:
            begin, at = at, at + (length & 0x7F)
            length = int.from_bytes(der[begin:at], "big")
        if at + length > len(der):
            raise ValueError
        found.append(Part(tag, der[at : at + length]))
        at += length
    return found
