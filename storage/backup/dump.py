"""Backups of a PostgreSQL: its own pg_dump makes them, its pg_restore brings them back. No password is an argument."""

import hashlib
import os
import re
import shlex
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

from core.clock import SYSTEM, Clock
from core.errors import Conflict, Misconfigured, Rejected, Transient, UsageError
from core.settings.core import CoreSettings
from core.text import redact
from storage.backup import durable, folder, making
from storage.metadata import metadata
from storage.sequence import OTHERS, restored_sql
from storage.session import connect_engine, explained

SUFFIX = ".dump"
PROGRAM, RESTORE = "pg_dump", "pg_restore"
_DATA = re.compile(r"^\d+; .* TABLE DATA \S+ (\S+) ", re.MULTILINE)
MISSING = "Não encontrei o {}: instale o cliente do PostgreSQL, ou rode onde ele está:\n  {}"
OLDER = "O pg_dump daqui ({}) é mais antigo que o servidor ({}): instale o cliente da versão do servidor."
FAILED = "O pg_dump falhou, e nada foi guardado: {}"
UNREADABLE = "O que o pg_dump escreveu não se lê até o fim, e nada foi guardado."
INCOMPLETE = "O pg_dump não trouxe todas as tabelas, e nada foi guardado: faltam {}."


def make(target: Path | None = None, *, keep: int | None = None, clock: Clock = SYSTEM) -> Path:
    """Make a backup in a folder, or of the name that ends in `.dump`; keep so many there. Return its path.

    Raises:
        Misconfigured: there is no pg_dump, which is told with the line to run, or an older one than the server.
        UsageError, Conflict: the name. Transient: it failed. Rejected: what it made is not whole.
    """
    wanted = (making.here() if target is None else target).absolute()
    named = wanted.suffix == SUFFIX
    into = wanted.parent if named else wanted
    if named and keep is not None:
        raise UsageError("Só se pode manter um número de backups em uma pasta.", campo="manter")
    if named and wanted.exists():
        raise Conflict(f"{wanted} já existe.")
    if target is not None:
        durable.check_parent(wanted)
    durable.make_room(into, 0)
    path = wanted if named else _new_name(into, clock.now())
    program = _found(PROGRAM, path)
    _check_version(program)
    with making.alone():
        durable.sweep_drafts(into, _mark())
        with durable.draft_of(path, _mark()) as draft:
            _dump(program, draft)
            _check(draft)
            durable.keep(draft, path)
        if keep is not None:
            _rotate(into, keep, path)
    return path


def how_to_restore(path: Path) -> Sequence[str]:
    """Return the lines that bring a backup back into a new database, beside the present one."""
    said = _connection()
    new = f"{said['dbname']}_restaurado"
    server = shlex.join([word for option, key in _OPTIONS if said.get(key) for word in (option, str(said[key]))])
    # what quotes a text without an apostrophe, which the shell needs itself
    leap = "; ".join(restored_sql(f"$${OTHERS}$$"))
    return [
        "# A senha vem de ~/.pgpass ou de PGPASSWORD; o banco de agora fica como está.",
        f"createdb {server} {shlex.quote(new)}",
        f"pg_restore -O -x -e -1 {server} {shlex.join(['-d', new, str(path)])}",
        "# Os números de sequência seguem acima do que os destinos já viram.",
        f"psql -q {server} {shlex.join(['-d', new, '-c', leap])}",
        f"# Pare a Esteira, ponha o banco {new} em core.database_url, rode `esteira banco migrar` e suba de novo.",
    ]


_OPTIONS = (("-h", "host"), ("-p", "port"), ("-U", "user"))


def _new_name(into: Path, now: datetime) -> Path:
    name = f"{folder.PREFIX}{now:{folder.STAMP}}-{_mark()}{SUFFIX}"
    if (into / name).exists():
        raise Conflict(f"{into / name} já existe.")
    return into / name


def _mark() -> str:
    """Return what tells the backups of this database from others of the folder."""
    said = _connection()
    where = "|".join(str(said.get(key, "")) for key in ("host", "port", "dbname"))
    return hashlib.sha256(where.encode()).hexdigest()[:8]


def _connection() -> dict[str, Any]:
    """Return what libpq is told of the configured database."""
    from psycopg.conninfo import conninfo_to_dict
    from sqlalchemy import make_url

    url = make_url(CoreSettings.current().database).set(drivername="postgresql")
    return {name: value for name, value in conninfo_to_dict(url.render_as_string(hide_password=False)).items() if value}


def _arguments(program: str) -> list[str]:
    """Return a program with the address of the database, and without what is secret in it."""
    from psycopg.conninfo import make_conninfo

    said = {name: value for name, value in _connection().items() if name not in ("password", "sslpassword")}
    return [program, "-w", "-d", make_conninfo(**said)]


def _environment() -> Mapping[str, str]:
    password = _connection().get("password")
    return {"PGPASSWORD": str(password)} if password else {}


def _found(name: str, path: Path) -> str:
    found = shutil.which(name)
    if found is None:
        line = shlex.join([*_arguments(name), "-Fc", "-f", str(path)])
        raise Misconfigured(MISSING.format(name, line))
    return found


def _check_version(program: str) -> None:
    """An older pg_dump refuses a newer server, in words of its own language."""
    said = subprocess.run([program, "-V"], capture_output=True, text=True, check=False).stdout  # noqa: S603
    mine = re.search(r"(\d+)(?:\.\d+)?", said)
    with explained():
        engine = connect_engine(CoreSettings.current().database)
        try:
            with engine.connect() as connection:
                number = int(connection.exec_driver_sql("SHOW server_version_num").scalar_one()) // 10_000
        finally:
            engine.dispose()
    if mine and int(mine[1]) < number:
        raise Misconfigured(OLDER.format(mine[1], number))


def _dump(program: str, draft: Path) -> None:
    command = [*_arguments(program), "-Fc", "-f", str(draft)]
    environment = {**os.environ, **_environment()}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False, errors="replace")  # noqa: S603
    if done.returncode != 0:
        said = done.stderr.strip().splitlines() or [f"código {done.returncode}"]
        raise Transient(FAILED.format(redact(said[-1])[:300]))


def _check(draft: Path) -> None:
    """Raise `Rejected` unless the rows of all tables are in what was made."""
    program = shutil.which(RESTORE)
    if program is None:
        raise Misconfigured(MISSING.format(RESTORE, f"pg_restore -l {draft}"))
    listed = subprocess.run([program, "-l", str(draft)], capture_output=True, text=True, check=False)  # noqa: S603
    missing = {*metadata().tables, "alembic_version"} - set(_DATA.findall(listed.stdout))
    if missing:
        raise Rejected(INCOMPLETE.format(", ".join(sorted(missing)[:5])))
    # the list stands in front; only reading all of it shows that the end is there
    whole = subprocess.run([program, "-f", os.devnull, str(draft)], capture_output=True, check=False)  # noqa: S603
    if whole.returncode != 0:
        raise Rejected(UNREADABLE)


def _rotate(into: Path, keep: int, newest: Path) -> None:
    mine = sorted(path for path in into.glob(f"{folder.PREFIX}*Z-{_mark()}{SUFFIX}") if path != newest)
    for path in mine[: max(0, len(mine) + 1 - keep)]:
        folder.removed(path)
