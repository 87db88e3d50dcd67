"""`esteira sefaz manifestar`, `aguardados`, `ciencia`, `manifestacoes`: what is said before, and how they end."""

import io
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from conftest import Configure
from lxml import etree
from support.consultas import Loja, loja, rows
from support.manifestar import WHY, estados, lotes
from support.sefaz import EMPRESA, Lugar, sefaz
from support.typed import Run

from flows.certificados import keeping
from sandbox import faults
from sandbox.documentos.comum import chave
from sandbox.sefaz.textos import FORNECEDOR
from storage.models.manifestacoes import ManifestacaoSEFAZ


@pytest.fixture
def lugar(tmp_path: Path) -> Iterator[Lugar]:
    with sefaz(tmp_path) as found:
        found.clock.instant = datetime.now(UTC)
        yield found


@pytest.fixture
def minha(sqlite: str, lugar: Lugar, configure: Configure) -> Loja:
    found = loja(lugar, configure)
    found.receber(3)
    found.consultar()
    return found


@pytest.fixture
def chaves(minha: Loja) -> list[str]:
    return sorted(minha.server.notas)


def say(run: Run, *words: str) -> tuple[int, str, str]:
    return run("sefaz", "manifestar", *words)


def test_ciencia_is_registered_and_shown_with_its_note(chaves: list[str], run: Run) -> None:
    code, _, err = say(run, chaves[0], "--tipo", "ciencia")
    assert code == 0
    assert "obriga a concluir depois" in err
    assert f"{chaves[0]}: registrado em " in err
    assert "protocolo 891" in err
    assert (
        "Ciência da operação" in run("documentos", "mostrar", chaves[0])[1]
        or "Ciencia" in run("documentos", "mostrar", chaves[0])[1]
    )
    assert "registrado" in run("sefaz", "manifestacoes", "--estado", "registrado")[1]


def test_what_a_confirmation_bars_is_said_before_and_nothing_leaves_unasked(
    minha: Loja, chaves: list[str], run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    code, _, err = say(run, chaves[0], "--tipo", "confirmacao")
    assert code == 2
    assert "impede o emitente de cancelá-la" in err
    assert "vale o registrado por último" in err
    assert (lotes(minha), estados(minha)) == ([], [])
    for answer, done in (("não\n", []), ("sim\n", ["registrado"])):
        terminal = io.StringIO(answer)
        terminal.isatty = lambda: True  # type: ignore[method-assign]
        monkeypatch.setattr("sys.stdin", terminal)
        say(run, chaves[0], "--tipo", "confirmacao")
        assert estados(minha) == done
    code, _, err = say(run, chaves[1], "--tipo", "confirmacao", "--sim")
    assert (code, "impede o emitente" in err) == (0, True)


def test_what_is_registered_already_is_not_sent_again(minha: Loja, chaves: list[str], run: Run) -> None:
    words = (chaves[0], "--tipo", "confirmacao", "--sim")
    say(run, *words)
    code, _, err = say(run, *words)
    assert code == 0
    assert "já estava registrado em " in err
    assert "Para dizer o mesmo de novo: --sequencia 2." in err
    assert len(lotes(minha)) == 1
    assert "registrado em" in say(run, *words, "--sequencia", "2")[2]
    assert len(lotes(minha)) == 2


def test_the_signed_xml_is_shown_and_nothing_is_sent(minha: Loja, chaves: list[str], run: Run) -> None:
    code, out, _ = say(run, *chaves[:2], "--tipo", "nao-realizada", "--justificativa", WHY, "--simular")
    assert code == 0
    events = [etree.fromstring(line) for line in out.splitlines()]
    ns = {"n": "http://www.portalfiscal.inf.br/nfe"}
    assert [one.findtext(".//n:chNFe", None, ns) for one in events] == chaves[:2]
    assert [one.findtext(".//n:xJust", None, ns) for one in events] == [WHY] * 2
    assert all(one.find("{http://www.w3.org/2000/09/xmldsig#}Signature") is not None for one in events)
    assert (lotes(minha), rows(ManifestacaoSEFAZ)) == ([], [])


def test_a_list_goes_in_lots_and_a_bad_line_costs_itself(minha: Loja, run: Run, tmp_path: Path) -> None:
    minha.receber(22)
    keys = sorted(minha.server.notas)
    listed = tmp_path / "chaves.csv"
    lines = ["# de novembro", "chave;valor", "", *(f'"{key}";10,00' for key in keys), "3,52611E+43;1"]
    listed.write_bytes("\r\n".join(lines).encode("utf-16"))
    words = ("--arquivo", str(listed), "--tipo", "ciencia", "--empresa", EMPRESA, "--usuario", "ana", "--json")
    code, out, err = say(run, *words)
    assert code == 2
    told = json.loads(out)
    assert [one["estado"] for one in told if "estado" in one] == ["registrado"] * 25
    assert [one["recusa"] for one in told if "recusa" in one] != []
    assert "não é uma chave de acesso" in err
    assert lotes(minha) == ["128", "128"]


def test_a_list_may_come_in_by_the_standard_input(chaves: list[str], run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO("\n".join(chaves).encode())))
    code, _, err = say(run, "--arquivo", "-", "--tipo", "ciencia")
    assert (code, err.count("registrado em")) == (0, 3)


