"""What no line of the log holds: secrets, and what belongs to a person; what operators need stays."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.fiscal import digitos_cpf
from core.masking import mask, masked, masked_under
from core.text import LONGEST

CPF = "529.982.247-25"
JWT = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl"  # pragma: allowlist secret
PEM = "-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBg\nkqhkiG9w0B\n-----END PRIVATE KEY-----"  # pragma: allowlist secret


@pytest.mark.parametrize(
    ("text", "gone"),
    [
        (f"cliente {CPF} sem cadastro", CPF),
        ("cliente 52998224725 sem cadastro", "52998224725"),
        ("cpf:52998224725;", "52998224725"),
        ("529982247-25", "529982247-25"),
        ("aviso a ana.souza+nfe@padaria.com.br recusado", "ana.souza+nfe"),
        ("<ana@x.io>", "ana@"),
        ("ligue (11) 98765-4321", "98765-4321"),
        ("ligue 11 98765-4321.", "98765-4321"),
        ("ligue 11 98765 4321", "98765 4321"),
        ("ligue (85) 3456-7890", "3456-7890"),
        ("tel +5511987654321", "987654321"),
        ("redis://u:s3nh4@h:1/0", "s3nh4"),  # pragma: allowlist secret
        ("amqp://esteira:s3nh4@h//", "s3nh4"),  # pragma: allowlist secret
        ("GET https://x.example/a?user-key=abc&key=abacaxi9", "abacaxi9"),
        ("https://x.example/a?access_token=abacaxi9&b=1", "abacaxi9"),
        ("https://x.example/a?sig=abacaxi9", "abacaxi9"),
        ("Authorization: Token 0123456789abcdef", "0123456789abcdef"),  # pragma: allowlist secret
        ("authorization: Basic dXN1YXJpbzpzZW5oYTE=", "dXN1YXJpbzpzZW5oYTE="),
        ("X-Api-Key: abacaxi-9", "abacaxi-9"),
        ("Cookie: esteira_sessao=abacaxi9", "abacaxi9"),
        ("whsec_MDEyMzQ1Njc4OWFiY2RlZg==", "MDEyMzQ1"),  # pragma: allowlist secret
        (f"chave {JWT} recusada", JWT),
        (PEM, "kqhkiG9w0B"),
        (PEM[:40], "MIIEvQ"),
        ("corpo " + "QUJD" * 100, "QUJD"),
        ("gAAAAABmx0" + "a1b2c3d4" * 6, "a1b2c3d4"),
        ("client_secret='abacaxi'", "abacaxi"),  # pragma: allowlist secret
        ('{"senha_pfx": "abacaxi"}', "abacaxi"),
    ],
)
def test_what_is_a_secret_or_a_persons_is_masked(text: str, gone: str) -> None:
    assert gone in text
    assert gone not in mask(text)
    assert "***" in mask(text)


@pytest.mark.parametrize(
    "text",
    [
        "A caixa loja-1 não respondeu em http://10.0.0.9:5000/hub/v1",
        "2026-11-26T15:04:05.123456Z 1732633445 ms 1732633445123",
        "CNPJ 12.345.678/0001-95 e 12345678000195",
        "chave 35261112345678000195590000001231234567890123",
        "id 3e12a4f0-1234-4567-8901-234567890123 12345678901",
        "origin 6d986bd239420272e1dd95aeca748481",
        "porta 5432 em 127.0.0.1, 3000 linhas, versão 1.2.3",
        "msg_01JDM3Q6V8S6R7T9W0X1Y2Z3A4",  # pragma: allowlist secret
        "",
    ],
)
def test_what_operators_need_stays(text: str) -> None:
    assert mask(text) == text


@pytest.mark.parametrize(
    "name",
    "senha password senha_pfx secret_key secret_anterior token access_token authorization cookie api_key user_key "
    "cpf cpf_cliente email telefone celular pfx activation_code chave_privada "
    "X-Api-Key x-auth-token Set-Cookie Proxy-Authorization accessToken userKey".split(),
)
def test_what_has_the_name_of_a_secret_goes_whole(name: str) -> None:
    assert masked_under(name, "x") == "***"
    assert masked({"fora": [{name: ["x"]}]}) == {"fora": [{name: "***"}]}
    assert masked_under(name, None) is None


@pytest.mark.parametrize("name", ["chave_acesso", "task", "destino", "token_id", "emails_total", "keys", "segredos"])
def test_what_is_said_about_something_stays(name: str) -> None:
    assert masked_under(name, 7) == 7


def test_any_value_becomes_one_that_json_takes() -> None:
    deep: Any = "ana@x.io"
    for _ in range(50):
        deep = [deep]
    told = masked(
        {"cpf": 1, 2: {CPF}, "deep": deep, "number": 52998224725, "raw": b"ana@x.io", "none": None, "yes": True}
        | {"endless": [float("nan"), float("-inf")]}
    )
    written = json.dumps(told, allow_nan=False)
    assert "ana@" not in written
    assert "529" not in written
    assert told["yes"] is True


@given(st.text(max_size=40), st.integers(0, 999_999_999), st.sampled_from(["{}{}{}{}", "{}.{}.{}-{}", "{}{}{}-{}"]))
def test_no_cpf_passes_however_it_is_written(around: str, base: int, form: str) -> None:
    nine = f"{base:09}"
    if len(set(nine)) == 1:
        return
    written = form.format(nine[:3], nine[3:6], nine[6:], digitos_cpf(nine))
    assert written not in mask(f"{around} {written} {around}")


@given(
    st.text(max_size=60), st.from_regex(r"\A[a-z0-9._+-]{1,20}\Z"), st.from_regex(r"\A[a-z0-9]{1,10}\.(com|io|br)\Z")
)
def test_no_address_of_a_person_passes(around: str, local: str, domain: str) -> None:
    assert f" {local}@{domain}" not in mask(f"{around} {local}@{domain} {around}")


@given(st.text())
def test_what_is_masked_is_not_masked_again(text: str) -> None:
    assert mask(mask(text)) == mask(text)


@pytest.mark.parametrize("part", ["a", "1", "@", "-", "a@", "1.", "(11) ", "://a:", "-----BEGIN A", "token=", " 11 9"])
def test_a_hostile_text_costs_little_and_is_cut(part: str) -> None:
    assert len(mask(part * 200_000)) <= LONGEST + 100
