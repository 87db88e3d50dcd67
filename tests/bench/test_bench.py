"""Each bench runs with tiny amounts and prints its lines; the figures themselves are looked at by people."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from support.postgres import binaries

from bench import figures

ROOT = Path(__file__).parent.parent.parent
runs = [
    pytest.mark.slow,
    pytest.mark.skipif(binaries() is None, reason="PostgreSQL's server binaries are not installed"),
]
PARTS: dict[str, tuple[list[str], list[str]]] = {
    "many events at once": (
        ["bench.registro", "--banco", "sqlite", "--eventos", "20", "--vezes", "50"],
        ["20 eventos numa transação sqlite", "uma transação dura"],
    ),
    "throughput": (
        ["bench.deliveries", "--parte", "vazao", "--eventos", "16"],
        ["== vazao", "vazão sqlite", "registro sqlite", "vazão postgresql", "registro postgresql"],
    ),
    "latency with a dead endpoint": (
        ["bench.latency", *"--banco sqlite --morto --segundos 1 --ritmo 20 --destinos 4 --puros 200".split()],
        [
            *("latência sqlite até a 1ª tentativa p50", "latência sqlite: 15 eventos medidos, 0 sem tentativa"),
            *("com um morto sqlite até o receptor p50", "p99 dos bons"),
        ],
    ),
    "million": (
        ["bench.million", "--linhas", "2000", "--destinos", "40", "--entregas", "40", "--reservas", "20"],
        ["2000 linhas pendentes", "reserva p99", "varredura p99", "memória após mais 40 entregas"],
    ),
    "boxes": (
        ["bench.sat", "--caixas", "20", "--latencia", "0.1", "--segundos", "0.2"],
        ["rodada de 20 caixas sqlite", "memória da rodada", "'chamadas': 20, 'caixas': 20", "respostas avaliadas"],
    ),
    "questor": (
        ["bench.questor_send", "--parte", "unitario", "--documentos", "200"],
        ["envio unitario sqlite", "200 de 200 aceitos"],
    ),
    "questor's scan": (
        ["bench.questor", "--parte", "varrer", "--arquivos", "60"],
        ["varredura sqlite", "memória da varredura", "nova varredura sqlite"],
    ),
    "questor's resumption": (
        ["bench.questor", "--parte", "retomar", "--linhas", "3000"],
        ["retomada de 3000 linhas sqlite", "memória da retomada"],
    ),
    "documents": (
        ["bench.documentos", "--quantos", "60"],
        [
            *("leitura de NF-e, 1 item", "leitura de NF-e, 10 itens", "leitura de CT-e", "leitura de evento"),
            *("NF-e de 5 itens, eventos, sqlite", "NF-e de 5 itens, eventos, postgresql", "memória após 60 NF-e"),
        ],
    ),
    "living together": (
        ["bench.convivio", "--segundos", "1", "--documentos", "20"],
        ["convívio sqlite até a 1ª tentativa p99", "ao lado: hub"],
    ),
    "distribution": (
        ["bench.sefaz", "--parte", "empresas", "--banco", "sqlite", "--empresas", "3"],
        ["3 empresas, resumos, sqlite", "apertos de mão TLS", "perguntas; memória"],
    ),
    "distribution with its pauses": (
        ["bench.sefaz", "--parte", "pausas", "--empresas", "2", "--paginas", "2", "--latencia", "0"],
        ["2 empresas de 2 páginas", "apertos de mão TLS"],
    ),
    "a company far behind": (
        ["bench.sefaz", "--parte", "atraso", "--atraso", "120"],
        ["120 documentos em atraso, sqlite", "3 páginas em 1 rodadas, 1 apertos de mão", "memória no fim"],
    ),
    "sync": (
        ["bench.sync", "--contatos", "30", "--eventos", "10", "--amostra", "20"],
        ["primeira rodada, sem limite", "ciclo sem novidade, 3 fluxos", "clientes-mp", "parte do ritmo usada"],
    ),
    "api": (
        # the kernel counts CPU in hundredths of a second: fewer requests take none
        ["bench.api", "--linhas", "400", "--pedidos", "16"],
        [
            *("400 notas de 50 empresas", "primeira página p99", "página 1.000 p99", "nome raro p99", "dashboard"),
            *("statistics", "vazão com registro e limite", "CPU com registro e limite"),
        ],
    ),
    "admin": (
        ["bench.admin", "--linhas", "300"],
        ["300 notas", "primeira página", "nome raro", "arquivo de todas", "memória a mais"],
    ),
    "start": (
        ["bench.partida", "--comando", "sat listar", "--vezes", "1"],
        ["esteira --help", "esteira sat listar", "importações"],
    ),
    "rest": (
        ["bench.repouso", "--segundos", "2"],
        ["primeira linha:", "MiB PSS", "processos em repouso", "CPU em repouso"],
    ),
}


# A guard against hanging: some take a minute on a machine that does other things.
PATIENCE_SECONDS = 400


def run(words: list[str]) -> str:
    """Run a bench as people do; return what it printed."""
    command = [sys.executable, "-m", *words]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=PATIENCE_SECONDS)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


class TestRuns:
    pytestmark = runs

    @pytest.mark.parametrize("part", PARTS)
    def test_a_part_prints_its_lines(self, part: str) -> None:
        words, expected = PARTS[part]
        said = run(words)
        assert [line for line in expected if line not in said] == []
        assert not re.search(r"\bnan\b", said)

    def test_the_soak_ends_with_everything_delivered(self) -> None:
        words = ["--entregas", "40", "--destinos", "2", "--ritmo", "4", "--intervalo", "0.5", "--mortes", "8"]
        said = run(["bench.soak", *words, "--semente", "1", "--segundos", str(PATIENCE_SECONDS - 60)])
        assert "semente 1" in said
        assert "estados: entregue 40" in said
        assert "faltam 0 entregas; 0 eventos confirmados" in said
        assert "mortes 8: FLUSHALL 2, broker 2, conexões 2, worker 2" in said


@pytest.mark.parametrize(
    ("values", "share", "expected"),
    [([3.0, 1.0, 2.0], 0.5, 2.0), ([5.0], 0.99, 5.0), ([float(n) for n in range(100)], 0.99, 99.0)],
)
def test_a_percentile_is_one_of_the_values(values: list[float], share: float, expected: float) -> None:
    assert figures.percentile(values, share) == expected


@pytest.mark.parametrize(
    ("limits", "met", "verdict"),
    [
        ({"above": 5}, True, "alvo ≥ 5 ms: cumprido"),
        ({"above": 20}, False, "alvo ≥ 20 ms: PERDIDO"),
        ({"below": 20}, True, "alvo < 20 ms: cumprido"),
        ({"below": 10}, False, "alvo < 10 ms: PERDIDO"),
        ({}, True, "razão 0.50"),
    ],
)
def test_a_figure_stands_beside_its_reference_and_its_target(
    capsys: pytest.CaptureFixture[str], limits: dict[str, float], met: bool, verdict: str
) -> None:
    assert figures.show("latência", 10, "ms", ("vazia", 20), **limits) is met
    said = capsys.readouterr().out.strip()
    assert said.endswith(verdict)
    assert "razão 0.50" in said
