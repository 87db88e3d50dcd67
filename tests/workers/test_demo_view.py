"""The view: a drawing on a terminal, a line for each change elsewhere; it never ends what it looks at."""

import io
from typing import Any

import pytest
from rich.console import Console
from support.ports import wait_until

from workers import demo_view
from workers.demo_view import View, drawn, summary

FOUND: dict[str, Any] = {
    "caixas": [{"nome": "loja-1", "resultado": "ok", "verificada_em": None, "alertas": ["certificado"]}],
    "alertas": [
        {"caixa": "loja-1", "codigo": "certificado", "severidade": "aviso", "mensagem": "[red]vence\x1b[2J em 20 dias"}
    ],
    "entregas": {"pendente": 1, "entregue": 3},
    "partes": {"receptor": "3 com assinatura verificada, 0 recusados", "ntfy": "2 publicadas"},
    "webhooks": [{"evento": "alerta_aberto", "veredito": "ok"}],
    "olhe": ["esteira sat listar"],
    "paginas": ["http://127.0.0.1:8000/entrar"],
}


@pytest.fixture(autouse=True)
def fast(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(demo_view, "EVERY_SECONDS", 0.02)


def test_the_summary_counts() -> None:
    assert summary(FOUND) == {
        "alertas abertos": "1",
        "entregas": "3 entregues, 1 pendente",
        "receptor": "3 com assinatura verificada, 0 recusados",
        "ntfy": "2 publicadas",
    }


def test_nothing_known_yet_is_no_fault() -> None:
    assert summary({})["entregas"] == "nenhuma"
    Console(file=io.StringIO()).print(drawn({}))


def test_the_alerts_of_a_box_are_words_and_webhooks_stand_in_the_order_in_which_they_came() -> None:
    """The receivers tell one after the other, each its own, in UTC."""
    boxes = [{"nome": "loja-1", "alertas": ("certificado", "relogio")}, {"nome": "loja-2", "alertas": ()}]
    came = [("segundo", "2026-11-27T17:42:26.123456+00:00"), ("primeiro", "2026-11-27T17:42:19+00:00")]
    console = Console(file=io.StringIO(), width=120)
    console.print(drawn({"caixas": boxes, "webhooks": [{"evento": name, "recebido_em": at} for name, at in came]}))
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert "certificado, relogio " in shown
    assert "(" not in shown
    assert shown.index("27/11/2026 14:42:19  primeiro") < shown.index("27/11/2026 14:42:26  segundo")


def test_the_drawing_shows_texts_as_they_are_and_moves_no_cursor() -> None:
    console = Console(file=io.StringIO(), width=120)
    console.print(drawn(FOUND))
    shown = console.file.getvalue()  # type: ignore[attr-defined]
    assert "[red]vence�[2J em 20 dias" in shown
    assert all(
        word in shown
        for word in (
            "loja-1",
            "certificado",
            "aviso",
            "alerta_aberto",
            "3 entregue",
            "esteira sat listar",
            "8000/entrar",
        )
    )


def test_without_a_terminal_only_changes_are_written() -> None:
    lines: list[str] = []
    current = [FOUND]
    looks = []

    def snapshot() -> dict[str, Any]:
        looks.append(1)
        return current[0]

    with View(snapshot, lines.append, Console(file=io.StringIO())):
        wait_until(lambda: len(looks) > 3)
        current[0] = FOUND | {"entregas": {"entregue": 4}}
        wait_until(lambda: len(lines) > 1)
        current[0] = {}
        wait_until(lambda: len(lines) > 2)
    first, *later = lines
    assert first.startswith("demonstração | alertas abertos: 1; entregas: 3 entregues, 1 pendente; receptor: 3 com")
    assert later == [
        "demonstração | entregas: 4 entregues",
        "demonstração | alertas abertos: 0; entregas: nenhuma; sandbox: não responde",
    ]


def test_on_a_terminal_it_draws_and_lines_go_above() -> None:
    file = io.StringIO()
    view = View(lambda: FOUND, lambda _: None, Console(file=file, force_terminal=True, width=120))
    with view:
        wait_until(lambda: "loja-1" in file.getvalue())
        view.print_above("api | [linha]")
    assert "api | [linha]" in file.getvalue()


def test_a_snapshot_that_fails_is_told_once_and_tried_again() -> None:
    lines: list[str] = []
    answers = iter([OSError(), OSError(), FOUND])

    def snapshot() -> dict[str, Any]:
        answer = next(answers, FOUND)
        if isinstance(answer, Exception):
            raise answer
        return answer

    with View(snapshot, lines.append, Console(file=io.StringIO())):
        wait_until(lambda: len(lines) > 1)
    assert lines[0] == "demonstração | sem dados agora: OSError"
    assert "alertas abertos: 1" in lines[1]
