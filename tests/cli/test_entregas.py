"""`esteira entregas`, as it is typed."""

import json
from datetime import timedelta

import pytest
from support.deliveries import change, deliveries, fire, webhook
from support.typed import Run

from core.clock import SYSTEM
from sandbox import faults
from sandbox.receiver import ReceiverServer


def test_a_failed_delivery_can_be_listed_and_looked_at(run: Run, receiver: ReceiverServer) -> None:
    receiver.faults.always(faults.status(503, "em manutenção"))
    webhook(f"{receiver.url}/x")
    run("eventos", "disparar", "alerta_aberto", "--dados", '{"a": 1}')
    _, out, _ = run("entregas listar --estado pendente --json")
    (row,) = json.loads(out)
    assert (row["tentativas"], row["ultimo_erro"]) == (1, "respondeu HTTP 503")
    assert row["proxima_tentativa"]
    assert json.loads(run("entregas listar --estado entregue --json")[1]) == []
    _, out, _ = run(f"entregas mostrar {row['id']} --json")
    shown = json.loads(out)
    assert json.loads(shown["corpo"])["dados"] == {"a": 1}
    (attempt,) = shown["historico"]
    assert (attempt["status_code"], attempt["response"], attempt["sucesso"]) == (503, "em manutenção", False)
    assert "em manutenção" not in run(f"entregas mostrar {row['id']}")[2]


def test_an_attempt_that_nobody_answered_has_no_code(run: Run, receiver: ReceiverServer) -> None:
    webhook(f"{receiver.url}/x")
    receiver.faults.always(faults.reset())
    run("eventos disparar alerta_aberto --dados {}")
    titles, attempt = run("entregas mostrar 1")[1].splitlines()[-2:]
    place = titles.index("Código")
    assert attempt[place:].split()[0] == "-"


def test_a_list_goes_on_where_it_says(run: Run) -> None:
    webhook("https://exemplo.com/x")
    fire(5)
    seen: list[int] = []
    more: tuple[str, ...] = ()
    while True:
        code, out, err = run("entregas", "listar", "--limite", "2", "--json", *more)
        seen += [row["id"] for row in json.loads(out)]
        assert code == 0
        if "--depois" not in err:
            break
        more = ("--depois", err.split("--depois ")[1].strip(" .\n"))
    assert seen == [5, 4, 3, 2, 1]


def test_for_people_there_is_a_table(run: Run) -> None:
    assert run("entregas listar") == (0, "", "Nenhuma entrega.\n")
    webhook("https://exemplo.com/x", nome="[b]loja[/b]")
    fire(1)
    assert "[b]loja[/b]" in run("entregas listar")[1]
    assert "Corpo:" in run("entregas mostrar 1")[1]


def test_what_was_given_up_is_sent_again(run: Run, receiver: ReceiverServer) -> None:
    change(webhook(f"{receiver.url}/x"), retry_count=1)
    receiver.faults.always(faults.status(500))
    run("eventos disparar alerta_aberto --dados {}")
    receiver.faults.clear()
    assert json.loads(run("entregas reenviar 1 --fila --json")[1])[0]["estado"] == "pendente"
    assert json.loads(run("entregas reenviar 1 --json")[1])[0]["estado"] == "entregue"
    assert [row.estado for row in deliveries()] == ["entregue"]


def test_what_was_missed_is_recovered_since_a_date(run: Run) -> None:
    webhook("https://exemplo.com/x", nome="loja")
    yesterday = f"{SYSTEM.now() - timedelta(days=1):%Y-%m-%d}"
    code, out, err = run(f"entregas recuperar --destino loja --desde {yesterday} --tudo --json")
    assert (code, json.loads(out)) == (0, {"entregas": 0})
    assert "voltaram à fila" in err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("mostrar", "Falta o argumento"),
        ("mostrar abc", "deve ser um número inteiro"),
        ("mostrar 999", "Não há entrega com o número 999. Veja `esteira entregas listar`."),
        ("mostrar 99999999999999999999999", "Não há entrega"),
        ("listar --estado perdido", "Estado desconhecido: 'perdido'"),
        ("listar --limite 0", "Valor inválido para a opção --limite"),
        ("reenviar 77", "Não há entrega"),
        ("recuperar --destino nada --desde 2026-01-01", "não existe"),
        ("recuperar --destino 1 --desde ontem", "(--desde)"),
        ("recuperar --destino 1 --desde 2020-01-01", "14 dias (--desde)"),
        ("recuperar --destino 1 --desde 2999-01-01", "futuro (--desde)"),
    ],
)
def test_a_mistake_is_one_sentence(run: Run, words: str, told: str) -> None:
    webhook("https://exemplo.com/x")
    code, out, err = run(f"entregas {words}")
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert told in err