def test_refused_is_told_apart(minha: Loja, chaves: list[str], run: Run) -> None:
    minha.server.cancelar(minha.server.notas[chaves[0]])
    code, _, err = say(run, chaves[0], chaves[1], "--tipo", "ciencia")
    assert code == 5
    assert f"{chaves[0]}: recusado. 650: " in err
    assert f"{chaves[1]}: registrado" in err


def test_no_answer_is_told_apart_and_the_event_stays_owed(minha: Loja, chaves: list[str], run: Run) -> None:
    minha.server.faults.queue(faults.after(faults.close_early(b"")))
    code, _, err = say(run, chaves[0], "--tipo", "ciencia")
    assert code == 3
    assert "enviado, sem resposta; será perguntado de novo" in err
    code, _, err = say(run, chaves[0], "--tipo", "ciencia")
    assert code == 0
    assert "registrado antes (por este ou por outro programa)" in err


def test_the_certificate_is_told_apart(minha: Loja, chaves: list[str], run: Run) -> None:
    keeping.desativar(EMPRESA, "ana")
    code, _, err = say(run, chaves[0], "--tipo", "ciencia")
    assert code == 4
    assert "Nenhum certificado em uso serve" in err
    assert say(run, chaves[0], "--tipo", "ciencia", "--simular")[:2] == (4, "")


def test_a_block_is_told_apart(minha: Loja, chaves: list[str], run: Run) -> None:
    body = (
        '<retEnvEvento xmlns="http://www.portalfiscal.inf.br/nfe"><cStat>656</cStat><xMotivo>Consumo</xMotivo>'
        "</retEnvEvento>"
    )
    minha.server.faults.queue(faults.status(200, body))
    assert say(run, chaves[0], "--tipo", "ciencia")[0] == 6


def test_it_may_be_left_to_the_workers(minha: Loja, chaves: list[str], run: Run) -> None:
    code, _, err = say(run, chaves[0], "--tipo", "ciencia", "--fila")
    assert code == 1
    assert "pendente; os workers o enviam" in err
    assert lotes(minha) == []


def test_a_clock_that_is_wrong_is_told(minha: Loja, chaves: list[str], run: Run) -> None:
    minha.lugar.clock.advance(-3600)
    code, _, err = say(run, chaves[0], "--tipo", "ciencia")
    assert code == 1
    assert "O relógio desta máquina está " in err
    assert "adiantado em relação ao da SEFAZ" in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--tipo", "ciencia"), "Diga ao menos uma chave"),
        ((chave("55", 9, emitente=FORNECEDOR.documento), "--tipo", "ciencia"), "não está no acervo"),
        (("123", "--tipo", "ciencia"), "não é uma chave de acesso"),
        (("123", "--tipo", "aceite"), "Tipo desconhecido"),
        (("123", "--tipo", "nao-realizada"), "precisa de uma justificativa"),
        (("123", "--tipo", "ciencia", "--empresa", "111.444.777-35"), "e-CPF"),
        (("--tipo", "ciencia", "--arquivo", "/nao/ha"), "Não consegui ler"),
        (("123",), "Falta a opção --tipo"),
    ],
)
def test_what_is_typed_wrong_is_told_in_a_sentence(minha: Loja, run: Run, words: tuple[str, ...], said: str) -> None:
    code, _, err = say(run, *words)
    assert code == 2
    assert said in err


def test_what_is_waited_for_is_listed(minha: Loja, chaves: list[str], run: Run) -> None:
    code, out, _ = run("sefaz", "aguardados", "--json")
    assert code == 0
    assert sorted(one["chave_acesso"] for one in json.loads(out)) == chaves
    assert "sem ciencia" in run("sefaz", "aguardados", "--empresa", EMPRESA)[1]
    say(run, *chaves, "--tipo", "desconhecimento", "--sim")
    assert "Nenhum XML é aguardado" in run("sefaz", "aguardados")[2]
    assert "desconhecida" in run("sefaz", "aguardados", "--todos")[1]


def test_ciencia_by_itself_says_what_it_obliges_to(minha: Loja, run: Run) -> None:
    words = ("sefaz", "ciencia", "--empresa", EMPRESA)
    assert "desligada" in run(*words)[2]
    code, out, err = run(*words, "--ligar", "--json")
    assert (code, json.loads(out)["ligada"]) == (0, True)
    assert "obriga a empresa a concluir depois" in err
    assert "em até 90 dias" in err
    assert "ligada desde" in run(*words)[2]
    assert "Nenhum certificado" not in err
    keeping.desativar(EMPRESA, "ana")
    assert "Nenhum certificado em uso serve a empresa: nada sai" in run(*words)[2]
    assert "desligada" in run(*words, "--desligar")[2]
    assert run(*words, "--ligar", "--desligar")[0] == 2


def test_cron_sends_the_ciencia_that_is_given_by_itself(chaves: list[str], minha: Loja, run: Run) -> None:
    assert run("sefaz", "ciencia", "--empresa", EMPRESA, "--ligar")[0] == 0
    code, out, _ = run("tarefas executar --task consultas_sefaz --json")
    (told,) = json.loads(out)
    assert (code, told["situacao"], told["contagem"]["eventos"]) == (0, "feita", len(chaves))
    assert set(estados(minha)) == {"registrado"}
