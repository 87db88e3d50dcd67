"""What each consultation brought, and what becomes of it."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.new_file import new_file
from cli.options import Depois, Empresa, Fila, Json, Limite, Usuario
from cli.output import answer, document, listed, plain, printable, report, say
from cli.sefaz.noun import app
from cli.words import kind, word
from core.errors import UsageError
from core.page import SIZE
from core.text import plural
from flows.usuarios.finding import caller_of

if TYPE_CHECKING:
    from core.caller import Caller

Numero = Annotated[int, typer.Argument(metavar="ID", help="Número da consulta (`esteira sefaz consultas`).")]
LISTED = {
    "id": "ID",
    "empresa": "Empresa",
    "usuario": "Usuário",
    "tipo_documento": "Tipo",
    "status": "Situação",
    "data_consulta": "Começou",
    "data_conclusao": "Terminou",
    "total_encontrados": "Documentos",
    "total_importados": "Novos",
    "total_erros": "Ilegíveis",
    "mensagem_erro": "Erro",
}
DOCUMENTS = {
    "id": "ID",
    "chave_acesso": "Chave",
    "papeis": "Papel",
    "emit_nome": "Emitente",
    "valor_total": "Valor",
    "importado": "Importado",
    "pendencia": "Pendência",
}


@app.command()
def consultas(
    empresa: Empresa = None,
    usuario: Usuario = None,
    limite: Limite = SIZE,
    depois: Depois = None,
    as_json: Json = False,
) -> None:
    """Lista as consultas, as mais novas primeiro."""
    from flows.sefaz.views import consultas as views

    found = views.consultas(empresa, depois=depois, limite=limite, caller=caller_of(usuario))
    empty = "Nada foi consultado ainda. Comece com `esteira sefaz consultar`."
    report(found, LISTED, empty, as_json=as_json, words=_words)


@app.command()
def mostrar(
    numero: Numero,
    usuario: Usuario = None,
    limite: Limite = SIZE,
    depois: Depois = None,
    as_json: Json = False,
) -> None:
    """Mostra uma consulta: o que houve, e os documentos que trouxe."""
    from flows.sefaz.views import consultas as views
    from flows.sefaz.views import documentos

    caller = caller_of(usuario)
    found = views.mostrar(numero, caller)
    page = documentos.documentos(numero, depois=depois, limite=limite, caller=caller)
    if as_json:
        by_role = {role: [plain(one) for one in some] for role, some in documentos.por_papel(page).items()}
        document(plain(found) | {"documentos": by_role, "depois": page.depois})
        return
    _tell(found)
    empty = "A consulta não trouxe documentos."
    report(page, DOCUMENTS, empty, as_json=False, whole=("chave_acesso",), words=_roles)


def _words(one: Any) -> dict[str, Any]:
    """Return a consultation in the words of people."""
    return plain(one) | {"tipo_documento": kind(one.tipo_documento), "status": word(one.status)}


def _roles(one: Any) -> dict[str, Any]:
    return plain(one) | {"papeis": [word(papel) for papel in one.papeis]}


def _tell(found: Any) -> None:
    one, figures = _words(found.consulta), found.estatisticas
    listed(one, {name: title for name, title in LISTED.items() if one[name] is not None})
    roles = ", ".join(f"{number} como {word(papel)}" for papel, number in figures.papeis.items() if number)
    whole = plural(figures.importados, "inteiro", "inteiros")
    answer(f"No acervo: {whole}, {plural(figures.pendentes, 'pendente', 'pendentes')}")
    if roles:
        answer(f"Papéis: {roles}")
    for line in found.log_detalhado.splitlines():
        answer(f"  {printable(line)}")


@app.command()
def exportar(
    numero: Numero,
    usuario: Usuario = None,
    zipped: Annotated[str | None, typer.Option("--zip", metavar="ARQUIVO", help="Os XML, por tipo.")] = None,
    csv: Annotated[str | None, typer.Option("--csv", metavar="ARQUIVO", help="Uma linha por documento.")] = None,
    as_json: Json = False,
) -> None:
    """Grava o que uma consulta trouxe em um ZIP de XML, em um CSV, ou nos dois."""
    from flows.sefaz import exportacao

    if not zipped and not csv:
        raise UsageError("Diga --zip ARQUIVO ou --csv ARQUIVO.")
    caller, told = caller_of(usuario), dict[str, Any]()
    if zipped:
        with new_file(zipped, "zip") as file:
            told = asdict(exportacao.exportar_zip(file, numero, caller))
        say(f"{plural(told['documentos'], 'documento', 'documentos')} em {zipped}.")
    if csv:
        import io

        with new_file(csv, "csv") as file, io.TextIOWrapper(file, encoding="utf-8", newline="") as text:
            told["linhas"] = exportacao.exportar_csv(text, numero, caller)
        say(f"{plural(told['linhas'], 'linha', 'linhas')} em {csv}.")
    if as_json:
        document(told)


@app.command()
def importar(
    numero: Numero,
    documento: Annotated[
        int | None, typer.Option("--documento", metavar="ID", help="Só este documento da consulta, pelo seu ID.")
    ] = None,
    usuario: Usuario = None,
    fila: Fila = False,
    as_json: Json = False,
) -> int:
    """Importa o que está pendente de uma consulta: o que não se leu, e resumos cujo XML já temos; 1 se algo fica."""
    from flows.sefaz import importacao

    caller = caller_of(usuario)
    if fila:
        return _left_to_workers(numero, caller)
    if documento is None:
        found = list(importacao.importar_consulta(numero, caller))
    else:
        found = [importacao.importar_documento(documento, caller)]
    titles = {"id": "ID", "chave_acesso": "Chave", "importado": "Importado", "motivo": "Por quê"}
    report(found, titles, "Nada está pendente nesta consulta.", as_json=as_json, whole=("chave_acesso",))
    return 1 if any(not one.importado for one in found) else 0


def _left_to_workers(numero: int, caller: "Caller") -> int:
    from flows.sefaz import importacoes_pedidas

    pending = importacoes_pedidas.pedir(numero, caller)
    say(f"{plural(pending, 'documento pendente fica', 'documentos pendentes ficam')} para os workers.")
    return 0
