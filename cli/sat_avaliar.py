"""`esteira sat avaliar`: judge one captured answer of a box, without network or database."""

import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.options import Json
from cli.output import answer, document, say
from cli.portuguese import Noun
from core.errors import UsageError
from core.text import os_fault

if TYPE_CHECKING:
    from flows.sat.evaluate import Veredito

LINE_LIMIT = 1024 * 1024


@dataclass(frozen=True)
class _Output:
    as_json: bool
    relatorio: bool
    saida: Path | None


def register(noun: Noun) -> None:
    """Add the command to those of the boxes."""

    @noun.command()
    def avaliar(
        linha: Annotated[str, typer.Option("--linha", help="A resposta do equipamento; - lê da entrada padrão.")],
        agora: Annotated[
            str | None, typer.Option("--agora", help="Instante ISO 8601; sem fuso, a hora da loja.")
        ] = None,
        fuso: Annotated[str | None, typer.Option("--fuso", help="Fuso da loja, como America/Fortaleza.")] = None,
        serie: Annotated[str | None, typer.Option("--serie", help="Número de série esperado.")] = None,
        relatorio: Annotated[bool, typer.Option("--relatorio", help="Escreve um relatório sem dados da loja.")] = False,
        saida: Annotated[Path | None, typer.Option("--saida", help="Arquivo do relatório.")] = None,
        as_json: Json = False,
    ) -> None:
        """Avalia uma resposta guardada, sem rede."""
        # A library may answer in any encoding; what the terminal could not decode is replaced.
        if saida is not None and not relatorio:
            raise UsageError("--saida é o arquivo do relatório; diga também --relatorio.")
        from flows.sat.evaluate import avaliar_linha

        given = (_stdin() if linha == "-" else linha).encode("utf-8", "replace").decode()
        _answer(given, avaliar_linha(given, agora, fuso, serie), _Output(as_json, relatorio, saida))


def _answer(linha: str, found: "Veredito", output: _Output) -> None:
    if output.relatorio:
        from flows.sat import anonymous

        _report(anonymous.report(linha, found), output)
    if output.as_json:
        document(shown(found))
    elif not output.relatorio:
        _tell(found)


def _stdin() -> str:
    raw = sys.stdin.buffer.read(LINE_LIMIT + 1)
    if len(raw) > LINE_LIMIT:
        raise UsageError("A linha passa de 1 MiB.")
    try:
        return raw.decode("utf-8")
    except UnicodeDecodeError:
        return raw.decode("latin-1")


def _report(text: str, output: _Output) -> None:
    saida = output.saida
    if saida is None:
        (say if output.as_json else answer)(text)
        return
    try:
        saida.write_text(text, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"Não consegui escrever {saida}: {os_fault(error)}.") from None
    say(f"Relatório escrito em {saida}.")


def shown(found: "Veredito") -> dict[str, Any]:
    """Return a verdict as it is answered in JSON."""
    return {
        "resultado": found.resultado,
        "codigo": found.codigo,
        "alertas": [
            {
                "codigo": one.codigo,
                "ativo": one.ativo,
                "severidade": one.severidade,
                "mensagem": one.mensagem,
                "valores": one.valores,
            }
            for one in found.alertas
        ],
    }


def _print(text: str) -> None:
    """Print what a box may have said: no command of a terminal reaches one."""
    answer("".join(char if char.isprintable() else "\ufffd" for char in text))


def _tell(found: "Veredito") -> None:
    _print(f"{found.resultado} {found.codigo}".strip())
    if found.motivo:
        _print(found.motivo)
    for one in found.alertas:
        if one.ativo:
            _print(f"  {one.codigo} ({one.severidade}): {one.mensagem}")
        elif one.erro:
            _print(f"  {one.codigo}: não pôde ser avaliado ({one.erro})")
    if found.resultado == "ok" and not any(one.ativo for one in found.alertas):
        _print("  nenhum alerta")
