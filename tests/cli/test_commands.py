"""Each command as typed: what it prints, where, and with which exit code."""

import json
from collections.abc import Callable, Iterator

import pytest
from conftest import Configure, forget_process_state
from support.deliveries import SECRET, deliveries

from cli.main import main
from sandbox import faults
from sandbox.ntfy import NtfyServer
from sandbox.receiver import ReceiverServer

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(sqlite: str, capsys: pytest.CaptureFixture[str]) -> Run:
    """Type a command; get its exit code, stdout and stderr."""

    def type_in(*words: str) -> tuple[int, str, str]:
        code = main(list(words))
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return code, said.out, said.err

    return type_in


@pytest.fixture
def receiver(loopback: None) -> Iterator[ReceiverServer]:
    with ReceiverServer({"/x": SECRET}) as running:
        yield running


def create(run: Run, url: str, *more: str) -> dict[str, object]:
    words = ["--tipo", "webhook", "--nome", "São João", "--url", url, "--eventos", "alerta_aberto", *more]
    code, out, _ = run("destinos", "criar", *words, "--json")
    assert code == 0
    document: dict[str, object] = json.loads(out)
    return document


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
    import io

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


def test_an_event_fired_by_hand_is_delivered_without_broker_or_workers(run: Run, receiver: ReceiverServer) -> None:
    create(run, f"{receiver.url}/x", "--segredo", SECRET)
    code, out, err = run("eventos", "disparar", "alerta_aberto", "--dados", '{"nome": "São João"}', "--json")
    told = json.loads(out)
    assert code == 0
    assert [row["estado"] for row in told["entregas"]] == ["entregue"]
    assert receiver.requests[0].webhook_id == told["id"]
    assert "registrado" in err


def test_ntfy_is_a_destination_too(run: Run, loopback: None) -> None:
    with NtfyServer() as server:
        words = ["--tipo", "ntfy", "--nome", "celular", "--url", server.url, "--eventos", "alerta_aberto"]
        assert run("destinos", "criar", *words, "--topico", "caixas")[0] == 0
        run("eventos", "disparar", "alerta_aberto", "--dados", '{"mensagem": "Olá"}')
        assert [message["message"] for message in server.messages("caixas")] == ["Olá"]


def test_with_fila_the_delivery_is_left_to_the_workers(run: Run, receiver: ReceiverServer) -> None:
    create(run, f"{receiver.url}/x", "--segredo", SECRET)
    code, out, _ = run("eventos", "disparar", "alerta_aberto", "--dados", "{}", "--fila", "--json")
    assert code == 0
    assert json.loads(out)["entregas"][0]["estado"] == "pendente"
    assert not receiver.requests


def test_a_failed_delivery_can_be_listed_and_looked_at(run: Run, receiver: ReceiverServer) -> None:
    receiver.faults.always(faults.status(503, "em manutenção"))
    create(run, f"{receiver.url}/x", "--segredo", SECRET)
    run("eventos", "disparar", "alerta_aberto", "--dados", '{"a": 1}')
    _, out, _ = run("entregas", "listar", "--estado", "pendente", "--json")
    (row,) = json.loads(out)
    assert (row["tentativas"], row["ultimo_erro"]) == (1, "respondeu HTTP 503")
    assert row["proxima_tentativa"]
    assert json.loads(run("entregas", "listar", "--estado", "entregue", "--json")[1]) == []
    _, out, _ = run("entregas", "mostrar", str(row["id"]), "--json")
    shown = json.loads(out)
    assert json.loads(shown["corpo"])["dados"] == {"a": 1}
    (attempt,) = shown["historico"]
    assert (attempt["status_code"], attempt["response"], attempt["sucesso"]) == (503, "em manutenção", False)
    assert "em manutenção" not in run("entregas", "mostrar", str(row["id"]))[2]


