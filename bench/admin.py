"""The admin over a million notes: how long lists and searches take, and the file of all of them, in how much memory.

`python -m bench.admin [--linhas 1000000]`, on PostgreSQL, beside the bare statement of one page. One process serves, as
shipped.
"""

import argparse
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from bench import api_rows, figures, machine
from bench.api import serving
from bench.installation import fresh, rss

LIST_SECONDS, FILE_SECONDS, GROWN_MIB = 2.0, 120.0, 50.0
LOOK_SECONDS = 0.2
LISTS = {
    "primeira página": "nfe/list",
    "página 1.000": "nfe/list?page={pagina}",
    "nome raro": f"nfe/list?search={quote(api_rows.RARE.upper())}",
    "nome que não há": "nfe/list?search=zzqq",
    "canceladas de SP": "nfe/list?emit_uf=SP&status_nfe=101",
    "por valor": "nfe/list?ordering=-valor_total",
    "itens": "nfeitem/list",
}


def main() -> None:
    """Measure lists, then the file."""
    asked = _arguments()
    machine.tell()
    with fresh("postgresql"):
        print(f"{asked.linhas} notas em {api_rows.load(asked.linhas):.0f} s", flush=True)
        bare = _took(_bare)
        with serving() as (port, pid):
            visitor = _visitor(port)
            visitor.get("/admin/")
            page = max(1, min(1000, asked.linhas // 20))
            for name, form in LISTS.items():
                path = form.format(pagina=page)
                took = min(_took(lambda path=path: _whole(visitor, path)) for _ in range(3))  # type: ignore[misc]
                figures.show(name, took, "s", ("uma página, sem nada", bare), below=LIST_SECONDS)
            _file(visitor, pid, asked.linhas)


def _file(visitor: Any, pid: int, amount: int) -> None:
    """Take all notes away; watch the memory of the server meanwhile."""
    before, over, peaks = rss(pid), threading.Event(), [0.0]

    def watch() -> None:
        while not over.wait(LOOK_SECONDS):
            peaks.append(rss(pid))

    watching = threading.Thread(target=watch)
    watching.start()
    began = time.perf_counter()
    answer = visitor.ask("POST", "/admin/nfe/export", data={"csrf": visitor.csrf}, stream=True)
    lines = sum(part.count(b"\n") for part in answer.iter_content(1 << 16))
    took = time.perf_counter() - began
    over.set()
    watching.join()
    if lines != amount + 1:
        raise SystemExit(f"{lines} linhas, em vez de {amount + 1}")
    figures.show("arquivo de todas", took, "s", ("por 1.000 linhas", took / amount * 1000), below=FILE_SECONDS)
    figures.show("memória a mais", max(peaks) - before, "MiB", ("antes", before), below=GROWN_MIB)


def _whole(visitor: Any, path: str) -> None:
    answer = visitor.get(f"/admin/{path}")
    if answer.status_code != 200:
        raise SystemExit(f"{path}: {answer.status_code}")


def _visitor(port: int) -> Any:
    from support.visiting import visitor

    return visitor(f"http://127.0.0.1:{port}", "chefe", staff=True)


def _bare() -> None:
    """Read one page as nothing but a statement."""
    from sqlalchemy import text

    from storage.session import engine

    with engine().connect() as db:
        db.execute(
            text("SELECT * FROM documento WHERE especie IN ('nfe', 'nfce') ORDER BY data_lista DESC LIMIT 20")
        ).all()


def _took(do: Callable[[], None]) -> float:
    began = time.perf_counter()
    do()
    return time.perf_counter() - began


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m bench.admin", description=__doc__)
    parser.add_argument("--linhas", type=int, default=1_000_000, metavar="N", help="quantas notas")
    return parser.parse_args()


if __name__ == "__main__":
    main()
