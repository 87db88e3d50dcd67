"""`esteira sefaz consultar`: exit codes tell done, resting, blocked, certificate and transport apart."""

import json

import pytest
from support.consultas import Loja
from support.sefaz import EMPRESA
from support.typed import Run

from cli.sefaz.consultar import EXITS
from flows.certificados import keeping
from flows.sefaz.regras import Situacao
from sandbox import faults


def ask(run: Run, *more: str) -> tuple[int, str, str]:
    return run("sefaz", "consultar", "--empresa", EMPRESA, "--servico", "nfe", *more)


def test_done_and_then_resting(minha: Loja, run: Run) -> None:
    minha.receber(3)
    code, out, err = ask(run, "--json")
    assert (code, json.loads(out)[0]["total_importados"]) == (0, 3)
    assert "3 documentos em 1 página, 3 novos" in err
    code, out, err = ask(run)
    assert (code, out) == (1, "")
    assert "descansando" in err
    assert len(minha.server.pedidos) == 1


def test_without_a_company_all_that_have_a_certificate_are_asked_for_in_both_services(minha: Loja, run: Run) -> None:
    code, _, err = run("sefaz", "consultar")
    assert (code, err.count("documentos em")) == (0, 2), err
    assert [one.servico for one in minha.server.pedidos] == ["nfe", "cte"]


@pytest.mark.parametrize(
    ("forced", "exit_code", "said"),
    [("656", 6, "consumo indevido"), ("280", 4, "280"), ("108", 3, "108"), ("999", 5, "999")],
)
def test_each_end_has_its_code(minha: Loja, run: Run, forced: str, exit_code: int, said: str) -> None:
    minha.receber(1)
    minha.server.serie(EMPRESA).forcados.append(forced)
    code, _, err = ask(run)
    assert code == exit_code
    assert said in err


def test_a_certificate_that_is_not_accepted_is_told(minha: Loja, run: Run) -> None:
    minha.server.faults.always(faults.status(403))
    code, _, err = ask(run)
    assert code == 4
    assert "certificado" in err


def test_the_first_contact_says_what_does_not_come(minha: Loja, run: Run) -> None:
    _, _, err = run("sefaz", "consultar", "--empresa", EMPRESA, "--servico", "nfe")
    for part in ("começa agora", "esteira sefaz chaves", "20 por hora", "Importe"):
        assert part in err
    assert "começa agora" not in run("sefaz", "consultar", "--empresa", EMPRESA, "--servico", "nfe")[2]


def test_every_end_has_an_exit_code_of_its_own_kind() -> None:
    assert set(EXITS) == set(Situacao)
    assert {one for one, code in EXITS.items() if code == 0} == {"concluida", "continua"}
    assert {one for one, code in EXITS.items() if code == 1} == {"descansando", "ocupada", "esgotada"}
    assert [EXITS[one] for one in ("sem_resposta", "certificado", "recusada", "bloqueada")] == [3, 4, 5, 6]


def test_of_several_ends_the_greatest_code_is_the_answer(minha: Loja, run: Run) -> None:
    minha.receber(1)
    minha.server.serie(EMPRESA, "cte").forcados.append("999")
    code, out, err = run("sefaz", "consultar", "--json")
    assert code == 5
    assert [one["situacao"] for one in json.loads(out)] == ["concluida", "recusada"]
    assert "1 documento em 1 página, 1 novo. Próxima a partir de " in err


def test_what_could_not_be_read_is_counted_beside_the_rest(minha: Loja, run: Run) -> None:
    minha.receber(1)
    minha.server.publicar(EMPRESA, "nfe", "resOutra_v9.99.xsd", b"<resOutra/>")
    assert "2 documentos em 1 página, 1 novo, 1 ilegível." in ask(run)[2]


def test_one_that_was_cut_short_says_that_there_is_more(minha: Loja, run: Run) -> None:
    minha.receber(2)
    minha.server.serie(EMPRESA).paginas.append(1)
    run("sefaz", "configurar", "--usuario", "ana", "--max-documentos-por-consulta", "1")
    code, _, err = ask(run)
    assert (code, "1 documento em 1 página, 1 novo. Há mais, e pode ser pedido já." in err) == (0, True)


def test_without_a_certificate_in_use_there_is_nothing_to_ask(minha: Loja, run: Run) -> None:
    keeping.desativar(EMPRESA, "ana")
    code, out, err = run("sefaz", "consultar", "--json")
    assert (code, json.loads(out)) == (0, [])
    assert "Guarde um com `esteira certificados adicionar`" in err
    assert ask(run)[0] == 4


@pytest.mark.parametrize(
    ("words", "said"),
    [(("--empresa", "1"), "--empresa"), (("--servico", "nfce"), "--servico"), (("--usuario", "bia"), "'bia'")],
)
def test_what_is_typed_wrong_is_told(minha: Loja, run: Run, words: tuple[str, ...], said: str) -> None:
    code, out, err = run("sefaz", "consultar", *words)
    assert (code, out, said in err) == (2, "", True)
