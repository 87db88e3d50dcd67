"""Whatever is sent, the answer is a 4xx that names the field."""

import json

import pytest
from support.api import Client

LOGIN = "/api/auth/login/"
NO_JSON = {"non_field_errors": ["O corpo não é um JSON válido."]}
REQUIRED, BAD_TEXT = ["Este campo é obrigatório."], {"username": ["O texto tem caracteres inválidos."]}
DEEP = b'{"username": ' + b"[" * 40 + b"]" * 40 + b"}"


@pytest.mark.parametrize(
    ("body", "content_type", "status", "said"),
    [
        (
            b"{}",
            "application/json",
            400,
            {"username": REQUIRED, "password": REQUIRED},
        ),
        (b"{", "application/json", 400, NO_JSON),
        (b"\xff\xfe", "application/json", 400, NO_JSON),
        (b"[" * 100_000, "application/json", 400, NO_JSON),
        (
            b'{"username": ' + b"[" * 40 + b"]" * 40 + b"}",
            "application/json",
            400,
            {"username": ["O objeto é fundo demais."]},
        ),
        (
            b'{"username": "a\\u0000", "password": "x"}',
            "application/json",
            400,
            {"username": ["O texto tem caracteres inválidos."]},
        ),
        (
            b'{"username": "\\ud800", "password": "x"}',
            "application/json",
            400,
            {"username": ["O texto tem caracteres inválidos."]},
        ),
        (b'{"username": 1, "password": "x"}', "application/json", 400, {"username": ["Use um texto."]}),
        (b"[]", "application/json", 400, {"non_field_errors": ["Use um objeto."]}),
        (b"username=ana", "application/x-www-form-urlencoded", 415, {"detail": "Envie o corpo como application/json."}),
        (b"x" * (20 * 1024 * 1024), "application/json", 413, {"detail": "O corpo do pedido é grande demais."}),
    ],
    ids=["empty", "cut", "bytes", "deep", "deeper", "nul", "surrogate", "number", "list", "form", "large"],
)
def test_a_body_that_is_none(light: str, body: bytes, content_type: str, status: int, said: object) -> None:
    answer = Client(light).ask("POST", LOGIN, data=body, headers={"content-type": content_type})
    assert (answer.status_code, answer.json()) == (status, said)


@pytest.mark.parametrize(
    ("query", "status", "field"),
    [
        ("limit=0", 400, "limit"),
        ("limit=101", 400, "limit"),
        ("limit=abc", 400, "limit"),
        ("page=abc", 400, "page"),
        ("page=0", 404, "detail"),
        ("page=-1", 404, "detail"),
        ("page=1000000000", 404, "detail"),
        (f"page={2**70}", 404, "detail"),
        ("page=" + "9" * 5000, 400, "page"),
        ("ordering=senha", 400, "ordering"),
        ("data_inicio=0000-01-01", 400, "data_inicio"),
        ("data_inicio=2026-02-30", 400, "data_inicio"),
        ("data_fim=9999-12-31", 400, "data_fim"),
        ("importado_em=2026-02-30", 400, "importado_em"),
        ("importado_em=9999-12-31", 400, "importado_em"),
        ("alterado_desde=ontem", 400, "alterado_desde"),
        ("search=%00", 400, "search"),
        ("search=%ff", 400, "search"),
        ("cnpj=a%00b", 400, "cnpj"),
        ("depois=x", 400, "depois"),
        ("search=" + "x" * 20_000, 400, "non_field_errors"),
    ],
)
def test_a_parameter_that_is_none(clara: Client, query: str, status: int, field: str) -> None:
    answer = clara.get(f"/api/nfe/?{query}")
    assert (answer.status_code, list(answer.json())) == (status, [field])


@pytest.mark.parametrize("number", ["0", "-1", str(2**63), str(2**70), "abc", "1.5", "%00", "9" * 5000])
def test_a_number_that_no_row_has_is_an_unknown_one(clara: Client, number: str) -> None:
    answer = clara.get(f"/api/nfe/{number}/")
    assert (answer.status_code, list(answer.json())) == (404, ["detail"])


def test_other_ways_and_places_are_told(clara: Client) -> None:
    assert clara.post("/api/nfe/", {}).status_code == 405
    assert clara.get("/api/nao-ha/").json() == {"detail": "Não encontrado."}


def test_every_answer_has_a_number_and_a_time(clara: Client) -> None:
    for path in ("/api/nfe/", "/api/nao-ha/", "/saude/"):
        headers = clara.get(path).headers
        assert len(headers["x-request-id"]) == 32
        assert headers["x-response-time"].endswith("s")


def test_what_was_sent_is_judged_as_json_is(light: str) -> None:
    body = json.dumps({"username": "ninguém", "password": "não é"}).encode()
    answer = Client(light).ask("POST", LOGIN, data=body, headers={"content-type": "application/json; charset=utf-8"})
    assert (answer.status_code, answer.json()) == (400, {"non_field_errors": ["Usuário ou senha inválidos."]})
