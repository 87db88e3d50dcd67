"""Questor: scan, scan again, go on after a crash, and send, each beside a reference of the same run.

`python -m bench.questor [--parte varrer|retomar|enviar] [--arquivos N] [--linhas N] [--banco sqlite|postgresql]`. The
parts of sending are those of `bench.questor_send`.
"""

import argparse
import hashlib
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from bench import figures, machine
from bench.child import child
from bench.installation import KINDS, ROOT, fresh

SCAN_PER_SECOND, RESCAN_PER_SECOND, MEMORY_MIB, RESUME_SECONDS = 3500, 12_000, 150, 10
BODY = "x" * 4500
TYPES = ("nfe", "nfce", "cte", "nfe_evento", "cfe")
PER_FOLDER = 10_000
LEFT_BY_THE_DEAD = 300
PARTS = ("varrer", "retomar", "enviar")


def tree(folder: Path, amount: int) -> None:
    """Write so many documents of five kinds, ten thousand to a folder."""
    from sandbox.questor.documentos import documento

    for number in range(amount):
        place_ = folder / f"{number // PER_FOLDER:04d}"
        if number % PER_FOLDER == 0:
            place_.mkdir(parents=True)
        kind = TYPES[number % len(TYPES)]
        text = documento(kind, number // len(TYPES) + 1, extra=BODY).texto
        (place_ / f"{number}.xml").write_text(text, encoding="utf-8")


def bare_scan(folder: Path) -> float:
    """Return the files a second of reading, digesting and parsing alone."""
    from lxml import etree

    parser, amount, began = etree.XMLParser(resolve_entities=False), 0, time.perf_counter()
    for path in _walked(folder):
        content = Path(path).read_bytes()
        hashlib.sha256(content).hexdigest()
        etree.fromstring(content, parser)
        amount += 1
    return amount / (time.perf_counter() - began)


def bare_look(folder: Path) -> float:
    """Return the files a second of walking and looking at size and time alone."""
    began = time.perf_counter()
    amount = sum(os.lstat(path).st_size > 0 for path in _walked(folder))
    return amount / (time.perf_counter() - began)


def _walked(folder: Path) -> Iterator[str]:
    for where, _, names in os.walk(folder):
        yield from (os.path.join(where, name) for name in names)


def command(*words: str) -> tuple[float, float]:
    """Run a command of Esteira; return the seconds and the most memory it had, in MiB."""
    began, memory = time.perf_counter(), 0.0
    with _esteira(*words) as process:
        # not from its end: the figure of wait4 begins with the memory of this process
        while process.poll() is None:
            memory = max(memory, _peak(process.pid))
            time.sleep(0.02)
    if process.returncode not in (0, 3):
        raise SystemExit(f"esteira {' '.join(words)} terminou com {process.returncode}")
    return time.perf_counter() - began, memory


def _esteira(*words: str) -> "subprocess.Popen[bytes]":
    quiet = subprocess.DEVNULL
    return subprocess.Popen([sys.executable, "-m", "cli.main", *words], cwd=ROOT, stdout=quiet, stderr=quiet)


def _peak(pid: int) -> float:
    """Return the most memory a process had, in MiB; nothing of one that has ended."""
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next((int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")), 0.0)


def measure_scan(kind: str, amount: int) -> None:
    """Print the lines of the scans. The figures include the start of the program."""
    with fresh(kind) as folder:
        tree(folder / "xml", amount)
        figures_of = (("varredura", bare_scan, SCAN_PER_SECOND), ("nova varredura", bare_look, RESCAN_PER_SECOND))
        for what, bare, least in figures_of:
            reference = bare(folder / "xml")
            seconds, memory = command("questor", "varrer", str(folder / "xml"), "--nome", "bench")
            figures.show(f"{what} {kind}", amount / seconds, "arq/s", ("sem banco", reference), above=least)
            figures.show(f"memória da {what} {kind}", memory, "MiB", ("alvo", MEMORY_MIB), below=MEMORY_MIB)


def manifest(folder: Path, amount: int) -> int:
    """Write a manifest of so many rows, of which a dead process held some; only the first have files."""
    from sqlalchemy import insert, update
    from support.questor import lot

    from claims.holder import SEPARATOR, host
    from core.clock import SYSTEM
    from sandbox.questor.documentos import documento
    from storage.models.questor import QuestorArquivo
    from storage.session import transaction

    first = 2000
    lote = lot(folder / "xml", (documento("nfe", number, extra=BODY) for number in range(1, first + 1)))
    now = SYSTEM.now()
    for at in range(first, amount, 20_000):
        rows = [_row(lote, number, now) for number in range(at, min(at + 20_000, amount))]
        with transaction() as db:
            db.execute(insert(QuestorArquivo), rows)
    token = SEPARATOR.join((host(), "999999999", "1", "morto"))
    with transaction() as db:
        held = QuestorArquivo.id <= LEFT_BY_THE_DEAD
        db.execute(update(QuestorArquivo).where(held).values(estado="desconhecido", lease_token=token))
    return lote


def _row(lote: int, number: int, now: object) -> dict[str, object]:
    digest = f"{number:064x}"
    return {
        "lote_id": lote, "caminho": f"{number // PER_FOLDER:04d}/{number}.xml", "tamanho": 5000, "mtime_ns": number,
        "sha256": digest, "tipo": "nfe", "identidade": digest[-44:], "estado": "pendente", "due_at": now,
        "tentativas": 0, "repeticoes": 0, "erros": 0,
    }  # fmt: skip


def measure_resume(kind: str, amount: int) -> None:
    """Print how long a new process takes until a server hears of a document, in a manifest of so many rows."""
    from bench.questor_send import configure

    with fresh(kind) as folder, child("bench.questor_server") as (port, ask):
        configure(f"http://127.0.0.1:{port}", {"max_concurrency": "16"})
        manifest(folder, amount)
        counted, memory = command("questor", "estado", "lote")
        began = time.perf_counter()
        with _esteira("questor", "enviar", "lote") as process:
            while not ask()["aceitos"] and process.poll() is None and time.perf_counter() - began < 10 * RESUME_SECONDS:
                time.sleep(0.05)
            seconds = time.perf_counter() - began
            memory = max(memory, _peak(process.pid))
            process.kill()
    figures.show(f"retomada de {amount} linhas {kind}", seconds, "s", ("contar tudo", counted), below=RESUME_SECONDS)
    figures.show(f"memória da retomada {kind}", memory, "MiB", ("alvo", MEMORY_MIB), below=MEMORY_MIB)


def main() -> None:
    """Run each part in a process of its own."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--parte", choices=PARTS)
    arguments.add_argument("--banco", choices=KINDS, default="sqlite")
    arguments.add_argument("--arquivos", type=int, default=100_000)
    arguments.add_argument("--linhas", type=int, default=1_000_000)
    given = arguments.parse_args()
    if given.parte == "varrer":
        measure_scan(given.banco, given.arquivos)
    elif given.parte == "retomar":
        measure_resume(given.banco, given.linhas)
    elif given.parte == "enviar":
        subprocess.run([sys.executable, "-m", "bench.questor_send", "--banco", given.banco], cwd=ROOT, check=True)
    else:
        machine.tell()
        for part in PARTS:
            words = [sys.executable, "-m", "bench.questor", "--parte", part, *sys.argv[1:]]
            subprocess.run(words, cwd=ROOT, check=True)


if __name__ == "__main__":
    main()
