"""O5LOGON with a 12C verifier: both sides prove that they know the password, which is never sent."""

import hashlib
import secrets
from dataclasses import dataclass, field

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.kdf.pbkdf2 import PBKDF2HMAC

BLOCK = 16
VERIFIER_ROUNDS, SESSION_ROUNDS = 4096, 3
VERIFIER_12C = 0x4815
SPEEDY = b"AUTH_PBKDF2_SPEEDY_KEY"
PROOF = b"SERVER_TO_CLIENT"
# Key of a message of the logon to its text and flags.
Pairs = dict[str, tuple[str, int]]


@dataclass(frozen=True)
class Challenge:
    """The proofs of one logon; a user that does not exist (`password` None) is always refused."""

    password: str | None
    salt: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    session_salt: bytes = field(default_factory=lambda: secrets.token_bytes(16))
    ours: bytes = field(default_factory=lambda: secrets.token_bytes(32))

    def asked(self) -> Pairs:
        """Return the first message of the server."""
        return {
            "AUTH_SESSKEY": (_encrypt(self._verifier, self.ours).hex().upper(), 0),
            "AUTH_VFR_DATA": (self.salt.hex().upper(), VERIFIER_12C),
            "AUTH_PBKDF2_CSK_SALT": (self.session_salt.hex().upper(), 0),
            "AUTH_PBKDF2_VGEN_COUNT": (str(VERIFIER_ROUNDS), 0),
            "AUTH_PBKDF2_SDER_COUNT": (str(SESSION_ROUNDS), 0),
        }

    def proof(self, answer: dict[str, str]) -> str | None:
        """Return the server's own proof where the client's answer holds the right password, else none."""
        theirs = _decrypt(self._verifier, bytes.fromhex(answer["AUTH_SESSKEY"]))
        key = _derived((theirs + self.ours).hex().upper().encode(), self.session_salt, 32, SESSION_ROUNDS)
        given = _decrypt(key, bytes.fromhex(answer["AUTH_PASSWORD"]))
        plain = given[BLOCK : -given[-1]] if 0 < given[-1] <= BLOCK else b""
        if self.password is None or plain != self.password.encode():
            return None
        return _encrypt(key, _padded(secrets.token_bytes(BLOCK) + PROOF)).hex().upper()

    @property
    def _verifier(self) -> bytes:
        password = (self.password or self.salt.hex()).encode()
        key = _derived(password, self.salt + SPEEDY, 64, VERIFIER_ROUNDS)
        return hashlib.sha512(key + self.salt).digest()[:32]


def _cipher(key: bytes) -> Cipher[modes.CBC]:
    # Each key is of one logon only, so the protocol begins with zeros.
    return Cipher(algorithms.AES(key), modes.CBC(bytes(BLOCK)))


def _encrypt(key: bytes, plain: bytes) -> bytes:
    work = _cipher(key).encryptor()
    return work.update(plain) + work.finalize()


def _decrypt(key: bytes, sealed: bytes) -> bytes:
    work = _cipher(key).decryptor()
    return work.update(sealed) + work.finalize()


def _padded(plain: bytes) -> bytes:
    missing = BLOCK - len(plain) % BLOCK
    return plain + bytes([missing]) * missing


def _derived(secret: bytes, salt: bytes, length: int, rounds: int) -> bytes:
    return PBKDF2HMAC(algorithm=hashes.SHA512(), salt=salt, length=length, iterations=rounds).derive(secret)
