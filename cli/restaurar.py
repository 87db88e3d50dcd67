"""`esteira restaurar`: a backup in the place of the database."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import answer, instant, printable, say
from cli.portuguese import Verb
from core.text import plural

if TYPE_CHECKING:
    from storage.backup.manifest import Manifest
    from storage.backup.restoring import Restored

app = Verb("Põe um backup no lugar do banco de dados; o banco de agora fica guardado ao lado.")


@app.command()
def restaurar(
    arquivo: Annotated[Path, typer.Argument(help="O arquivo que `esteira backup` fez.")],
    conferir: Annotated[bool, typer.Option("--conferir", help="Só lê e confere o arquivo; não muda nada.")] = False,
) -> None:
    """Restore, and say what there is to do before the line starts again."""
    from core.settings.core import CoreSettings
    from storage.backup import dump, restoring, snapshot
    from workers import start_checks

    if conferir:
        _tell("Backup íntegro", restoring.look(arquivo))
        return
    if snapshot.file_of(CoreSettings.current().database) is None:
        for line in dump.how_to_restore(arquivo):
            answer(line)
        return
    with start_checks.alone(CoreSettings.current().data_dir):
        done = restoring.restore(arquivo)
    _tell("Banco restaurado", done.manifest)
    _tell_what_is_next(done)


def _tell(what: str, said: "Manifest") -> None:
    say(f"{what}: de {instant(said.criado_em)}, versão {said.migracao}, {plural(said.total, 'linha', 'linhas')}.")


def _tell_what_is_next(done: "Restored") -> None:
    from storage import migrate

    if done.aside is not None:
        say(f"O banco de antes está em {done.aside}; apague-o quando não precisar mais.")
    if done.dropped:
        what = printable(", ".join(done.dropped))
        say(f"Atenção: tirei do banco o que a Esteira não faz e rodaria sozinho: {what}. O backup ficou como era.")
    if done.keys_written:
        say("As chaves do backup foram postas no arquivo de chaves, atrás das que já havia.")
    if done.sealed:
        names = ", ".join(done.manifest.chaves) or "?"
        sealed = plural(done.sealed, "segredo", "segredos")
        say(f"Atenção: nenhuma chave daqui abre {sealed}. Ponha as chaves do backup ({names}) primeiro.")
    if done.manifest.migracao < migrate.HEAD:
        say("O banco é de uma versão anterior: rode `esteira banco migrar`.")
    say("O que foi entregue depois do backup será entregue de novo, com os mesmos identificadores de evento.")
