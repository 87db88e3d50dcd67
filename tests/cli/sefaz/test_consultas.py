"""`esteira sefaz consultas`, `mostrar`, `exportar`, `importar`: what a consultation brought, for people."""

import json
import zipfile
from pathlib import Path

import pytest
import redis
from support.consultas import Loja
from support.numeracao import Numeracao, add, after, numeracao
from support.sefaz import EMPRESA, INICIO
from support.typed import Run

from core.broker_link import KEY_PREFIX
from flows.sefaz import importacoes_pedidas
from sandbox.documentos.comum import Pessoa
from sandbox.documentos.notas import nota
from sandbox.sefaz.textos import FORNECEDOR
from storage.models.sefaz import ConsultaSEFAZ, EstadoConsulta
from tasks.sefaz import SEFAZ, importar_pendentes, manifestar


@pytest.fixture
def minha(minha: Loja) -> Loja:
    """The company has a summary and a whole note of one consultation."""
    minha.receber(1)
    made = nota(7, emitente=FORNECEDOR, destinatario=Pessoa(EMPRESA))
    minha.server.publicar(EMPRESA, "nfe", "procNFe_v4.00.xsd", made.xml)
    minha.consultar()
    return minha


def test_a_consultation_is_listed_and_shown(minha: Loja, run: Run) -> None:
    (one,) = json.loads(run("sefaz", "consultas", "--usuario", "ana", "--json")[1])
    assert (one["tipo_documento"], one["status"], one["total_encontrados"]) == ("NFE", "CONCLUIDA", 2)
    assert "11.222.333/0001-81" in run("sefaz", "consultas")[1]
    code, out, _ = run("sefaz", "mostrar", str(one["id"]))
    assert code == 0
    assert "No acervo: 1 inteiro, 1 pendente" in out
    assert "2 como destinatário" in out
    assert "só o resumo chegou" in out
    told = json.loads(run("sefaz", "mostrar", str(one["id"]), "--limite", "1", "--json")[1])
    assert {role: len(some) for role, some in told["documentos"].items()} == {"DESTINATARIO": 1}
    assert (told["depois"], told["estatisticas"]["pendentes"]) == (1, 1)


def test_one_that_is_not_there_is_told(minha: Loja, run: Run) -> None:
    code, _, err = run("sefaz", "mostrar", "99")
    assert code == 2
    assert "Não há a consulta 99. Veja `esteira sefaz consultas`" in err


def test_what_it_brought_is_written_to_files(minha: Loja, run: Run, tmp_path: Path) -> None:
    texts, lines = tmp_path / "x.zip", tmp_path / "x.csv"
    code, out, _ = run("sefaz", "exportar", "1", "--zip", str(texts), "--csv", str(lines), "--json")
    assert (code, json.loads(out)["documentos"], json.loads(out)["linhas"]) == (0, 1, 2)
    with zipfile.ZipFile(texts) as archive:
        assert [name.split("/")[0] for name in archive.namelist()] == ["NFe"]
    assert len(lines.read_text().splitlines()) == 3
    assert run("sefaz", "exportar", "1", "--zip", str(texts))[0] == 2
    assert run("sefaz", "exportar", "1")[0] == 2


def test_what_stays_pending_is_told_with_why(minha: Loja, run: Run) -> None:
    code, out, _ = run("sefaz", "importar", "1", "--json")
    assert (code, [one["importado"] for one in json.loads(out)]) == (1, [False])
    assert "ainda não chegou" in out
    assert run("sefaz", "importar", "1", "--documento", "1")[0] == 1
    code, _, err = run("sefaz", "importar", "1", "--documento", "2")
    assert code == 2
    assert "já está importado" in err


def test_what_is_pending_may_be_left_to_the_workers(minha: Loja, run: Run, broker: str) -> None:
    code, _, err = run("sefaz", "importar", "1", "--fila")
    assert code == 0
    assert "1 documento pendente fica para os workers" in err
    with redis.Redis.from_url(broker) as client:
        assert client.llen(f"{KEY_PREFIX}{SEFAZ.name}") == 1
    assert run("sefaz", "importar", "99", "--fila")[0] == 2


def test_what_was_left_to_the_workers_once_is_asked_for_once_and_again_where_its_message_was_lost(
    minha: Loja, run: Run, broker: str
) -> None:
    for _ in range(2):
        assert run("sefaz", "importar", "1", "--fila")[0] == 0
    with redis.Redis.from_url(broker) as client:
        assert client.llen(f"{KEY_PREFIX}{SEFAZ.name}") == 1
        client.flushdb()
        manifestar()
        assert client.llen(f"{KEY_PREFIX}{SEFAZ.name}") == 1
        client.flushdb()
        importar_pendentes(1)
        manifestar()
        assert client.llen(f"{KEY_PREFIX}{SEFAZ.name}") == 0


