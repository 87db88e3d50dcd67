"""`esteira documentos`: what is in the store, for people."""

from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from cli.new_file import new_file
from cli.options import Depois, Empresa, Json, Limite, Usuario
from cli.output import answer, document, plain, printable, report, say, table, width
from cli.portuguese import Noun
from cli.words import CTE_TYPES, PURPOSES, TYPES, kind, word
from core.errors import UsageError
from core.fiscal import formatar_documento
from core.formas import reais
from core.page import SIZE
from core.text import plural
from flows.usuarios.finding import caller_of

if TYPE_CHECKING:
    from flows.documentos.filtro import Filtro

app = Noun("Documentos fiscais guardados: notas, conhecimentos, cupons.")
Mes = Annotated[str | None, typer.Option("--mes", help="Mês da emissão, AAAA-MM.")]
Busca = Annotated[str | None, typer.Option("--busca", help="Parte de um nome, número, chave ou documento.")]
Emitente = Annotated[str | None, typer.Option("--cnpj", help="CNPJ do emitente.")]
Inicio = Annotated[str | None, typer.Option("--data-inicio", help="Emitidos desde esta data, ISO 8601.")]
Fim = Annotated[str | None, typer.Option("--data-fim", help="Emitidos até esta data, ISO 8601.")]
Importado = Annotated[str | None, typer.Option("--importado-em", help="Importados neste dia, AAAA-MM-DD.")]
LISTED = {
    "chave_acesso": "Chave",
    "especie": "Espécie",
    "numero": "Número",
    "data_emissao": "Emissão",
    "valor_total": "Valor",
    "situacao": "Situação",
    "emit_nome": "Emitente",
    "dest_nome": "Destinatário",
}
# A narrow screen has no room for names, nor for what the key says too; the key is what one copies.
WITHOUT = {"dest_nome": 150, "emit_nome": 125, "numero": 104, "especie": 96}


@app.command()
def listar(
    especie: Annotated[str | None, typer.Option("--especie", help="nfe, nfce, cte, cfe, mdfe e outras.")] = None,
    busca: Busca = None,
    cnpj: Emitente = None,
    empresa: Empresa = None,
    usuario: Usuario = None,
    mes: Mes = None,
    data_inicio: Inicio = None,
    data_fim: Fim = None,
    limite: Limite = SIZE,
    depois: Depois = None,
    as_json: Json = False,
) -> None:
    """Lista os documentos, os últimos importados primeiro."""
    from cli.documentos_mostrar import listed
    from flows.documentos.views import documentos

    wanted = _filter(busca, cnpj, empresa, mes, data_inicio, data_fim)
    found = documentos.listar(wanted, especie, depois=depois, limite=limite, caller=caller_of(usuario))
    columns = LISTED if as_json else {key: title for key, title in LISTED.items() if width() >= WITHOUT.get(key, 0)}
    empty = "Nenhum documento. Importe com `esteira importar`."
    report(found, columns, empty, as_json=as_json, whole=("chave_acesso",), words=listed)


@app.command()
def mostrar(
    chave: Annotated[str, typer.Argument(metavar="CHAVE", help="Chave de acesso, escrita de qualquer forma.")],
    danfe: Annotated[str | None, typer.Option("--danfe", metavar="ARQUIVO.pdf", help="Grava o DANFE ou DACTE.")] = None,
    xml: Annotated[str | None, typer.Option("--xml", metavar="ARQUIVO", help="Grava o XML exato.")] = None,
    validar: Annotated[bool, typer.Option("--validar", help="Confere o XML com o seu esquema (XSD).")] = False,
    assinatura: Annotated[bool, typer.Option("--assinatura", help="Confere a assinatura digital.")] = False,
    empresa: Empresa = None,
    usuario: Usuario = None,
    as_json: Json = False,
) -> None:
    """Mostra um documento como uma pessoa o lê: partes, itens, valores, eventos, ligações e avisos."""
    from flows.documentos import textos
    from flows.documentos.views import documentos

    caller = caller_of(usuario)
    found = documentos.mostrar(chave, _filter(empresa=empresa), caller)
    asked = bool(danfe or xml or validar or assinatura)
    content = textos.documento(found.id, caller) if asked else b""
    checked = _checked(content, validar=validar, assinatura=assinatura)
    if as_json:
        document(plain(found) | checked)
    else:
        from cli.documentos_mostrar import show

        show(found)
        for one in checked.values():
            for line in (one["frase"], *(f"  {error}" for error in one.get("erros", ()))):
                answer(printable(line))
    if xml:
        with new_file(xml, "xml") as file:
            file.write(content)
    if danfe:
        from flows.documentos.danfe import danfe as drawn

        pdf = drawn(content, cancelada=found.campos.get("situacao") == "cancelada")
        with new_file(danfe, "danfe") as file:
            file.write(pdf)
        if found.campos.get("situacao") == "denegada":
            say("Aviso: o documento foi denegado; a impressão não diz isso.")


def _checked(content: bytes, *, validar: bool, assinatura: bool) -> dict[str, Any]:
    """Return what schema and signature say, as far as they are asked."""
    found: dict[str, Any] = {}
    if validar:
        from core.documentos import validacao

        found["validacao"] = asdict(validacao.validar(content))
    if assinatura:
        from core.documentos import assinatura as signature

        found["assinatura"] = asdict(signature.conferir(content))
    return found


