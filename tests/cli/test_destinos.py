"""`esteira destinos`, as it is typed."""

import io
import json

import pytest
from support.deliveries import SECRET, change, deliveries, destination, webhook
from support.typed import Run

from core.clock import SYSTEM
from sandbox import faults
from sandbox.ntfy import NtfyServer
from sandbox.receiver import ReceiverServer

HOOK = ("destinos", "criar", "--tipo", "webhook", "--nome", "erp", "--url", "https://a.b/%7Ex", "--eventos")


def create(run: Run, url: str, *more: str) -> dict[str, object]:
    words = ["--tipo", "webhook", "--nome", "São João", "--url", url, "--eventos", "alerta_aberto", *more]
    code, out, _ = run("destinos", "criar", *words, "--json")
    assert code == 0
    document: dict[str, object] = json.loads(out)
    return document


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
    assert destination(1).secret_key == "tk_dois"  # pragma: allowlist secret
    change(1, desligado_em=SYSTEM.now())
    assert "continua desligado" in run("destinos", "trocar-segredo", "n", "--segredo", "tk_um")[2]


def test_a_change_of_secret_says_how_long_the_old_one_signs(run: Run) -> None:
    run(*HOOK, "alerta_aberto")
    code, out, err = run("destinos", "trocar-segredo", "erp")
    assert (code, out[:6]) == (0, "whsec_")
    assert "Segredo trocado. Por 24 horas" in err


def test_a_webhook_without_secret_gets_one_shown_once(run: Run) -> None:
    made = create(run, "https://exemplo.com/x")
    assert str(made["segredo"]).startswith("whsec_")
    code, out, err = run("destinos", "listar", "--json")
    assert code == 0
    assert str(made["segredo"]) not in out + err
    assert [row["nome"] for row in json.loads(out)] == ["São João"]


def test_a_given_secret_is_never_shown(run: Run) -> None:
    made = create(run, "https://exemplo.com/x", "--segredo", SECRET)
    assert "segredo" not in made
    assert SECRET not in "".join(run("destinos", "listar")[1:])


def test_a_secret_can_come_from_stdin(run: Run, monkeypatch: pytest.MonkeyPatch, receiver: ReceiverServer) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(SECRET + "\n"))
    create(run, f"{receiver.url}/x", "--segredo", "-")
    run("eventos", "disparar", "alerta_aberto", "--dados", "{}")
    assert receiver.requests[0].verdict == "ok"


def test_a_destination_can_be_replaced_by_name(run: Run) -> None:
    first = create(run, "https://exemplo.com/x", "--segredo", SECRET)
    again = create(run, "https://exemplo.com/y", "--eventos", "alerta_resolvido", "--substituir")
    assert again["id"] == first["id"]
    (row,) = json.loads(run("destinos", "listar", "--json")[1])
    assert (row["url"], row["eventos"]) == ("https://exemplo.com/y", ["alerta_resolvido"])


def test_ntfy_is_a_destination_too(run: Run, loopback: None) -> None:
    with NtfyServer() as server:
        words = ["--tipo", "ntfy", "--nome", "celular", "--url", server.url, "--eventos", "alerta_aberto"]
        assert run("destinos", "criar", *words, "--topico", "caixas")[0] == 0
        run("eventos", "disparar", "alerta_aberto", "--dados", '{"mensagem": "Olá"}')
        assert [message["message"] for message in server.messages("caixas")] == ["Olá"]


def test_a_destination_that_was_switched_off_can_be_turned_on_again(run: Run, receiver: ReceiverServer) -> None:
    receiver.faults.queue(faults.status(410))
    create(run, f"{receiver.url}/x", "--segredo", SECRET)
    run("eventos", "disparar", "alerta_aberto", "--dados", "{}")
    run("eventos", "disparar", "alerta_aberto", "--dados", "{}")
    assert json.loads(run("destinos", "listar", "--json")[1])[0]["situacao"] == "desligado"
    assert [row.estado for row in deliveries()] == ["esgotado", "retido"]
    code, _, err = run("destinos", "retomar", "São João")
    assert (code, "1 entrega retida voltou" in err) == (0, True)
    assert [row.estado for row in deliveries()] == ["esgotado", "pendente"]


def test_a_name_may_hold_anything_printable(run: Run) -> None:
    name = "[bold]café ' \" ; ☕" + "x" * 150
    words = ["--tipo", "webhook", "--nome", name, "--url", "https://exemplo.com/", "--eventos", "alerta_aberto"]
    assert run("destinos", "criar", *words)[0] == 0
    assert json.loads(run("destinos", "listar", "--json")[1])[0]["nome"] == name
    assert run("destinos", "listar")[0] == 0
    assert run("destinos", "criar", *[w if w != name else "y" * 201 for w in words])[0] == 2


