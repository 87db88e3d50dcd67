"""`esteira usuarios`, as it is typed; and whose a destination is."""

import io
import json

import pytest
from conftest import Configure
from support.typed import Run

from flows.usuarios import entering
from flows.usuarios.tokens import ONCE, quem

HOOK = "--tipo webhook --nome erp --url https://a.b/x --eventos nfe_importada"


def test_a_user_is_made_listed_and_turned_off(run: Run) -> None:
    code, token, err = run("usuarios", "criar", "ana", "--email", "ana@a.br", "--nome", "Ana Silva")
    assert (code, err) == (0, f"Usuário ana criado.\n{ONCE}\n")
    assert (who := quem(token.strip())) is not None
    assert who.username == "ana"
    assert run("usuarios criar ana")[:2] == (2, "")
    assert run("usuarios desativar ana")[0] == 0
    shown = json.loads(run("usuarios listar --json")[1])
    assert [(one["usuario"], one["nome"], one["ativo"], one["staff"]) for one in shown] == [
        ("ana", "Ana Silva", False, False)
    ]
    assert run("usuarios ativar ana")[0] == 0
    assert "ana@a.br" in run("usuarios listar")[1]


def test_a_user_made_anew_keeps_the_token_that_is_there(run: Run) -> None:
    token = run("usuarios criar ana")[1].strip()
    assert run("usuarios criar ana --substituir --nome Ana") == (0, "", "Usuário ana criado.\n")
    assert json.loads(run("usuarios criar bia --json")[1])["token"]
    assert quem(token) is not None


@pytest.mark.parametrize(
    ("words", "typed", "code"),
    [
        ("--senha -", "uma senha boa\n", 0),
        ("--senha -", "curta\n", 2),
        ("--senha uma-senha-boa", "", 2),
        ("", "", 2),
    ],
)
def test_a_password_comes_by_the_input_and_never_as_a_word(
    run: Run, monkeypatch: pytest.MonkeyPatch, words: str, typed: str, code: int
) -> None:
    run("usuarios criar ana")
    monkeypatch.setattr("sys.stdin", io.StringIO(typed))
    found, _, err = run(f"usuarios senha ana {words}")
    assert (found, "senha-boa" in err) == (code, False)
    assert (entering.enter("ana", "uma senha boa") is not None) is (code == 0)


def test_a_user_has_a_limit_of_requests_of_their_own(run: Run) -> None:
    run("usuarios criar ana")
    assert json.loads(run("usuarios limitar ana 500 --json")[1])["limite"] == 500
    assert json.loads(run("usuarios limitar ana 0 --json")[1])["limite"] is None
    assert run("usuarios limitar ana -- -1")[0] == 2


def test_a_destination_belongs_to_the_user_it_is_made_for(run: Run) -> None:
    run("usuarios criar ana")
    assert run(f"destinos criar {HOOK} --usuario bia")[0] == 2
    assert run(f"destinos criar {HOOK} --usuario ana")[0] == 0
    assert [one["usuario"] for one in json.loads(run("destinos listar --json")[1])] == ["ana"]


def test_a_user_whose_account_is_not_there_is_told_what_to_do(run: Run, configure: Configure) -> None:
    run("usuarios criar ana")
    assert "preencha a seção [email]" in run("usuarios avisos ana --email ana@a.br")[2]
    matriz = {"host": "smtp.exemplo.com.br", "sender": "avisos@exemplo.com.br"}
    configure(email__contas=json.dumps({"matriz": matriz}))
    assert "--conta uma das que há, matriz" in run("usuarios avisos ana")[2]
    assert "Nada é enviado:" not in run("usuarios avisos ana --conta matriz")[2]


def test_what_a_user_is_told_is_said_shown_and_checked(run: Run, configure: Configure) -> None:
    configure(email__host="smtp.exemplo.com.br", email__sender="avisos@exemplo.com.br")
    run("usuarios criar ana --email ana@a.br")
    run("usuarios criar bia")
    assert "para ana@a.br vai só o vencimento de certificados" in run("usuarios avisos ana")[2]
    assert "nenhum: nada é enviado" in run("usuarios avisos bia")[2]
    code, out, err = run("usuarios avisos ana --email ana@a.br --avisos resumo_diario --silencio 22:00-07:00 --json")
    shown = json.loads(out)
    assert (code, shown["email"], shown["avisos"]) == (0, "ana@a.br", ["resumo_diario"])
    assert (shown["silencio"], shown["situacao"]) == ("22:00-07:00", "ligado")
    assert "Avisos: resumo_diario" in err
    assert json.loads(run("usuarios avisos ana --json --nao-notificar")[1])["situacao"] == "desligado"
    assert json.loads(run("destinos listar --json")[1])[0]["url"] == "ana@a.br"
    code, _, err = run("usuarios avisos ana --email ana@")
    assert (code, "(--email)" in err) == (2, True)
    assert "(--conta)" in run("usuarios avisos ana --conta filial")[2]
    assert "(--avisos)" in run("usuarios avisos ana --avisos alerta_aberto")[2]
    assert run("usuarios avisos caio")[0] == 2
