"""The commands an operator uses when something went wrong."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from support.deliveries import SECRET, change, deliveries, webhook

from cli.main import main
from sandbox import faults
from sandbox.receiver import ReceiverServer

Run = Callable[..., tuple[int, str, str]]


@pytest.fixture
def run(sqlite: str, loopback: None, capsys: pytest.CaptureFixture[str]) -> Run:
    def type_in(words: str) -> tuple[int, str, str]:
        code = main(words.split(" "))
        said = capsys.readouterr()
        return code, said.out, said.err

    return type_in


@pytest.fixture
def receiver(run: Run) -> Iterator[ReceiverServer]:
    with ReceiverServer({"/x": SECRET}) as running:
        webhook(f"{running.url}/x", nome="loja")
        yield running


def test_resend_recover_pause_resume_and_test(run: Run, receiver: ReceiverServer) -> None:
    receiver.faults.always(faults.status(500))
    change(1, retry_count=1)
    run("eventos disparar alerta_aberto --dados {}")
    receiver.faults.clear()
    assert json.loads(run("entregas reenviar 1 --json")[1])[0]["estado"] == "entregue"
    assert run("destinos pausar loja")[0] == 0
    run("eventos disparar alerta_aberto --dados {}")
    assert [row.estado for row in deliveries()] == ["entregue", "retido"]
    assert "1 entregas" in run("destinos retomar loja")[2]
    code, out, _ = run("destinos testar loja --json")
    assert (code, json.loads(out)["sucesso"]) == (0, True)
    receiver.faults.queue(faults.status(500))
    assert run("destinos testar loja")[0] == 3


def test_recover_takes_a_recent_date(run: Run, receiver: ReceiverServer) -> None:
    from core.clock import SYSTEM

    yesterday = f"{SYSTEM.now() - timedelta(days=1):%Y-%m-%d}"
    said = run(f"entregas recuperar --destino 1 --desde {yesterday} --tudo --json")[1]
    assert json.loads(said) == {"entregas": 0}


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ("entregas recuperar --destino nada --desde 2026-01-01", "não existe"),
        ("entregas recuperar --destino 1 --desde ontem", "(--desde)"),
        ("entregas recuperar --destino 1 --desde 2020-01-01", "14 dias"),
        ("entregas reenviar 77", "Não há entrega"),
        ("destinos pausar nada", "não existe"),
        ("destinos testar 99", "não existe"),
        ("alertas reconhecer loja-9", "Não há alerta aberto"),
    ],
)
def test_mistakes_are_one_sentence(run: Run, receiver: ReceiverServer, words: str, told: str) -> None:
    code, out, err = run(words)
    assert (code, out) == (2, "")
    assert told in err


def test_filters_are_given_when_a_destination_is_made(run: Run) -> None:
    words = "destinos criar --tipo webhook --nome f --url https://exemplo.com/ --eventos alerta_aberto"
    filters = " --severidade critico --rotulo loja=loja-1 --silencio 22:00-07:00 --por-minuto 30 --ordem-estrita"
    made = json.loads(run(words + filters + " --json")[1])
    assert (made["severidade"], made["rotulos"], made["silencio"]) == ("critico", {"loja": ["loja-1"]}, "22:00-07:00")
    assert (made["por_minuto"], made["ordem_estrita"]) == (30, True)
    assert run(words + " --severidade grave")[0] == 2


def test_a_new_secret_is_shown_once(run: Run, receiver: ReceiverServer) -> None:
    made = json.loads(run("destinos trocar-segredo loja --json")[1])
    assert made["segredo"].startswith("whsec_")
    assert made["segredo"] not in "".join(run("destinos listar --json")[1:])


def test_alerts_are_listed(run: Run) -> None:
    assert json.loads(run("alertas listar --json")[1]) == []
