"""The tasks of distribution: one company now, and all that is due."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import redis
from conftest import Configure
from support.consultas import Loja, loja, rows
from support.sefaz import EMPRESA, sefaz

from core.broker_link import KEY_PREFIX
from flows.certificados import keeping
from flows.sefaz.manifestacoes import ciencia
from flows.sefaz.pedidos import pedir_chaves
from storage.models.empresas import Empresa
from tasks.sefaz import SEFAZ, completar, consultar, enviar_eventos, manifestar, varrer


@pytest.fixture
def minha(sqlite: str, tmp_path: Path, configure: Configure) -> Iterator[Loja]:
    with sefaz(tmp_path) as lugar:
        lugar.clock.instant = datetime.now(UTC)
        yield loja(lugar, configure)


def test_a_company_is_consulted_by_its_cnpj(minha: Loja) -> None:
    minha.receber(1)
    assert consultar(EMPRESA, "nfe", "ana")["total_importados"] == 1
    assert consultar(EMPRESA, "nfe", "ana")["situacao"] == "descansando"
    assert len(minha.server.pedidos) == 1


def test_one_message_stands_for_all_that_is_due(minha: Loja) -> None:
    assert varrer()["consultas"] == 0
    keeping.automatizar(EMPRESA, "ana")
    minha.receber(1)
    found = varrer()
    assert (found["consultas"], found["documentos"], found["falhas"]) == (2, 1, 0)
    assert varrer()["consultas"] == 0


@pytest.mark.parametrize("task", [varrer, completar])
def test_what_people_asked_for_goes_out_with_the_round_and_between_two(
    minha: Loja, task: Callable[[], dict[str, int]]
) -> None:
    minha.receber(1)
    list(pedir_chaves(minha.dono, minha.server.notas))
    assert task()["perguntas"] == 1
    assert task()["perguntas"] == 0
    assert minha.chaves == set(minha.server.notas)


def test_a_sweep_owes_the_ciencias_that_are_due_and_has_each_company_send(minha: Loja, broker: str) -> None:
    minha.receber(2)
    minha.consultar()
    assert manifestar() == {"ciencias": 0, "empresas": 0, "importacoes": 0}
    ciencia.ligar(EMPRESA, "ana")
    assert manifestar() == {"ciencias": 2, "empresas": 1, "importacoes": 0}
    with redis.Redis.from_url(broker) as client:
        assert client.llen(f"{KEY_PREFIX}{SEFAZ.name}") == 1
    found = enviar_eventos(rows(Empresa)[0].id)
    assert (found["situacao"], found["registradas"]) == ("concluida", 2)
    assert manifestar() == {"ciencias": 0, "empresas": 0, "importacoes": 0}