def test_a_destination_that_was_switched_off_can_be_turned_on_again(run: Run, receiver: ReceiverServer) -> None:
    receiver.faults.queue(faults.status(410))
    create(run, f"{receiver.url}/x", "--segredo", SECRET)
    run("eventos", "disparar", "alerta_aberto", "--dados", "{}")
    run("eventos", "disparar", "alerta_aberto", "--dados", "{}")
    assert json.loads(run("destinos", "listar", "--json")[1])[0]["situacao"] == "desligado"
    assert [row.estado for row in deliveries()] == ["esgotado", "retido"]
    code, _, err = run("destinos", "retomar", "São João")
    assert (code, "1 entregas" in err) == (0, True)
    assert [row.estado for row in deliveries()] == ["esgotado", "pendente"]


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ("nada", 2, "Comando desconhecido: nada"),
        ("destinos nada", 2, "Comando desconhecido: nada"),
        ("destinos listar --nada", 2, "Opção desconhecida: --nada"),
        ("destinos criar --tipo webhook", 2, "Falta a opção --nome"),
        ("entregas mostrar", 2, "Falta o argumento"),
        ("entregas mostrar abc", 2, "deve ser um número inteiro"),
        ("entregas mostrar 999", 2, "Não há entrega com o número 999"),
        ("entregas mostrar 99999999999999999999999", 2, "Não há entrega"),
        ("entregas listar --estado perdido", 2, "Estado desconhecido: 'perdido'"),
        ("eventos disparar nada --dados {}", 2, "Evento desconhecido: 'nada'"),
        ("eventos disparar alerta_aberto --dados {", 2, "--dados não é um JSON válido"),
        ("eventos disparar alerta_aberto --dados []", 2, "deve ser um objeto JSON"),
        ('eventos disparar alerta_aberto --dados {"a":NaN}', 2, "--dados não é um JSON válido"),
        ("destinos retomar nenhum", 2, "não existe"),
        ("sat verificar loja-9", 2, "Caixa desconhecida: 'loja-9'"),
        ("destinos criar --tipo fax --nome a --url https://a.b/ --eventos teste", 2, "Tipo de destino desconhecido"),
        ("destinos criar --tipo webhook --nome a --url ftp://a.b/ --eventos alerta_aberto", 2, "URL do destino"),
        (
            "destinos criar --tipo webhook --nome a --url https://a.b/ --eventos alerta",
            2,
            "Evento desconhecido: alerta",
        ),
        ("destinos criar --tipo webhook --nome a --url https://a.b/ --eventos ,", 2, "ao menos um evento"),
        ("destinos criar --tipo ntfy --nome a --url https://a.b/ --eventos alerta_aberto", 2, "--topico"),
        ("destinos criar --tipo ntfy --nome a --url https://a.b/t --topico t --eventos alerta_aberto", 2, "raiz"),
        (
            "destinos criar --tipo webhook --nome a --url https://a.b/ --eventos alerta_aberto --topico t",
            2,
            "Um destino webhook não tem tópico (--topico).",
        ),
    ],
)
def test_bad_input_is_one_sentence_with_its_exit_code(run: Run, words: str, code: int, told: str) -> None:
    got, out, err = run(*words.split(" "))
    assert (got, out) == (code, "")
    assert told in err
    assert len(err.strip().splitlines()) == 1


def test_a_wrong_setting_is_told_by_its_key(run: Run, configure: Configure) -> None:
    configure(api__port="abc", core__nada="1")
    code, _, err = run("destinos", "listar")
    assert code == 4
    assert "api.port" in err
    assert "core.nada" in err


def test_without_a_broker_fila_says_so(run: Run, configure: Configure) -> None:
    configure(sat__boxes='[{"name": "loja-1", "host": "127.0.0.1"}]', core__redis_url="redis://:senha@127.0.0.1:1/0")
    code, _, err = run("sat", "verificar", "loja-1", "--fila")
    assert code == 3
    assert "broker" in err
    assert "senha" not in err


def test_a_name_may_hold_anything_printable(run: Run) -> None:
    name = "[bold]café ' \" ; ☕" + "x" * 150
    words = ["--tipo", "webhook", "--nome", name, "--url", "https://exemplo.com/", "--eventos", "alerta_aberto"]
    assert run("destinos", "criar", *words)[0] == 0
    assert json.loads(run("destinos", "listar", "--json")[1])[0]["nome"] == name
    assert run("destinos", "listar")[0] == 0
    assert run("destinos", "criar", *[w if w != name else "y" * 201 for w in words])[0] == 2


def test_help_is_in_portuguese(run: Run) -> None:
    code, out, err = run("--help")
    assert code == 0
    for word in ("Uso:", "Comandos:", "subir", "diagnostico", "sat", "entregas"):
        assert word in out + err
    assert "Usage" not in out + err


def test_the_debug_flag_shows_the_whole_fault(run: Run) -> None:
    from core.errors import NotFound

    with pytest.raises(NotFound):
        main(["entregas", "mostrar", "999", "--debug"])
    forget_process_state()
