"""`esteira restaurar`, as it is typed: what comes back, and what there is to do before the line starts again."""

import os
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from conftest import Configure
from support.deliveries import deliveries, fire, webhook
from support.numeracao import after
from support.typed import Run

from cli.restaurar import _tell_what_is_next
from core.settings.core import CoreSettings
from storage import crypto, migrate, session
from storage.backup.manifest import Manifest
from storage.backup.restoring import Restored
from workers import start_checks

OF_NOW = Manifest(
    programa="1.0",
    criado_em=after(0),
    origem="esteira.db",
    migracao=migrate.HEAD,
    linhas={"event": 2, "caixa": 3},
    tamanho=4096,
    sha256="0" * 64,
    chaves=("abcd", "ef01"),
)
BACK = Restored(OF_NOW, None, 0)
AGAIN = "O que foi entregue depois do backup será entregue de novo, com os mesmos identificadores de evento."


@pytest.mark.parametrize(
    ("done", "said"),
    [
        (BACK, []),
        (
            replace(BACK, aside=Path("/dados/antes.db")),
            ["O banco de antes está em /dados/antes.db; apague-o quando não precisar mais."],
        ),
        (
            replace(BACK, dropped=("gatilho espiao", "visão \x1b[2J")),
            [
                (
                    "Atenção: tirei do banco o que a Esteira não faz e rodaria sozinho: gatilho espiao, visão �[2J. "
                    "O backup ficou como era."
                )
            ],
        ),
        (
            replace(BACK, keys_written=1),
            ["As chaves do backup foram postas no arquivo de chaves, atrás das que já havia."],
        ),
        (
            replace(BACK, sealed=1),
            ["Atenção: nenhuma chave daqui abre 1 segredo. Ponha as chaves do backup (abcd, ef01) primeiro."],
        ),
        (
            replace(BACK, sealed=2, manifest=OF_NOW.model_copy(update={"chaves": ()})),
            ["Atenção: nenhuma chave daqui abre 2 segredos. Ponha as chaves do backup (?) primeiro."],
        ),
        (
            replace(BACK, manifest=OF_NOW.model_copy(update={"migracao": "0001"})),
            ["O banco é de uma versão anterior: rode `esteira banco migrar`."],
        ),
    ],
    ids=["nothing", "aside", "dropped", "keys", "a secret", "secrets without names", "older"],
)
def test_what_is_next_is_told_and_nothing_that_is_not(
    done: Restored, said: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    _tell_what_is_next(done)
    assert capsys.readouterr().err.splitlines() == [*said, AGAIN]


def test_what_is_only_looked_at_changes_nothing(run: Run, tmp_path: Path) -> None:
    webhook("https://a.example/x")
    fire(2)
    path = run("backup", str(tmp_path))[1].strip()
    fire(1)
    session.dispose()
    code, out, err = run("restaurar", "--conferir", path)
    assert (code, out, err.startswith("Backup íntegro: de 20")) == (0, "", True)
    assert f", versão {migrate.HEAD}, " in err
    assert len(deliveries()) == 3
    session.dispose()
    code, _, err = run("restaurar", path)
    assert (code, err.startswith("Banco restaurado: de 20"), AGAIN in err) == (0, True, True)
    assert len(deliveries()) == 2


def test_secrets_that_no_key_opens_and_a_schema_of_before_are_told(
    run: Run, configure: Configure, tmp_path: Path
) -> None:
    webhook("https://a.example/x")
    path = run("backup", str(tmp_path))[1].strip()
    name = crypto.name_of(crypto.stored_keys()[0])
    session.dispose()
    configure(core__keys='["b3V0cmEtY2hhdmUtc28tcGFyYS1vcy10ZXN0ZXMtMDE="]')  # pragma: allowlist secret
    code, _, err = run("restaurar", path)
    assert (code, "não abre" in err or f"Ponha as chaves do backup ({name})" in err) == (0, True)


def test_nothing_is_restored_while_a_line_runs(run: Run, tmp_path: Path) -> None:
    path = run("backup", str(tmp_path))[1].strip()
    with start_checks.alone(CoreSettings.current().data_dir):
        code, _, err = run("restaurar", path)
    assert (code, f"processo {os.getpid()}" in err) == (4, True)


def test_who_restores_hears_what_did_not_come_back(run: Run, sqlite: str) -> None:
    session.engine()
    session.dispose()
    with closing(sqlite3.connect(sqlite.removeprefix("sqlite:///"))) as strange:
        strange.execute("CREATE TRIGGER espiao AFTER INSERT ON event BEGIN SELECT 1; END")
    _, out, _ = run("backup")
    session.dispose()
    _, _, err = run("restaurar", out.strip())
    assert "rodaria sozinho: gatilho espiao" in err


@pytest.mark.parametrize(
    ("words", "code", "told"),
    [
        ("restaurar nada.zip", 2, "não existe"),
        ("restaurar --conferir nada.zip", 2, "não existe"),
        ("restaurar", 2, "ARQUIVO"),
        ("restaurar banco/esteira.db", 5, "não é um backup"),
        ("restaurar --conferir banco/esteira.db", 5, "não é um backup"),
    ],
)
def test_what_is_no_backup_is_told(run: Run, words: str, code: int, told: str) -> None:
    found, out, err = run(words)
    assert (found, out, told in err) == (code, "", True)
