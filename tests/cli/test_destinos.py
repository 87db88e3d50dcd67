"""`esteira destinos`, as it is typed."""

import io
import json
from collections.abc import Callable

import pytest
from support.deliveries import SECRET, change, destination

from cli.main import main
from core.clock import SYSTEM

Run = Callable[..., tuple[int, str, str]]
HOOK = ("destinos", "criar", "--tipo", "webhook", "--nome", "erp", "--url", "https://a.b/%7Ex", "--eventos")


@pytest.fixture
def run(sqlite: str, capsys: pytest.CaptureFixture[str]) -> Run:
    def call(*words: str) -> tuple[int, str, str]:
        code = main(list(words))
        told = capsys.readouterr()
        return code, told.out, told.err

    return call


def test_all_events_and_headers_are_given_when_it_is_made(run: Run) -> None:
    code, out, _ = run(*HOOK, "*", "--cabecalho", "Authorization: Bearer abc", "--cabecalho", "X-Loja:7", "--json")
    made = json.loads(out)
    assert (code, made["eventos"], made["url"]) == (0, ["*"], "https://a.b/%7Ex")
    assert made["detalhes"]["cabecalhos"] == ["Authorization", "X-Loja"]
    assert json.loads(str(destination(1).headers_customizados)) == {"Authorization": "Bearer abc", "X-Loja": "7"}
    assert "abc" not in out + run("destinos", "listar", "--json")[1]


def test_a_header_s_value_can_come_from_the_input(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO("Bearer do-cofre\n"))
    assert run(*HOOK, "alerta_aberto", "--segredo", SECRET, "--cabecalho", "Authorization: -")[0] == 0
    assert "Bearer do-cofre" in str(destination(1).headers_customizados)


def test_with_v1a_the_public_key_is_the_answer(run: Run) -> None:
    _, out, err = run(*HOOK, "alerta_aberto", "--assinatura", "v1a")
    assert out.startswith("whpk_")
    assert "chave pública" in err
    assert out.strip() == json.loads(run("destinos", "listar", "--json")[1])[0]["detalhes"]["chave_publica"]
    assert "whsk_" not in "".join(map(str, run("destinos", "trocar-segredo", "erp", "--json")))


def test_what_is_said_is_changed(run: Run) -> None:
    run(*HOOK, "alerta_aberto", "--por-minuto", "5")
    code, out, _ = run("destinos", "alterar", "erp", "--eventos", "*", "--por-minuto", "0", "--sem-ordem", "--json")
    changed = json.loads(out)
    assert (code, changed["eventos"], changed["por_minuto"]) == (0, ["*"], None)
    assert run("destinos", "alterar", "erp", "--cabecalho", "X-A: 1")[0] == 0
    assert run("destinos", "alterar", "erp", "--cabecalho", "X-A:")[0] == 0
    assert destination(1).headers_customizados is None


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--cabecalho", "sem dois pontos"), 'forma "Nome: valor"'),
        (("--cabecalho", "Host: x"), "Host é reservado e não pode ser trocado (--cabecalho)"),
        (("--eventos", "*,alerta_aberto"), "já quer dizer todos"),
        (("--url", "https://u:s@a.b/"), "usuário nem senha (--url)"),
        (("--topico", "x"), "não tem tópico (--topico)"),
        (("--opcao", "cor=azul"), "não tem opções próprias (--opcao)"),
        (("--opcao", "azul"), "forma nome=valor"),
    ],
)
def test_a_mistake_names_its_option(run: Run, words: tuple[str, ...], told: str) -> None:
    run(*HOOK, "alerta_aberto")
    code, out, err = run("destinos", "alterar", "erp", *words)
    assert (code, out) == (2, "")
    assert told in err


@pytest.mark.parametrize(
    ("topic", "told"), [("docs", "'docs' é reservado"), ("v1", "'v1' é reservado"), ("a b", "precisa de um tópico")]
)
def test_a_reserved_topic_is_told_to_be_one(run: Run, topic: str, told: str) -> None:
    words = ("--tipo", "ntfy", "--nome", "n", "--url", "https://ntfy.sh", "--eventos", "alerta_aberto")
    code, _, err = run("destinos", "criar", *words, "--topico", topic)
    assert (code, told in err) == (2, True)


def test_an_ntfy_token_is_changed(run: Run) -> None:
    words = ("--tipo", "ntfy", "--nome", "n", "--url", "https://ntfy.sh", "--eventos", "alerta_aberto")
    run("destinos", "criar", *words, "--topico", "t", "--segredo", "tk_um")
    assert run("destinos", "trocar-segredo", "n")[0] == 2
    assert run("destinos", "trocar-segredo", "n", "--segredo", "tk_dois") == (0, "", "Segredo trocado.\n")
    assert destination(1).secret_key == "tk_dois"
    change(1, desligado_em=SYSTEM.now())
    assert "continua desligado" in run("destinos", "trocar-segredo", "n", "--segredo", "tk_um")[2]


def test_a_change_of_secret_says_how_long_the_old_one_signs(run: Run) -> None:
    run(*HOOK, "alerta_aberto")
    code, out, err = run("destinos", "trocar-segredo", "erp")
    assert (code, out[:6]) == (0, "whsec_")
    assert "Segredo trocado. Por 24 horas" in err
