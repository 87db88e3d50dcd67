"""`esteira usuarios` and `esteira empresas`, as they are typed; and whose a destination is."""

import json

from support.typed import Run

HOOK = "--tipo webhook --nome erp --url https://a.b/x --eventos nfe_importada"


def test_a_user_is_made_listed_and_turned_off(run: Run) -> None:
    code, _, err = run("usuarios", "criar", "ana", "--email", "ana@a.br", "--nome", "Ana Silva")
    assert (code, err) == (0, "Usuário ana criado.\n")
    assert run("usuarios criar ana")[:2] == (2, "")
    assert run("usuarios desativar ana")[0] == 0
    shown = json.loads(run("usuarios listar --json")[1])
    assert [(one["usuario"], one["nome"], one["ativo"], one["staff"]) for one in shown] == [
        ("ana", "Ana Silva", False, False)
    ]
    assert run("usuarios ativar ana")[0] == 0
    assert "ana@a.br" in run("usuarios listar")[1]


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
    run("empresas criar 11222333000181")
    code, _, err = run("empresas desativar 11222333000181")
    assert (code, "(--usuario)" in err) == (2, True)


def test_a_destination_belongs_to_the_user_it_is_made_for(run: Run) -> None:
    run("usuarios criar ana")
    assert run(f"destinos criar {HOOK} --usuario bia")[0] == 2
    assert run(f"destinos criar {HOOK} --usuario ana")[0] == 0
    assert [one["usuario"] for one in json.loads(run("destinos listar --json")[1])] == ["ana"]
