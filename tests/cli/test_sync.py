"""`esteira sync`, as it is typed: how a run is told, exit codes, what is refused before anything is asked.

What the flows do is in `tests/flows/sync`; here neither system answers.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import redis
from conftest import Configure
from support.numeracao import after
from support.typed import Run

from claims.holder import new_token
from cli.sync import _age, _exit, _tell
from core.broker_link import KEY_PREFIX
from core.clock import SYSTEM
from core.settings.sync import FLOWS
from flows.sync import standing
from flows.sync.ledger.item import CLIENTES, New, Situacao
from flows.sync.ledger.opening import open_ledger
from flows.sync.results import REFUSED, Report
from sandbox.documentos.comum import cnpj, cpf
from tasks.sync import SYNC

RUN = Report("padrao", "tarefas", requisicoes=2, segundos=1.4)


@pytest.fixture
def office(sqlite: str, configure: Configure) -> None:
    """One account, both of whose systems are away."""
    nobody = {"base_url": "http://127.0.0.1:9"}
    configure(
        ploomes__contas=json.dumps({"padrao": {**nobody, "user_key": "x"}}),
        milvus__contas=json.dumps({"padrao": {**nobody, "token": "x"}}),
        sync__min_milvus_id="0",
        sync__start="2026-07-01T00:00:00",
    )


@pytest.mark.parametrize(
    ("report", "code"),
    [
        (RUN, 0),
        (replace(RUN, estado="desligado"), 0),
        (replace(RUN, estado="ocupado"), 3),
        (replace(RUN, estado="degradado"), 3),
        (replace(RUN, estado="parado"), 4),
        (replace(RUN, estacionados=Counter({REFUSED: 1})), 5),
        (replace(RUN, estacionados=Counter({"sem_cliente": 3}), falhos=Counter({"x": 1})), 0),
        (replace(RUN, estado="parado", estacionados=Counter({REFUSED: 1})), 4),
    ],
)
def test_a_run_ends_with_the_code_of_what_there_is_to_do(report: Report, code: int) -> None:
    assert _exit(report) == code


@pytest.mark.parametrize(
    ("changed", "out"),
    [
        ({}, ["tarefas: bem; nada a fazer; 2 pedidos em 1 s."]),
        ({"requisicoes": 1, "esperas": 2}, ["tarefas: bem; nada a fazer; 1 pedido (2 esperas) em 1 s."]),
        (
            {"lidos": 3, "criados": 1, "ja_estavam": 2},
            ["tarefas: bem; 3 lidos, 1 criado, 2 já estavam lá; 2 pedidos em 1 s."],
        ),
        (
            {"ja_estavam": 1, "parcial": True},
            ["tarefas: bem; 1 já estava lá; 2 pedidos em 1 s; a lista lida pode estar incompleta."],
        ),
        (
            {
                "pulados": Counter({"antigo": 1}),
                "estacionados": Counter({"recusado": 2}),
                "falhos": Counter({"sumiu": 1}),
            },
            ["tarefas: bem; 1 pulado (antigo), 2 estacionados (recusado), 1 falho (sumiu); 2 pedidos em 1 s."],
        ),
        (
            {"cursor_depois": after(0)},
            ["tarefas: bem; nada a fazer; 2 pedidos em 1 s.", "  cursor: nenhum → 2026-11-26T09:00:00-03:00"],
        ),
        (
            {"cursor_antes": after(0), "cursor_depois": after(0)},
            ["tarefas: bem; nada a fazer; 2 pedidos em 1 s."],
        ),
        (
            {"sem_documento": [4, 9], "trocas": ["1 → 2"], "avisos": ["desligado"], "faria": ["criaria o cliente"]},
            [
                "tarefas: bem; nada a fazer; 2 pedidos em 1 s.",
                "  sem documento: 4, 9",
                "  criaria o cliente",
                "  documento trocado: 1 → 2",
                "  a conferir: desligado",
            ],
        ),
    ],
)
def test_a_run_is_told_in_words_and_only_of_what_there_was(
    changed: dict[str, Any], out: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    _tell(replace(RUN, **changed))
    said = capsys.readouterr()
    assert (said.out.splitlines(), said.err) == (out, "")


def test_what_went_wrong_is_said_beside_the_answer(capsys: pytest.CaptureFixture[str]) -> None:
    _tell(replace(RUN, estado="parado", falha="Ploomes padrao: a chave foi recusada."))
    said = capsys.readouterr()
    assert (said.out, said.err) == (
        "tarefas: parado; nada a fazer; 2 pedidos em 1 s.\n",
        "Ploomes padrao: a chave foi recusada.\n",
    )


@pytest.mark.parametrize(("seconds", "told"), [(None, None), (0, "0 segundos"), (3700, "1 hora e 1 minuto")])
def test_the_age_of_a_cursor_is_told_where_there_is_one(seconds: float | None, told: str | None) -> None:
    assert _age(seconds) == told


@pytest.mark.usefixtures("office")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        ("rodar chamados", "Fluxo desconhecido: 'chamados'"),
        ("rodar tarefas --fila --simular", "--fila não se usa com --simular nem --desde"),
        ("rodar --fila --desde 2026-07-01", "--fila não se usa com --simular nem --desde"),
        ("rodar tarefas --desde ontem", "(--desde)"),
        ("pendencias listar chamados", "Fluxo desconhecido: 'chamados'. Use clientes-pm"),
        ("pendencias repetir", "Diga números de pendências, ou --todas."),
        ("pendencias repetir 1 --todas", "Diga números de pendências, ou --todas."),
        ("pendencias repetir x", "Não há pendência com o número"),
        ("pendencias descartar 1", "Não há pendência com o número 1"),
        ("cursor mostrar chamados", "Fluxo desconhecido"),
        ("cursor definir tarefas ontem", "Instante inválido"),
        ("adotar", "Diga um arquivo, ou --colecao."),
        ("adotar lista.txt --colecao clientes", "Diga um arquivo, ou --colecao."),
        ("adotar nada.txt", "Não consegui ler nada.txt"),
        ("adotar --colecao clientes", "Sem sync.ledger_url não há MongoDB"),
        ("esquecer 123", "deve ser um CPF ou um CNPJ"),
    ],
)
def test_what_is_typed_wrong_is_told_and_nothing_is_asked(run: Run, words: str, said: str) -> None:
    code, out, err = run(f"sync {words}")
    assert (code, out) == (2, "")
    assert said in err


@pytest.fixture
def queue(office: None, broker: str) -> Iterator["redis.Redis[bytes]"]:
    with redis.Redis.from_url(broker) as client:
        yield client


@pytest.mark.parametrize(("words", "amount"), [("rodar", len(FLOWS)), ("rodar clientes-pm", 1)])
def test_a_run_may_be_left_to_the_workers(run: Run, queue: "redis.Redis[bytes]", words: str, amount: int) -> None:
    assert run(f"sync {words} --fila") == (0, "", "Pedido entregue aos workers.\n")
    assert queue.llen(f"{KEY_PREFIX}{SYNC.name}") == amount
    assert standing.rows() == []


@pytest.mark.usefixtures("sqlite")
def test_without_an_account_there_is_no_flow(run: Run) -> None:
    assert run("sync estado") == (0, "", "Nenhuma conta configurada (seção sync).\n")
    assert json.loads(run("sync estado --json")[1]) == []


@pytest.mark.usefixtures("office")
def test_a_flow_that_never_ran_is_shown_as_one(run: Run) -> None:
    found = json.loads(run("sync estado --json")[1])
    assert [(one["fluxo"], one["estado"], one["cursor"]) for one in found] == [(name, None, None) for name in FLOWS]
    assert "clientes-pm" in run("sync estado")[1]


@pytest.mark.usefixtures("office")
def test_the_cursor_is_put_elsewhere_by_the_clock_here_where_no_offset_is_said(run: Run) -> None:
    assert run("sync cursor mostrar tarefas") == (0, "Este fluxo ainda não leu nada.\n", "")
    assert run("sync cursor definir tarefas 2026-07-02T10:00") == (0, "", "Cursor definido.\n")
    assert run("sync cursor mostrar tarefas") == (0, "2026-07-02T10:00:00-03:00\n", "")
    assert run("sync cursor definir tarefas 2026-07-02 --conta filial")[0] == 4


def owe(*states: Situacao) -> None:
    """Owe a client in each of these states."""
    new = [
        New(livro=CLIENTES, fluxo="clientes-pm", chave=cnpj(90 + place), situacao=state)
        for place, state in enumerate(states)
    ]
    open_ledger("padrao").owe(new, after(0))


@pytest.mark.usefixtures("office")
def test_what_waits_is_listed_tried_again_and_given_up(run: Run) -> None:
    assert run("sync pendencias listar") == (0, "", "Nada pendente.\n")
    assert run("sync pendencias repetir --todas")[2] == "0 pendências voltam na próxima rodada.\n"
    owe(Situacao.FALHOU, Situacao.ESTACIONADO, Situacao.ENVIADO, Situacao.FALHOU)
    found = json.loads(run("sync pendencias listar --json")[1])
    assert [one["situacao"] for one in found] == ["falhou", "estacionado", "falhou"]
    assert json.loads(run("sync pendencias listar tarefas --json")[1]) == []
    assert "Há mais: repita com --depois" in run("sync pendencias listar --limite 1")[2]
    first, _, last = (one["id"] for one in found)
    assert run(f"sync pendencias repetir {first}")[2] == "1 pendência volta na próxima rodada.\n"
    assert run(f"sync pendencias descartar {last}") == (0, "", "Descartada.\n")
    assert len(json.loads(run("sync pendencias listar --json")[1])) == 1


@pytest.mark.usefixtures("office")
def test_clients_that_an_old_program_sent_are_read_once(run: Run, tmp_path: Path) -> None:
    (tmp_path / "dois.txt").write_text(f"{cnpj(77)};x\n{cpf(123456789)}\n")
    assert run("sync adotar dois.txt") == (0, "", "2 documentos: 2 adotados, 0 já conhecidos.\n")
    (tmp_path / "um.txt").write_text(cnpj(77))
    assert run("sync adotar um.txt")[2] == "1 documento: 0 adotados, 1 já conhecido.\n"
    assert json.loads(run("sync adotar um.txt --json")[1])["conhecidos"] == 1


@pytest.mark.usefixtures("office")
def test_a_person_is_forgotten_only_where_that_is_meant(run: Run, tmp_path: Path) -> None:
    (tmp_path / "um.txt").write_text(cnpj(77))
    run("sync adotar um.txt")
    said = "1 cliente, 0 contatos e 0 chamados.\n"
    assert run(f"sync esquecer {cnpj(77)} --simular") == (0, "", f"Apagaria do livro os dados de {said}")
    assert json.loads(run(f"sync esquecer {cnpj(77)} --simular --json")[1])["simulado"] is True
    assert run(f"sync esquecer {cnpj(77)}") == (0, "", f"Apagados do livro os dados de {said}")


@pytest.mark.usefixtures("office")
def test_a_flow_that_runs_elsewhere_is_told(run: Run) -> None:
    assert standing.hold("padrao", "clientes-pm", new_token(), SYSTEM.now(), 3600) is not None
    code, out, _ = run("sync rodar clientes-pm")
    assert (code, out) == (3, "clientes-pm: ocupado; nada a fazer; 0 pedidos em 0 s.\n")
