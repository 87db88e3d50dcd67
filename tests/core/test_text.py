import errno
import os
import time
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.text import (
    brazilian,
    by_state,
    cut_bytes,
    exact,
    fitting,
    human_duration,
    made_storable,
    os_fault,
    plural,
    redact,
    storable,
)


@pytest.mark.parametrize(
    ("text", "secret"),
    [
        ("redis://usuario:s3nh4-forte@127.0.0.1:6379/0", "s3nh4-forte"),  # pragma: allowlist secret
        ("Authorization: Bearer tk_abcdefgh12345678", "tk_abcdefgh12345678"),
        ("Authorization: Basic dXN1YXJpbzpzZW5oYTE=", "dXN1YXJpbzpzZW5oYTE="),
        ("segredo whsec_MDEyMzQ1Njc4OWFiY2RlZg== recusado", "whsec_MDEyMzQ1"),
        ("password=abacaxi&x=1", "abacaxi"),
        ('{"senha_pfx": "abacaxi"}', "abacaxi"),
        ("activation_code: 12345678", "12345678"),
        ("my_secrets_of_x = 'abacaxi'", "abacaxi"),  # pragma: allowlist secret
        ("secretsecret=abacaxi", "abacaxi"),  # pragma: allowlist secret
        ("id-eyJab-eyJhbGciOi.eyJzdWIi.c2ln", "eyJzdWIi"),
    ],
)
def test_what_looks_like_a_secret_is_masked(text: str, secret: str) -> None:
    assert secret not in redact(text)
    assert "***" in redact(text)


def test_ordinary_text_is_left_alone() -> None:
    text = "A caixa loja-1 não respondeu em http://10.0.0.9:5000/hub/v1"
    assert redact(text) == text


@pytest.mark.parametrize(
    "word",
    [
        *"secret_ secret password my_token senha api_key eyJaaaaaaaa- eyJaaaaaaaa. eyJaaaaaaaa.bbbb- gAAAAA-".split(),
        *"whsec_ tk_ ://a: ?key= a: -----BEGIN -----BEGIN_A-----".split(),
        *("token ", "basic aaaa", "secret =", "-----BEGIN A-----"),
    ],
)
def test_a_long_text_of_one_hostile_word_costs_no_more_for_each_letter(word: str) -> None:
    began = time.process_time()
    redact((word * 200_000)[:200_000])
    # it takes a tenth of one; what looks again at each letter takes minutes
    assert time.process_time() - began < 10


@pytest.mark.parametrize(
    ("text", "made"),
    [("NFSE\x00", "NFSE\ufffd"), ("NFSE\ud800", "NFSE?"), ("\udfff\ud800", "??"), ("ação 😀", "ação 😀"), ("", "")],
)
def test_a_text_is_made_one_that_a_database_takes(text: str, made: str) -> None:
    assert made_storable(text) == made
    assert storable(made)


@given(st.text(), st.integers(min_value=3, max_value=200))
def test_a_cut_text_fits_its_bytes_and_stays_valid(text: str, limit: int) -> None:
    assert len(cut_bytes(text, limit).encode()) <= limit


def test_a_text_is_cut_between_characters_with_a_mark() -> None:
    assert cut_bytes("ção" * 10, 10) == "çãoç…"
    assert cut_bytes("ção", 5) == "ção"


@pytest.mark.parametrize(
    ("text", "kept"), [("ação", "ação"), ("ação!", "ação"), ("a\x00\ud800o", "a\ufffd?o"), ("", "")]
)
def test_a_text_fits_its_column(text: str, kept: str) -> None:
    assert fitting(text, 4) == kept


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(0, "0 segundos"), (1, "1 segundo"), (3600, "1 hora"), (90061, "1 dia e 1 hora"), (-7200, "2 horas")],
)
def test_durations_are_told_in_their_two_largest_units(seconds: float, text: str) -> None:
    assert human_duration(seconds) == text


def test_plural() -> None:
    assert (plural(1, "dia", "dias"), plural(2, "dia", "dias")) == ("1 dia", "2 dias")


def test_states_are_counted_as_people_do() -> None:
    assert by_state({"pendente": 3, "enviado": 1, "enviando": 2, "estacionado (sem CNPJ)": 2, "em quarentena": 5}) == (
        "3 pendentes, 1 enviado, 2 enviando, 2 estacionados (sem CNPJ), 5 em quarentena"
    )
    assert by_state({}) == ""


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (FileNotFoundError(errno.ENOENT, "No such file or directory"), "não existe"),
        (PermissionError(errno.EACCES, "Permission denied"), "sem permissão"),
        (errno.EADDRINUSE, "já está em uso"),
        (OSError(errno.EBADF, "Bad file descriptor"), os.strerror(errno.EBADF)),
        (OSError("sem número"), "sem número"),
    ],
)
def test_what_the_system_says_is_told_in_portuguese(error: OSError | int, said: str) -> None:
    assert os_fault(error) == said


@pytest.mark.parametrize(
    ("value", "places", "written"),
    [
        ("1234.5", 2, "1.234,50"),
        ("0", 2, "0,00"),
        ("-1234567.891", 2, "-1.234.567,89"),
        ("2", 0, "2"),
        ("2.5", 4, "2,5000"),
        ("999999999999999.99", 2, "999.999.999.999.999,99"),
    ],
)
def test_a_number_is_written_as_people_do(value: str, places: int, written: str) -> None:
    assert brazilian(Decimal(value), places) == written


@pytest.mark.parametrize(
    ("value", "least", "written"),
    [
        ("0.0040", 2, "0,004"),
        ("1.2345", 2, "1,2345"),
        ("1234.5000000000", 2, "1.234,50"),
        ("12.0000", 0, "12"),
        ("1E+3", 2, "1.000,00"),
        ("0", 2, "0,00"),
    ],
)
def test_a_quantity_loses_no_place_that_says_something(value: str, least: int, written: str) -> None:
    assert exact(Decimal(value), least) == written
