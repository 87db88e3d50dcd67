"""What is secret is found nowhere: in no table, no log and no answer."""

import base64
import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from support.api import Client
from support.ports import wait_until
from support.sefaz import EMPRESA

from flows.usuarios import managing, tokens
from flows.usuarios.passwords import definir
from sandbox.receiver import ReceiverServer
from sandbox.sefaz import Autoridade
from storage.metadata import metadata
from storage.models.pedidos import PedidoAPI
from storage.session import reading

PASSWORD, WRONG = "uma senha que presta", "uma senha errada"  # pragma: allowlist secret
KEY, HEADER = "whsec_" + base64.b64encode(b"segredo do webhook de teste 1").decode(), "valor-do-cabecalho-secreto"


def stored() -> Iterator[str]:
    """Yield every value of every table as it is stored, without the types that decrypt."""
    with reading() as db:
        for name in metadata().tables:
            for row in db.execute(text(f'SELECT * FROM "{name}"')):
                for value in row:
                    yield bytes(value).decode("latin-1") if isinstance(value, bytes | memoryview) else str(value)


def requests_written() -> int:
    with reading() as db:
        return db.query(PedidoAPI).count()


def test_secrets_that_come_in_are_found_nowhere(
    url: str, loopback: None, tmp_path: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    managing.criar("ana")
    definir("ana", PASSWORD)
    nobody = Client(url)
    token = nobody.post("/api/auth/login/", {"username": "ana", "password": PASSWORD}).json()["token"]
    ana, answers = Client(url, token), list[Any]()
    answers.append(nobody.post("/api/auth/login/", {"username": "ana", "password": WRONG}))
    answers.append(nobody.post("/api/auth/login/", {"username": ["ana"], "password": PASSWORD}))
    one = Autoridade(tmp_path).cliente(EMPRESA, fim=datetime.now(UTC) + timedelta(days=9), uf="SP")
    with ReceiverServer({"/x": KEY}) as receiver:
        said: dict[str, Any] = {
            "nome": "ERP",
            "url": f"{receiver.url}/x",
            "eventos": "nfe_importada",
            "secret_key": KEY,
        }
        said |= {"headers_customizados": {"X-Chave": HEADER}}
        made = ana.post("/api/webhooks/", said)
        place = f"/api/webhooks/{made.json()['id']}/"
        answers += [
            made,
            ana.post("/api/webhooks/", said | {"timeout": 1, "headers_customizados": {"X-Chave": HEADER}}),
        ]
        answers += [ana.ask("PATCH", place, json={"secret_key": [KEY], "headers_customizados": {"Host": HEADER}})]
        answers += [ana.post(f"{place}testar/"), ana.get(place), ana.get(f"{place}logs/")]
        body = {"senha_pfx": (None, one.senha), "nome": (None, "Matriz"), "cnpj": (None, EMPRESA)}
        for file in (one.pfx, b"outra coisa"):
            answers.append(ana.ask("POST", "/api/certificados/", files=body | {"arquivo_pfx": ("a.pfx", file)}))
        answers += [ana.get(f"/api/nfe/?token={token}&secret_key={KEY}")]
        answers += [ana.get(path) for path in ("/api/certificados/", "/api/webhooks/", "/metricas")]
    wait_until(lambda: requests_written() >= len(answers))
    assert {one.status_code for one in answers} == {200, 201, 400}
    out, err = capfd.readouterr()
    everywhere = {
        "tables": "\n".join(stored()),
        "logs": caplog.text + out + err,
        "answers": "\n".join(one.text + str(one.headers) for one in answers),
    }
    secrets = (PASSWORD, WRONG, KEY, KEY.removeprefix("whsec_"), HEADER, one.senha, token, one.pfx.decode("latin-1"))
    found = {place: [secret[:30] for secret in secrets if secret in words] for place, words in everywhere.items()}
    assert found == {"tables": [], "logs": [], "answers": []}
    assert tokens.listar("ana").itens[0].prefixo in everywhere["tables"]
