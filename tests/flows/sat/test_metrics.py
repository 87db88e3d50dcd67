"""The figures of each box, from what it last answered, however odd; of so many boxes as a monitor can bear."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from conftest import Configure
from prometheus_client.parser import text_string_to_metric_families

from core.clock import FixedClock
from flows import metricas
from flows.sat import metrics
from storage.models.sat import Caixa
from storage.session import transaction

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
ANSWER = (
    "123456|10000|Resposta com Sucesso|||900004019|DHCP|10.0.0.5|00:11:22:33:44:55|255.255.255.0|10.0.0.1|8.8.8.8|"
    "8.8.4.4|CONECTADO|{battery}|{total}|{used}|20260601090000|01.02.03|00.08|||{first}|20260601085900|"
    "20260601085900|20210601|{ends}|{state}"
)
FINE = {"battery": "ALTO", "total": "1 Gbytes", "used": "256 Mbytes", "first": "", "ends": "20260701", "state": "0"}


def stored(nome: str, said: str | None, **more: object) -> None:
    with transaction() as db:
        row = {"resultado": "ok", "verificada_em": NOW - timedelta(seconds=30), "due_at": NOW, "sessao": 1, **more}
        db.add(Caixa(conta="padrao", nome=nome, resposta=said, **row))


def of(caixa: str) -> dict[str, float]:
    """Return the figures of a box by their short names."""
    families = text_string_to_metric_families(metricas.texto(FixedClock(NOW)).decode())
    mine = [one for family in families for one in family.samples if one.labels.get("caixa") == caixa]
    return {one.name.removeprefix("esteira_sat_caixa_"): one.value for one in mine}


@pytest.mark.parametrize(
    ("answer", "told"),
    [
        ({}, {"certificado_dias": 30, "memoria_razao": 0.25, "bateria_baixa": 0, "estado_operacao": 0}),
        (
            {"battery": "baixo", "state": "3", "ends": "20260530"},
            {"bateria_baixa": 1, "estado_operacao": 3, "certificado_dias": -2},
        ),
        (
            {"ends": "amanhã", "used": "muito", "state": "x"},
            {"certificado_dias": None, "memoria_razao": None, "estado_operacao": None},
        ),
        ({"used": "2 Gbytes"}, {"memoria_razao": None}),
    ],
)
def test_what_a_box_says_is_told_and_what_it_does_not_say_has_no_figure(
    sqlite: str, answer: dict[str, str], told: dict[str, float | None]
) -> None:
    stored("loja-1", ANSWER.format(**FINE | answer))
    found = of("loja-1")
    assert {name: found.get(name) for name in told} == told
    assert (found["bem"], found["contato_segundos"]) == (1, 30)


@pytest.mark.parametrize("said", [None, "", "lixo", "1|10001|codigo|||", "|" * 5000, "\x00"])
def test_an_answer_that_is_none_costs_only_its_own_figures(sqlite: str, said: str | None) -> None:
    stored("loja-1", said, resultado="inalcancavel", falhando_desde=NOW - timedelta(hours=1))
    assert of("loja-1") == {"info": 1, "bem": 0, "contato_segundos": 3600}


def test_an_agent_beside_the_box_counts_as_contact(sqlite: str) -> None:
    stored("loja-1", None, falhando_desde=NOW - timedelta(hours=1), lida_em=NOW - timedelta(seconds=5))
    assert of("loja-1")["contato_segundos"] == 5


def test_labels_say_where_a_box_is_and_a_hostile_answer_stays_within_them(sqlite: str, configure: Configure) -> None:
    box = {"name": "loja-1", "host": "10.0.0.9", "numero_caixa": 1, "loja": "Centro", "uf": "CE"}
    configure(core__database_url=sqlite, sat__boxes=json.dumps([box]))
    stored("loja-1", ANSWER.format(**FINE).replace("01.02.03", '1"} 1\\n' + "9" * 500))
    stored("parada", None, ativo=False)
    text = metricas.texto(FixedClock(NOW)).decode()
    (info,) = [line for line in text.splitlines() if line.startswith("esteira_sat_caixa_info{")]
    assert 'loja="Centro",resultado="ok",uf="CE"' in info or ('loja="Centro"' in info and 'uf="CE"' in info)
    assert 'versao="11n99999999999999999"' in info
    assert "10.0.0.9" not in text


def test_of_too_many_boxes_the_first_are_told(sqlite: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "MOST", 2)
    for number in range(4):
        stored(f"loja-{number}", None)
    assert [bool(of(f"loja-{number}")) for number in range(4)] == [True, True, False, False]