@app.command()
def totais(
    busca: Busca = None,
    cnpj: Emitente = None,
    empresa: Empresa = None,
    usuario: Usuario = None,
    mes: Mes = None,
    data_inicio: Inicio = None,
    data_fim: Fim = None,
    importado_em: Importado = None,
    as_json: Json = False,
) -> None:
    """Soma o que foi autorizado em produção, à parte por empresa, mês, espécie, papel, tipo e finalidade."""
    from flows.documentos.views import apuracao
    from flows.documentos.views import totais as sums

    caller = caller_of(usuario)
    wanted = _filter(busca, cnpj, empresa, mes, data_inicio, data_fim, importado_em)
    nfe, cte = sums.nfe(wanted, caller), sums.cte(wanted, caller)
    apart = [plain(one) for one in apuracao.apuracao(wanted, caller)]
    if as_json:
        document({"nfe": plain(nfe), "cte": plain(cte), "apuracao": apart})
        return
    titles = {
        "empresa": "Empresa",
        "mes": "Mês",
        "especie": "Espécie",
        "papel": "Papel",
        "tipo": "Tipo",
        "finalidade": "Finalidade",
        "total": "Documentos",
        "valor_total": "Valor",
        "valor_icms": "ICMS",
        "valor_ipi": "IPI",
        "valor_ibs": "IBS",
        "valor_cbs": "CBS",
    }
    table([_words(one) for one in apart], titles, "Nada a somar.")
    say(f"NF-e e NFC-e: {nfe.total_notas}, {reais(nfe.valor_total)}.")
    say(f"CT-e: {cte.total_ctes}, {reais(cte.valor_total)}.")


def _words(one: dict[str, Any]) -> dict[str, Any]:
    """Return a sum in the words of people; the `tipo` of a CT-e is another one."""
    types = CTE_TYPES if (one["especie"] or "").startswith("cte") else TYPES
    return one | {
        "empresa": formatar_documento(one["empresa"]),
        "especie": kind(one["especie"]),
        "papel": word(one["papel"]),
        "tipo": types.get(one["tipo"], one["tipo"]),
        "finalidade": PURPOSES.get(one["finalidade"], one["finalidade"]),
    }


@app.command()
def lacunas(empresa: Empresa = None, usuario: Usuario = None, mes: Mes = None, as_json: Json = False) -> int:
    """Mostra os números que faltam entre os emitidos, por modelo, série e mês; termina com 1 se há algum."""
    from flows.documentos import lacunas as gaps

    found = tuple(gaps.lacunas(empresa, mes, caller_of(usuario)))
    titles = {
        "empresa": "Emitente",
        "modelo": "Modelo",
        "serie": "Série",
        "mes": "Mês",
        "inicio": "De",
        "fim": "Até",
        "quantidade": "Números",
        "situacao": "Situação",
    }
    report(found, titles, "Nenhum número falta.", as_json=as_json)
    return 1 if found else 0


@app.command()
def exportar(
    empresa: Empresa = None,
    usuario: Usuario = None,
    mes: Mes = None,
    zipped: Annotated[str | None, typer.Option("--zip", metavar="ARQUIVO", help="Os XML, por CNPJ, ano e mês.")] = None,
    csv: Annotated[str | None, typer.Option("--csv", metavar="ARQUIVO", help="Uma linha por documento.")] = None,
    as_json: Json = False,
) -> None:
    """Grava os documentos de uma empresa e de um mês em um ZIP de XML, em um CSV, ou nos dois."""
    from flows.documentos import export, export_csv

    if not zipped and not csv:
        raise UsageError("Diga --zip ARQUIVO ou --csv ARQUIVO.")
    wanted, caller = _filter(empresa=empresa, mes=mes), caller_of(usuario)
    told: dict[str, Any] = {}
    if zipped:
        with new_file(zipped, "zip") as file:
            told = asdict(export.exportar_zip(file, wanted, caller))
        documents, events = told["documentos"], told["eventos"]
        say(f"{plural(documents, 'documento', 'documentos')} e {plural(events, 'evento', 'eventos')} em {zipped}.")
    if csv:
        import io

        with new_file(csv, "csv") as file, io.TextIOWrapper(file, encoding="utf-8", newline="") as text:
            told["linhas"] = export_csv.exportar_csv(text, wanted, caller)
        say(f"{plural(told['linhas'], 'linha', 'linhas')} em {csv}.")
    if as_json:
        document(told)


@app.command()
def logs(
    tipo: Annotated[str | None, typer.Option("--tipo", help="NFe, CTe, CFe ou Evento.")] = None,
    status: Annotated[str | None, typer.Option("--status", help="sucesso, erro ou processando.")] = None,
    usuario: Usuario = None,
    limite: Annotated[int, typer.Option("--limite", min=1, max=100, help="Quantas linhas por página.")] = 100,
    depois: Annotated[str | None, typer.Option("--depois", help="Continua dali (o comando diz onde).")] = None,
    as_json: Json = False,
) -> None:
    """Lista o que houve com cada arquivo importado, os mais novos primeiro."""
    from flows.documentos.listagem import Pagina
    from flows.documentos.views import logs as views

    titles = {
        "data_importacao": "Quando",
        "arquivo_nome": "Arquivo",
        "tipo_documento": "Tipo",
        "status": "Status",
        "mensagem": "Mensagem",
        "chave_acesso": "Chave",
    }
    found = views.listar(tipo, status, Pagina(limit=limite, depois=depois), caller_of(usuario))
    report(found, titles, "Nada foi importado ainda.", as_json=as_json)


def _filter(
    busca: str | None = None,
    cnpj: str | None = None,
    empresa: str | None = None,
    mes: str | None = None,
    data_inicio: str | None = None,
    data_fim: str | None = None,
    importado_em: str | None = None,
) -> "Filtro":
    from flows.documentos.filtro import Filtro

    issued = {"mes": mes, "data_inicio": data_inicio, "data_fim": data_fim}
    return Filtro(search=busca, cnpj=cnpj, empresa=empresa, importado_em=importado_em, **issued)
