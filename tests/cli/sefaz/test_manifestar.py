"""`esteira sefaz manifestar` and `manifestacoes`: what is said before, and how they end."""

import io
import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from lxml import etree
from support.consultas import Loja, rows
from support.manifestar import WHY, estados, lotes
from support.sefaz import EMPRESA, INICIO
from support.typed import Run

from cli.sefaz.manifestar import LIST_LIMIT, _exit, _listed, _sentence
from flows.certificados import keeping
from flows.sefaz.manifestacoes.envio import Envio
from flows.sefaz.manifestacoes.manifestar import Feito
from flows.sefaz.manifestacoes.views import ManifestacaoView
from flows.sefaz.regras import Situacao
from sandbox import faults
from sandbox.documentos.comum import chave
from sandbox.sefaz.textos import FORNECEDOR
from storage.models.manifestacoes import ManifestacaoSEFAZ


@pytest.fixture
def minha(minha: Loja) -> Loja:
    """The company has three summaries."""
    minha.receber(3)
    minha.consultar()
    return minha


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


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"#" * (LIST_LIMIT + 1), "A lista da entrada passa de 16 MiB."),
        (b"\xff\xfea", "A lista da entrada não é um texto."),
    ],
    ids=["endless", "broken"],
)
def test_a_list_that_is_no_list_or_has_no_end_is_refused_whole(
    run: Run, minha: Loja, monkeypatch: pytest.MonkeyPatch, content: bytes, said: str
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(content)))
    code, _, err = say(run, "--arquivo", "-", "--tipo", "ciencia")
    assert (code, err) == (2, f"Erro: {said}\n")


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


def test_cron_sends_the_ciencia_that_is_given_by_itself(chaves: list[str], minha: Loja, run: Run) -> None:
    assert run("sefaz", "ciencia", "--empresa", EMPRESA, "--ligar")[0] == 0
    code, out, _ = run("tarefas executar --task consultas_sefaz --json")
    (told,) = json.loads(out)
    assert (code, told["situacao"], told["contagem"]["eventos"]) == (0, "feita", len(chaves))
    assert set(estados(minha)) == {"registrado"}


EVENT = ManifestacaoView(
    id=7,
    empresa="11.222.333/0001-81",
    chave_acesso="3" * 44,
    tipo="confirmacao",
    sequencia=1,
    justificativa=None,
    automatica=False,
    estado="registrado",
    cstat="135",
    motivo="135: dito",
    protocolo="891",
    tentativas=1,
    pedida_em=INICIO,
    registrada_em=INICIO,
)
AT = "2026-11-26T09:00:00-03:00"


@pytest.mark.parametrize(
    ("changed", "before", "said"),
    [
        ({}, False, f"registrado em {AT}, protocolo 891."),
        ({"protocolo": None}, False, f"registrado em {AT}."),
        ({"cstat": "573"}, False, f"registrado antes (por este ou por outro programa) em {AT}, protocolo 891."),
        (
            {},
            True,
            f"já estava registrado em {AT}; nada foi enviado. Para dizer o mesmo de novo: --sequencia 2.",
        ),
        ({"sequencia": 2}, True, f"já estava registrado em {AT}; nada foi enviado."),
        ({"tipo": "ciencia"}, True, f"já estava registrado em {AT}; nada foi enviado."),
        ({"estado": "recusado"}, True, "recusado. 135: dito"),
        ({"estado": "recusado", "motivo": None}, False, "recusado."),
        ({"estado": "enviado"}, False, "enviado, sem resposta; será perguntado de novo. 135: dito"),
        ({"estado": "pendente", "motivo": None}, False, "pendente; os workers o enviam."),
    ],
)
def test_how_far_an_event_is_is_said_in_a_sentence(changed: dict[str, object], before: bool, said: str) -> None:
    assert _sentence(replace(EVENT, **changed), before=before) == said  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("states", "ends", "code"),
    [
        ([], [], 0),
        (["registrado"], [Situacao.CONCLUIDA], 0),
        (["registrado", "pendente"], [Situacao.CONCLUIDA], 1),
        (["enviado"], [Situacao.SEM_RESPOSTA], 3),
        (["pendente"], [Situacao.CERTIFICADO], 4),
        (["recusado", "registrado"], [Situacao.CONCLUIDA], 5),
        (["recusado", "pendente"], [Situacao.SEM_RESPOSTA], 5),
        (["recusado", "pendente"], [Situacao.SEM_RESPOSTA, Situacao.BLOQUEADA], 6),
        (["registrado"], [Situacao.BLOQUEADA], 0),
    ],
)
def test_the_exit_code_is_the_worst_that_anything_is_owed_for(
    states: Sequence[str], ends: Sequence[Situacao], code: int
) -> None:
    events = [replace(EVENT, estado=one) for one in states]
    assert _exit(Feito(events, [Envio(situacao=one) for one in ends])) == code


@pytest.mark.parametrize(
    ("content", "keys"),
    [
        (b"", []),
        (b"# 123\nchave;valor\n\n", []),
        (b"123\r\n456\n", ["123", "456"]),
        (b'"123";10,00\n "456" ,x\n789\t1\n', ["123", "456", "789"]),
        ("\ufeff123;1".encode(), ["123"]),
        ("observação;1\n123".encode("cp1252"), ["123"]),
        ("NFe123".encode("utf-16"), ["NFe123"]),
    ],
)
def test_of_a_list_the_first_cell_of_each_line_is_a_key_where_it_has_a_digit(
    tmp_path: Path, content: bytes, keys: list[str]
) -> None:
    (tmp_path / "lista").write_bytes(content)
    assert _listed(tmp_path / "lista") == keys
