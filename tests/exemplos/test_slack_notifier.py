"""The Slack notifier as a process: what Slack is told, and what becomes of an event that it does not take."""

import json
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import requests
from slack_notifier import mensagem
from support.deliveries import SECRET, attempts, change_delivery, deliveries, fire, webhook
from support.examples import ended, ran, running
from support.ports import free_port, wait_until
from support.scripted import Answer, Scripted

from core.clock import SYSTEM
from events.delivery.drain import drain

OK = Answer(200, b"ok")
HOOK = "/services/T0/B0/um-segredo-do-slack"


@pytest.fixture
def slack() -> Iterator[Scripted]:
    """What plays Slack."""
    with Scripted(OK) as server:
        yield server


def test_what_slack_does_not_take_is_sent_again_and_the_address_is_told_nobody(
    tmp_path: Path, slack: Scripted, sqlite: str, loopback: None
) -> None:
    port = free_port()
    url, words = f"http://127.0.0.1:{port}", ("slack_notifier", "--porta", str(port))
    number = webhook(f"{url}/webhook/fiscal", "erro_importacao")
    refusals = [Answer(429, b"slow down", {"Retry-After": "90"}), Answer(500), Answer(200, b"<html>"), Answer(None)]
    refusals.append(Answer(302, headers={"Location": slack.url}))
    slack.answers.extendleft(reversed(refusals))
    fire(1, "erro_importacao", arquivo_nome="a<b>.xml", mensagem="não é XML", tipo_documento="")
    with running(tmp_path, *words, WEBHOOK_SECRET=SECRET, SLACK_WEBHOOK_URL=slack.url + HOOK) as process:
        wait_until(lambda: answering(url))
        for _ in range(len(refusals) + 1):
            (one,) = deliveries(number)
            change_delivery(one.id, due_at=SYSTEM.now())
            drain(number)
        assert requests.get(f"{url}/health", timeout=60).json() == {
            "status": "ok",
            "service": "slack_notifier",
            "slack_configured": True,
        }
        assert requests.post(f"{url}/webhook/fiscal", data=b"{}", timeout=60).status_code == 401
        assert ended(process) == 0
    assert [one.status_code for one in attempts()] == [502] * len(refusals) + [200]
    assert len(slack.asked) == len(refusals) + 1
    assert {one.path for one in slack.asked} == {HOOK}
    (told,) = slack.asked[-1].json["attachments"]
    assert (told["color"], "a&lt;b&gt;.xml" in told["text"]) == ("danger", True)
    said = (tmp_path / "slack_notifier.log").read_text() + json.dumps([one.response for one in attempts()])
    assert "segredo-do-slack" not in said
    assert "Traceback" not in said


def answering(url: str) -> bool:
    try:
        return requests.get(f"{url}/health", timeout=5).ok
    except requests.ConnectionError:
        return False


@pytest.mark.parametrize("address", ["", "http://hooks.exemplo.com/x", "hooks"])
def test_without_an_address_of_slack_it_does_not_start(tmp_path: Path, address: str) -> None:
    told = ran(tmp_path, "slack_notifier", "--sem-assinatura", SLACK_WEBHOOK_URL=address)
    assert (told.returncode, "SLACK_WEBHOOK_URL" in told.stderr, "Traceback" in told.stderr) == (1, True, False)


WHEN = "2026-11-03T10:00:00-03:00"
KEY = "3" * 44


@pytest.mark.parametrize(
    ("evento", "dados", "color", "title", "words"),
    [
        (
            "nfe_importada",
            {"numero_nf": "7", "emit_nome": "A & <B>\n*x*", "valor_total": "1234.5", "chave_acesso": KEY},
            "good",
            "✅ NFe 7 importada com sucesso",
            ["*Emitente:* A &amp; &lt;B&gt; *x*", "*Valor Total:* R$ 1.234,50", f"`{KEY}`", "*Data Emissão:* N/A"],
        ),
        (
            "cte_importado",
            {"numero_ct": "8", "municipio_inicio": "Santos", "uf_inicio": "SP", "valor_total": "1E+400"},
            "good",
            "✅ CTe 8 importado com sucesso",
            ["*Origem:* Santos/SP", "*Destino:* N/A/N/A", "*Valor Total:* 1E+400"],
        ),
        (
            "consulta_concluida",
            {"total_encontrados": 3, "data_inicio": "2026-11-01", "data_fim": "x"},
            "good",
            "📊 Consulta SEFAZ concluída - 3 documentos",
            ["*Período:* 01/11/2026 a N/A"],
        ),
        (
            "documento_atualizado",
            {"tipo": "NFe", "campos_alterados": ["status"]},
            "good",
            "🔄 NFe atualizado",
            ["status"],
        ),
        ("erro_importacao", {"mensagem": None}, "danger", "❌ Erro na importação de documento fiscal", ["*Erro:* N/A"]),
        ("outro<!channel>", [1], "good", "Evento outro&lt;!channel&gt;", []),
    ],
)
def test_what_slack_is_told(evento: str, dados: Any, color: str, title: str, words: list[str]) -> None:
    told = mensagem({"evento": evento, "timestamp": WHEN, "dados": dados})
    (one,) = told["attachments"]
    assert (told["username"], one["color"], one["title"]) == ("Fiscal Bot", color, title)
    assert one["ts"] == int(datetime.fromisoformat(WHEN).timestamp())
    assert [word for word in words if word not in one["text"]] == []
