"""Both sides of a logon prove that they know the password, which is never sent."""

from typing import Any

import pytest

from sandbox.oracle import logon
from sandbox.oracle.logon import BLOCK, PROOF, SESSION_ROUNDS, Challenge, Pairs

THEIRS = bytes(range(32))


def answer(asked: Pairs, challenge: Challenge, password: str) -> tuple[dict[str, str], bytes]:
    """Answer as a driver does; return the key of the session, too."""
    known = Challenge(password, challenge.salt, challenge.session_salt)
    ours = logon._decrypt(known._verifier, bytes.fromhex(asked["AUTH_SESSKEY"][0]))
    key = logon._derived((THEIRS + ours).hex().upper().encode(), challenge.session_salt, 32, SESSION_ROUNDS)
    said = {
        "AUTH_SESSKEY": logon._encrypt(known._verifier, THEIRS).hex().upper(),
        "AUTH_PASSWORD": logon._encrypt(key, logon._padded(bytes(BLOCK) + password.encode())).hex().upper(),
    }
    return said, key


@pytest.mark.parametrize("password", ["segredo", "palavra de teste ç", "x" * 30, "dezesseis-letras"])
def test_who_knows_the_password_is_let_in_and_sees_that_the_server_knows_it(password: str) -> None:
    challenge = Challenge(password)
    said, key = answer(challenge.asked(), challenge, password)
    proof = challenge.proof(said)
    assert proof is not None
    assert PROOF in logon._decrypt(key, bytes.fromhex(proof))
    assert password not in str(challenge.asked())


@pytest.mark.parametrize(
    ("kept", "said"), [("segredo", "segred"), ("segredo", "segredo "), ("segredo", ""), (None, "x")]
)
def test_another_password_or_a_user_that_is_none_is_refused(kept: str | None, said: str) -> None:
    challenge = Challenge(kept)
    assert challenge.proof(answer(challenge.asked(), challenge, said)[0]) is None


def test_who_is_nobody_is_refused_though_he_guesses_what_is_asked_in_his_place() -> None:
    """A user that does not exist is asked like any other, for a word that nobody set."""
    challenge = Challenge(None)
    guessed, _ = answer(challenge.asked(), challenge, challenge.salt.hex())
    assert challenge.proof(guessed) is None
    assert set(challenge.asked()) == set(Challenge("segredo").asked())


def test_an_answer_to_another_challenge_proves_nothing() -> None:
    one, two = Challenge("segredo"), Challenge("segredo")
    said, _ = answer(one.asked(), one, "segredo")
    assert two.proof(said) is None


def test_each_challenge_is_another_one() -> None:
    asked: list[dict[str, Any]] = [dict(Challenge("segredo").asked()) for _ in range(2)]
    for name in ("AUTH_SESSKEY", "AUTH_VFR_DATA", "AUTH_PBKDF2_CSK_SALT"):
        assert asked[0][name][0] != asked[1][name][0]
