"""`esteira sat agente`: read the boxes of this machine and send what they say to the centre."""

import asyncio
import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from cli.output import say
from cli.portuguese import Noun
from core import stop_signals
from core.errors import Transient, UsageError
from core.text import os_fault

if TYPE_CHECKING:
    from flows.sat.agente.box import Box

IN_THE_OPEN = "O token no comando é visível a outros nesta máquina; prefira --token-arquivo ou agente.token."
NOT_GIVEN = "Falta o token. Use --token-arquivo ARQUIVO, ou agente.token na configuração (ESTEIRA_AGENTE__TOKEN)."
NO_URL = "Diga o endereço do centro: --url, ou agente.url na configuração."
PLAIN = "O endereço é http: o token e as leituras passam pela rede sem cifra. Prefira https."
READABLE = "O arquivo do token pode ser lido por outros nesta máquina; use `chmod 600`."
LARGEST_FILE = 4096
AWAY = ("127.0.0.1", "localhost", "[::1]")


def register(noun: Noun) -> None:
    """Add the command to those of the boxes."""

    @noun.command()
    def agente(
        nomes: Annotated[list[str] | None, typer.Argument(metavar="[NOME]…", help="Caixas; sem nome, todas.")] = None,
        url: Annotated[str | None, typer.Option("--url", help="Endereço do centro (agente.url).")] = None,
        token_arquivo: Annotated[
            Path | None, typer.Option("--token-arquivo", help="Arquivo que só tem o token da API.")
        ] = None,
        token: Annotated[
            str | None,
            typer.Option("--token", help="O token; outros nesta máquina o veem, prefira --token-arquivo."),
        ] = None,
        uma_vez: Annotated[bool, typer.Option("--uma-vez", help="Lê e envia uma vez, e termina.")] = False,
        reativar: Annotated[
            bool, typer.Option("--reativar", help="Consulta de novo caixas paradas por código recusado.")
        ] = False,
    ) -> int:
        """Lê as caixas desta máquina e envia as leituras ao centro; guarda-as enquanto a linha está fora.

        Não precisa de banco nem de Redis. Termina com Ctrl-C ou SIGTERM.
        """
        where, secret = _url(url), _token(token, token_arquivo)
        from flows.sat.agente import running

        with running.alone():
            boxes = running.boxes_of(nomes or [], say)
            for box in boxes if reativar else ():
                box.reactivate()
            if uma_vez:
                good = asyncio.run(running.serve(boxes, where, secret))
                return 0 if good else Transient.exit_code
            say(f"Lendo {len(boxes)} {'caixa' if len(boxes) == 1 else 'caixas'} para {where}; Ctrl-C termina.")
            asyncio.run(_until_a_signal(boxes, where, secret))
        return 0


async def _until_a_signal(boxes: list["Box"], url: str, token: str) -> None:
    from flows.sat.agente import running

    over = asyncio.Event()
    stop_signals.on_loop(over.set)
    await running.serve(boxes, url, token, over)


def _url(said: str | None) -> str:
    from core.settings.agente import AgenteSettings
    from core.settings.base import checked_base_url

    given = said or AgenteSettings.current().url
    if not given:
        raise UsageError(NO_URL, campo="url")
    try:
        url = checked_base_url(given.strip().rstrip("/").removesuffix("/api"))
    except ValueError as fault:
        raise UsageError(f"O endereço do centro {fault}.", campo="url") from None
    if url.startswith("http://") and not url.removeprefix("http://").startswith(AWAY):
        say(PLAIN)
    return url


def _token(said: str | None, path: Path | None) -> str:
    from pydantic import SecretStr

    from core.settings.agente import AgenteSettings
    from core.settings.base import checked_key

    if said is not None and path is not None:
        raise UsageError("Diga --token ou --token-arquivo.", campo="token")
    if said is not None:
        say(IN_THE_OPEN)
    kept = AgenteSettings.current().token
    given = said if said is not None else _read(path) if path is not None else kept.get_secret_value() if kept else None
    if given is None:
        raise UsageError(NOT_GIVEN)
    try:
        return checked_key(SecretStr(given)).get_secret_value()
    except ValueError:
        raise UsageError("O token tem espaços ou outros caracteres que nenhum token tem.", campo="token") from None


def _read(path: Path) -> str:
    try:
        with path.open("rb") as file:
            if os.fstat(file.fileno()).st_mode & 0o077:
                say(READABLE)
            return file.read(LARGEST_FILE).decode("utf-8", "replace").strip()
    except OSError as error:
        raise UsageError(f"Não consegui ler o token em {path}: {os_fault(error)}.", campo="token_arquivo") from None