def test_filters_are_given_when_a_destination_is_made(run: Run) -> None:
    words = "destinos criar --tipo webhook --nome f --url https://exemplo.com/ --eventos alerta_aberto"
    filters = " --severidade critico --rotulo loja=loja-1 --silencio 22:00-07:00 --por-minuto 30 --ordem-estrita"
    made = json.loads(run(words + filters + " --json")[1])
    assert (made["severidade"], made["rotulos"], made["silencio"]) == ("critico", {"loja": ["loja-1"]}, "22:00-07:00")
    assert (made["por_minuto"], made["ordem_estrita"]) == (30, True)
    assert run(words + " --severidade grave")[0] == 2


def test_a_filter_is_given_shown_tried_and_refused(run: Run) -> None:
    words = ["destinos", "criar", "--tipo", "webhook", "--nome", "f", "--url", "https://exemplo.com/"]
    words += ["--eventos", "alerta_aberto", "--segredo", SECRET]
    code, _, err = run(*words, "--filtro", '{"dados.uf": {"$regex": "S.*"}}')
    assert (code, "O filtro não conhece '$regex'" in err) == (2, True)
    made = json.loads(run(*words, "--filtro", '{"dados.uf": "SP"}', "--json")[1])
    assert made["filtro"] == {"dados.uf": "SP"}
    shown = run("destinos", "mostrar", "f")[1]
    assert 'Filtro: {"dados.uf": "SP"}' in shown
    assert SECRET not in shown
    tried = ["destinos", "testar-filtro", "f", "--evento", "alerta_aberto"]
    code, _, err = run(*tried)
    assert (code, "diga os dados (--dados)" in err, "Veja" in err) == (2, True, False)
    code, _, err = run(*tried, "--dados", '{"uf": "RJ"}')
    assert (code, "dados.uf $eq SP: não vale (há RJ)" in err) == (1, True)
    assert run(*tried, "--dados", '{"uf": "SP"}')[0] == 0
    assert run(*tried, "--dados", "[1]")[0] == 2
    run("eventos", "disparar", "alerta_aberto", "--dados", '{"uf": "SP"}')
    assert json.loads(run(*tried, "--json")[1])["corpo"]["dados"]["uf"] == "SP"
    assert run("destinos", "alterar", "f", "--filtro", "")[0] == 0
    assert json.loads(run("destinos", "mostrar", "f", "--json")[1])["filtro"] == {}


def test_one_is_paused_turned_on_tried_and_gets_another_secret(run: Run, receiver: ReceiverServer) -> None:
    webhook(f"{receiver.url}/x", nome="loja")
    assert run("destinos pausar loja")[0] == 0
    run("eventos disparar alerta_aberto --dados {}")
    assert [row.estado for row in deliveries()] == ["retido"]
    assert "1 entrega retida voltou" in run("destinos retomar loja")[2]
    code, out, _ = run("destinos testar loja --json")
    assert (code, json.loads(out)["sucesso"]) == (0, True)
    receiver.faults.queue(faults.status(500))
    assert run("destinos testar loja")[0] == 3
    made = json.loads(run("destinos trocar-segredo loja --json")[1])
    assert made["segredo"].startswith("whsec_")
    assert made["segredo"] not in "".join(run("destinos listar --json")[1:])


@pytest.mark.parametrize("words", ["pausar nada", "retomar nenhum", "testar 99", "testar " + "9" * 5000])
def test_a_destination_that_is_not_there_is_told(run: Run, words: str) -> None:
    code, out, err = run(f"destinos {words}")
    assert (code, out, "não existe" in err) == (2, "", True)


def test_people_read_no_name_of_a_field(run: Run) -> None:
    run(
        "destinos",
        "criar",
        "--tipo",
        "webhook",
        "--nome",
        "f",
        "--url",
        "https://exemplo.com/",
        "--eventos",
        "alerta_aberto",
    )
    milvus = [
        "destinos",
        "criar",
        "--tipo",
        "milvus_chamado",
        "--nome",
        "m",
        "--url",
        "https://exemplo.com/",
        "--eventos",
    ]
    assert run(*milvus, "alerta_aberto", "--segredo", SECRET, "--opcao", "cliente=XDAAAA")[0] == 0
    shown = run("destinos", "mostrar", "f")[1] + run("destinos", "mostrar", "m")[1]
    titles = [line.partition(": ")[0] for line in shown.splitlines()]
    assert {"Nº", "Nome", "Eventos", "Ativo", "Criado", "Assinatura", "Opção cliente"} <= set(titles)
    assert not [one for one in titles if "_" in one or one == one.lower()]
