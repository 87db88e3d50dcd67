"""`esteira importar`: files, folders and ZIPs of fiscal documents into the store."""

import json
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.options import Empresa, Fila, Usuario
from cli.output import answer, console, say
from cli.portuguese import Verb
from core.errors import Rejected, UsageError
from core.text import plural

if TYPE_CHECKING:
    from flows.documentos.logs import Linha

app = Verb("Importa documentos fiscais: arquivos, pastas, ZIP, ou o que chega em uma pasta.")
LEFT = "O que faltou continua devido; os workers seguem dali."
DAY = 86_400
# How many there are is asked once more each time that so many are done.
COUNT_AT = frozenset({1, 100, 1_000, 10_000, 100_000})


@app.command()
def importar(
    caminhos: Annotated[
        list[str] | None, typer.Argument(metavar="[CAMINHO…]", help="Arquivos, pastas e ZIP.", show_default=False)
    ] = None,
    usuario: Usuario = None,
    empresa: Empresa = None,
    fila: Fila = False,
    validar: Annotated[bool, typer.Option("--validar", help="Confere cada documento com o seu esquema (XSD).")] = False,
    detalhe: Annotated[bool, typer.Option("--detalhe", help="Com --json, o que cada documento diz.")] = False,
    vigiar: Annotated[str | None, typer.Option("--vigiar", metavar="PASTA", help="Importa o que chega.")] = None,
    importados: Annotated[str | None, typer.Option("--importados", help="Para onde vai o que foi importado.")] = None,
    recusados: Annotated[str | None, typer.Option("--recusados", help="Para onde vai o que foi recusado.")] = None,
    repouso: Annotated[
        float,
        typer.Option("--repouso", min=0, max=DAY, help="Segundos sem mudar até um arquivo contar como inteiro."),
    ] = 5.0,
    as_json: Annotated[bool, typer.Option("--json", help="Uma linha em JSON por documento.")] = False,
) -> int:
    """Importa documentos fiscais; termina com 5 quando algum foi recusado."""
    lines = Lines(as_json=as_json, detalhe=detalhe, validar=validar)
    if vigiar is not None:
        if caminhos or fila:
            raise UsageError("Com --vigiar não se diz outro caminho nem --fila.")
        from cli.vigiar import vigiar as watch

        return watch(vigiar, usuario, empresa, importados, recusados, repouso, lines)
    if not caminhos or importados or recusados:
        raise UsageError("Diga o que importar: arquivos, pastas ou ZIP, ou --vigiar PASTA.")
    return _queue(caminhos, usuario, empresa) if fila else _here(caminhos, usuario, empresa, lines)


def _queue(caminhos: list[str], usuario: str | None, empresa: str | None) -> int:
    from core import messages
    from flows.documentos import asking

    numbers = asking.pedir(caminhos, usuario, empresa)
    messages.send_all(("documentos.importar_bloco", [number]) for number in numbers)
    say("Importação deixada na fila; `esteira documentos logs` mostra o que houve com cada arquivo.")
    return 0


def _here(caminhos: list[str], usuario: str | None, empresa: str | None, lines: "Lines") -> int:
    from flows.documentos import asking, importing

    left = False
    try:
        with _meter() as met:
            for number in asking.pedir(caminhos, usuario, empresa):
                left |= importing.importar(number, show=_both(lines.show, partial(met, number))).mais
    except (KeyboardInterrupt, BrokenPipeError):
        say(LEFT)
        raise
    lines.sum_up()
    if left:
        say(LEFT)
    return Rejected.exit_code if lines.refused else 0


def _both(first: "Callable[[Linha], None]", then: Callable[[], None]) -> "Callable[[Linha], None]":
    def show(line: "Linha") -> None:
        first(line)
        then()

    return show


@contextmanager
def _meter() -> Iterator[Callable[[int], None]]:
    """Show on stderr how many documents are done, and of how many; yield what is told of each, with its request."""
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskProgressColumn, TimeRemainingColumn

    from flows.documentos.counting import files_of

    err = console("err")
    columns = (BarColumn(), MofNCompleteColumn(), TaskProgressColumn(show_speed=True), TimeRemainingColumn())
    # what is answered is drawn above the bar only where both go to the same screen
    same = sys.stdout.isatty()
    with Progress(*columns, console=err, redirect_stdout=same, transient=True, disable=not err.is_terminal) as meter:
        bar, totals, done = meter.add_task("", total=None), dict[int, int](), Counter[int]()

        def met(number: int) -> None:
            done[number] += 1
            # the walk goes on while its first outcomes come
            if done[number] in COUNT_AT:
                totals[number] = files_of(number)
            meter.update(bar, advance=1, total=sum(max(totals[one], done[one]) for one in totals))

        yield met


class Lines:
    """What became of each document, told as it comes, and summed up in words."""

    def __init__(self, *, as_json: bool, detalhe: bool, validar: bool) -> None:
        self._json, self._detalhe, self._validar = as_json, detalhe, validar
        self._amounts: dict[str, int] = {}
        self._invalid = self._foreign = 0

    @property
    def refused(self) -> int:
        """How many were refused."""
        return self._amounts.get("erro", 0)

    def show(self, line: "Linha") -> None:
        """Tell one outcome."""
        self._amounts[line.resultado] = self._amounts.get(line.resultado, 0) + 1
        self._foreign += line.alheio
        checked = self._checked(line)
        if self._json:
            answer(json.dumps(self._fields(line) | checked, ensure_ascii=False))
        elif line.status == "erro":
            answer(f"{line.arquivo}: {line.mensagem}")
        elif checked.get("validacao"):
            answer(f"{line.arquivo}: {checked['validacao']}")

    def sum_up(self) -> None:
        """Say on stderr what all of it came to."""
        words = {
            "novo": ("documento novo", "documentos novos"),
            "atualizado": ("atualizado", "atualizados"),
            "repetido": ("já estava", "já estavam"),
            "erro": ("recusado", "recusados"),
        }
        said = [plural(self._amounts[one], *words[one]) for one in words if self._amounts.get(one)]
        if self._invalid:
            said.append(plural(self._invalid, "fora do esquema", "fora do esquema"))
        if self._foreign:
            said.append(plural(self._foreign, "não cita a empresa dita", "não citam a empresa dita"))
        say((", ".join(said) or "Nenhum documento encontrado") + ".")

    def _fields(self, line: "Linha") -> dict[str, Any]:
        from core.documentos.conteudo import plain

        found = {name: getattr(line, name) for name in ("arquivo", "tipo", "chave", "status", "mensagem")}
        if self._detalhe:
            found["detalhe"] = plain(line.conteudo) if line.conteudo is not None else None
        return found

    def _checked(self, line: "Linha") -> dict[str, Any]:
        """Return what the schema says against a document; it keeps none out."""
        if not self._validar or line.lida is None or line.conteudo is None:
            return {}
        from core.documentos.validacao import Resultado, validar

        found = validar(line.lida.texto)
        valid = found.resultado is Resultado.VALIDO
        self._invalid += found.resultado is Resultado.INVALIDO
        return {"validacao": None if valid else found.frase}