def test_what_was_left_to_the_workers_is_done_by_cron_where_there_are_none(minha: Loja, run: Run) -> None:
    assert run("sefaz", "importar", "1", "--fila")[0] == 0
    assert importacoes_pedidas.devidas() == [1]
    code, out, _ = run("tarefas", "executar", "--task", "consultas_sefaz", "--json")
    assert (code, json.loads(out)[0]["contagem"]["importados"]) == (0, 0)
    assert importacoes_pedidas.devidas() == []


def test_a_consultation_may_be_left_to_the_workers(minha: Loja, run: Run, broker: str) -> None:
    code, out, err = run("sefaz", "consultar", "--usuario", "ana", "--fila", "--json")
    assert (code, [one["consulta_id"] for one in json.loads(out)]) == (0, [2, 3])
    assert "2 consultas ficam para os workers" in err
    (last, before, _) = json.loads(run("sefaz", "consultas", "--json")[1])
    assert (last["status"], before["status"]) == ("PENDENTE", "PENDENTE")
    with redis.Redis.from_url(broker) as client:
        assert client.llen(f"{KEY_PREFIX}{SEFAZ.name}") == 1


@pytest.fixture
def alone(sqlite: str) -> Numeracao:
    """A company that nobody answers."""
    return numeracao()


def consultation(of: Numeracao, **columns: object) -> int:
    day = INICIO.date()
    given = {"tipo_documento": "CTE", "status": EstadoConsulta.ERRO, "log_detalhado": ""} | columns
    named = {"serie_id": of.serie_id, "certificado_id": of.quem.certificado_id}
    return add(ConsultaSEFAZ(**named, data_inicio=day, data_fim=day, data_consulta=after(0), **given))[0]


def test_before_the_first_there_is_none_to_list(alone: Numeracao, run: Run) -> None:
    code, out, err = run("sefaz", "consultas")
    assert (code, out) == (0, "")
    assert err == "Nada foi consultado ainda. Comece com `esteira sefaz consultar`.\n"


def test_one_that_failed_is_shown_in_words_with_its_log_and_without_what_it_has_not(alone: Numeracao, run: Run) -> None:
    number = consultation(alone, mensagem_erro="108: parado", log_detalhado="tentativa 1: \x1b[2J\npágina 1: 108")
    code, out, err = run("sefaz", "mostrar", str(number))
    assert (code, err) == (0, "A consulta não trouxe documentos.\n")
    assert out.splitlines() == [
        f"ID: {number}",
        "Empresa: 11.222.333/0001-81",
        "Usuário: ana",
        "Tipo: CT-e",
        "Situação: erro",
        "Começou: 2026-11-26T09:00:00-03:00",
        "Documentos: 0",
        "Novos: 0",
        "Ilegíveis: 0",
        "Erro: 108: parado",
        "No acervo: 0 inteiros, 0 pendentes",
        "  tentativa 1: �[2J",
        "  página 1: 108",
    ]


def test_a_list_says_kinds_and_states_as_people_do(alone: Numeracao, run: Run) -> None:
    consultation(alone, status=EstadoConsulta.CONCLUIDA, tipo_documento="NFSE")
    consultation(alone, status=EstadoConsulta.PENDENTE)
    out = run("sefaz", "consultas")[1]
    assert [one in out for one in ("NFS-e", "concluída", "CT-e", "pendente")] == [True] * 4
    assert {one["status"] for one in json.loads(run("sefaz", "consultas", "--json")[1])} == {"CONCLUIDA", "PENDENTE"}
    assert "Há mais: repita com --depois" in run("sefaz", "consultas", "--limite", "1")[2]
    assert run("sefaz", "consultas", "--empresa", "11222333000262")[1] == ""


def test_one_of_the_two_files_is_enough_and_one_that_cannot_be_made_leaves_none(
    alone: Numeracao, run: Run, tmp_path: Path
) -> None:
    number = str(consultation(alone))
    assert run("sefaz", "exportar", number, "--csv", "so.csv") == (0, "", "0 linhas em so.csv.\n")
    code, _, err = run("sefaz", "exportar", number, "--csv", "nada/so.csv")
    assert (code, "(--csv)" in err) == (2, True)
    assert run("sefaz", "exportar", "99", "--zip", "x.zip")[0] == 2
    assert not (tmp_path / "x.zip").exists()


def test_where_nothing_is_pending_an_import_ends_well(alone: Numeracao, run: Run) -> None:
    number = str(consultation(alone))
    assert run("sefaz", "importar", number) == (0, "", "Nada está pendente nesta consulta.\n")
    assert run("sefaz", "importar", "99")[0] == 2
