"""A fleet of hub boxes checked by one worker process, and answers judged per second.

`python -m bench.sat [--caixas 1000] [--latencia 2] [--banco sqlite|postgresql] [--parte rodada|avaliar]`. Beside them:
a bare aiohttp client that asks the same hub with as many calls at once, and satcfe's own reading and three alerts.
"""

import argparse
import asyncio
import subprocess
import sys
import time
from pathlib import Path

import aiohttp

from bench import figures, machine
from bench.child import child
from bench.installation import KINDS, ROOT, children, fresh, rss, workers

ROUND_SECONDS, MEMORY_MIB, PER_SECOND = 60, 200, 20_000
PATIENCE_SECONDS = 180.0
PARTS = ("rodada", "avaliar")


async def bare(port: int, amount: int, in_flight: int) -> float:
    """Return the seconds that aiohttp alone takes for one call of each box."""
    left = iter(range(amount))
    url = f"http://127.0.0.1:{port}/hub/v1/consultarstatusoperacional"
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=in_flight)) as session:

        async def lane() -> None:
            for number in left:
                async with session.post(url, data={"numero_caixa": str(number)}) as response:
                    await response.read()

        began = time.perf_counter()
        await asyncio.gather(*(lane() for _ in range(in_flight)))
        return time.perf_counter() - began


def fleet(folder: Path, port: int, amount: int) -> None:
    """Import so many boxes, each behind a hub of its own, as an operator would."""
    from flows.sat.importing import importar
    from sandbox.hub import loopback

    path = folder / "caixas.csv"
    rows = (f"pdv-{number:03d},{loopback(number)},{port},{number},CE" for number in range(amount))
    path.write_text("\n".join(["nome,host,port,numero_caixa,uf", *rows]), encoding="utf-8")
    if wrong := [one for one in importar(path) if one.resultado != "criada"]:
        raise SystemExit(f"caixas que não foram importadas: {wrong[:3]}")


def unchecked() -> int:
    """Return how many boxes were never checked."""
    from sqlalchemy import func, select

    from storage.models.sat import Caixa
    from storage.session import reading

    with reading() as db:
        return db.scalar(select(func.count()).where(Caixa.verificada_em.is_(None))) or 0


def whole_round(amount: int) -> tuple[float, float]:
    """Let one worker process check every box; return the seconds, and the most memory of a process in MiB."""
    from core import messages

    most = 0.0
    with workers("sat", concurrency=1) as (worker,):
        began = time.perf_counter()
        messages.send("sat.varrer")
        while unchecked() and time.perf_counter() - began < PATIENCE_SECONDS:
            most = max(most, *(rss(pid) for pid in children(worker)))
            time.sleep(0.1)
        return time.perf_counter() - began, most


def measure_round(kind: str, amount: int, latency: float) -> None:
    """Print the lines of a round."""
    with fresh(kind) as folder:
        from flows.sat.check import AT_ONCE

        with child("bench.hub_server", "--latencia", str(latency)) as (port, _):
            reference = asyncio.run(bare(port, amount, AT_ONCE))
        with child("bench.hub_server", "--latencia", str(latency)) as (port, ask):
            fleet(folder, port, amount)
            seconds, memory = whole_round(amount)
            totals = ask()
    figures.show(f"rodada de {amount} caixas {kind}", seconds, "s", ("aiohttp puro", reference), below=ROUND_SECONDS)
    figures.show(f"memória da rodada {kind}", memory, "MiB", ("alvo", MEMORY_MIB), below=MEMORY_MIB)
    print(f"  hub: {totals}; ao mesmo tempo na mesma caixa: {totals['ao_mesmo_tempo']} (alvo 1)", flush=True)


def measure_judging(seconds: float) -> None:
    """Print how many answers a second are read and judged by every condition, beside satcfe's three."""
    from satcfe.alertas import AlertaCFePendentes, AlertaDivergenciaHorarios, AlertaVencimentoCertificado
    from satcfe.resposta import RespostaConsultarStatusOperacional

    from alerts import Contexto, avaliar
    from connectors.sat.status import parse
    from core.settings.sat import Thresholds
    from sandbox.sat_wire import NSERIE, pending, status_line

    fields = [pending(n % 5, ultimo=500 + n) for n in range(1000)]
    lines = [status_line(100_000 + n, **one) for n, one in enumerate(fields)]  # type: ignore[arg-type]
    contexto = Contexto(limites=Thresholds(), serie=NSERIE)

    def ours(line: str) -> None:
        avaliar(parse(line), contexto)

    def theirs(line: str) -> None:
        resposta = RespostaConsultarStatusOperacional.analisar(line)
        for kind in (AlertaCFePendentes, AlertaDivergenciaHorarios, AlertaVencimentoCertificado):
            kind(resposta).checar()

    rates = []
    for judge in (theirs, ours):
        done, began = 0, time.perf_counter()
        while time.perf_counter() - began < seconds:
            for line in lines:
                judge(line)
            done += len(lines)
        rates.append(done / (time.perf_counter() - began))
    figures.show("respostas avaliadas", rates[1], "por s", ("satcfe, 3 alertas", rates[0]), above=PER_SECOND)


def main() -> None:
    """Run each part in a process of its own."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--parte", choices=PARTS)
    arguments.add_argument("--banco", choices=KINDS, default="sqlite")
    arguments.add_argument("--caixas", type=int, default=1000)
    arguments.add_argument("--latencia", type=float, default=2.0)
    arguments.add_argument("--segundos", type=float, default=5.0)
    given = arguments.parse_args()
    if given.parte == "avaliar":
        measure_judging(given.segundos)
    elif given.parte:
        measure_round(given.banco, given.caixas, given.latencia)
    else:
        machine.tell()
        for part in PARTS:
            subprocess.run([sys.executable, "-m", "bench.sat", "--parte", part, *sys.argv[1:]], cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
