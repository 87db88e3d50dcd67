"""`esteira empresas`, as it is typed: whose documents are kept."""

import json

import pytest
from support.sefaz import EMPRESA, FILIAL
from support.typed import Run


def test_a_company_is_registered_for_a_user(run: Run) -> None:
    run("usuarios criar ana")
    code, out, err = run("empresas criar 12.abc.345/01de-35 --usuario ana --nome Loja --json")
    assert (code, json.loads(out)["cnpj"], err) == (
        0,
        "12.ABC.345/01DE-35",
        "Empresa 12.ABC.345/01DE-35 cadastrada para ana.\n",
    )
    assert run("empresas desativar 12abc34501de35")[0] == 0
    assert [one["ativa"] for one in json.loads(run("empresas listar --usuario ana --json")[1])] == [False]
    assert run("empresas ativar 12abc34501de35 --usuario ana")[0] == 0


def test_a_mistake_names_the_option_or_the_list(run: Run) -> None:
    assert "Veja `esteira usuarios listar`" in run("empresas criar 11222333000181 --usuario bia")[2]
    assert "Veja `esteira empresas listar`" in run("empresas desativar 11222333000181")[2]
    run("usuarios criar ana")
    run("empresas criar 11222333000181 --usuario ana")
    run("usuarios criar caio")
    run("empresas criar 11222333000181 --usuario caio")
    code, _, err = run("empresas desativar 11222333000181")
    assert (code, "(--usuario)" in err) == (2, True)


def shown(run: Run, *words: str) -> list[dict[str, object]]:
    found: list[dict[str, object]] = json.loads(run("empresas", "listar", "--json", *words)[1])
    return found


def test_without_a_user_it_is_the_operator_s(run: Run) -> None:
    assert run("empresas", "criar", EMPRESA) == (0, "", "Empresa 11.222.333/0001-81 cadastrada.\n")
    assert [(one["usuario"], one["nome"], one["uf"], one["ativa"]) for one in shown(run)] == [(None, "", None, True)]


def test_where_there_is_none_it_is_told_how_to_register_one(run: Run) -> None:
    assert run("empresas listar") == (0, "", "Nenhuma empresa. Cadastre uma com `esteira empresas criar`.\n")


def test_one_that_is_there_is_changed_only_where_that_is_said(run: Run) -> None:
    run("empresas", "criar", EMPRESA, "--nome", "Padaria")
    code, out, err = run("empresas", "criar", EMPRESA, "--nome", "Outra")
    assert (code, out) == (2, "")
    assert err
    assert run("empresas", "criar", EMPRESA, "--nome", "Outra", "--uf", "sp", "--substituir")[0] == 0
    assert [(one["nome"], one["uf"]) for one in shown(run)] == [("Outra", "SP")]


@pytest.mark.parametrize(
    "words", [("123",), (EMPRESA, "--uf", "XX"), ("11222333000182",), (EMPRESA, "--usuario", "bia")]
)
def test_what_is_typed_wrong_registers_nothing(run: Run, words: tuple[str, ...]) -> None:
    code, out, _ = run("empresas", "criar", *words)
    assert (code, out, shown(run)) == (2, "", [])


def test_they_are_listed_in_pages_and_by_user(run: Run) -> None:
    run("usuarios criar ana")
    run("empresas", "criar", EMPRESA, "--usuario", "ana")
    run("empresas", "criar", FILIAL)
    assert len(shown(run)) == 2
    assert [one["cnpj"] for one in shown(run, "--usuario", "ana")] == ["11.222.333/0001-81"]
    code, out, err = run("empresas listar --limite 1")
    assert (code, "Há mais: repita com --depois" in err) == (0, True)
    assert ("11.222.333/0001-81" in out) is not ("11.222.333/0002-62" in out)


def test_one_is_turned_off_and_on_by_its_cnpj_in_any_form(run: Run) -> None:
    run("empresas", "criar", EMPRESA)
    code, out, err = run("empresas", "desativar", "11.222.333/0001-81", "--json")
    assert (code, json.loads(out)["ativa"], err) == (0, False, "Empresa 11.222.333/0001-81 desativada.\n")
    assert run("empresas", "ativar", EMPRESA)[2] == "Empresa 11.222.333/0001-81 ativada.\n"
    assert [one["ativa"] for one in shown(run)] == [True]
