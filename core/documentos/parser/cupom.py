"""CF-e of a SAT or MFE box, and its cancellation: docs/reference/contracts/sefaz.md §8."""

from datetime import datetime

from lxml.etree import _Element

from core.documentos.conteudo import Cupom, Especie, Laco, Papel
from core.documentos.parser import valores
from core.documentos.parser.chaves import avisar_ambiente, chave_do_documento, comparar, ligacoes, uf_da_chave
from core.documentos.parser.corpo import corpo, papeis
from core.documentos.parser.grupo import NOME, Contexto, Grupo
from core.documentos.parser.itens import itens
from core.documentos.parser.recusa import Recusado
from core.fiscal import parece_chave

_MODELO = "59"


def cupom(raiz: _Element, contexto: Contexto) -> Cupom:
    """Read a `CFe` or a `CFeCanc`.

    Raises:
        Recusado: there is none in it, or none that says which it is.
    """
    info = corpo(raiz, "infCFe", contexto)
    chave = chave_do_documento(info, "CFe", contexto)
    if chave[20:22] != _MODELO:
        raise Recusado("chave_divergente", f"a chave de um CF-e tem o modelo {chave[20:22]}: {chave}", chave)
    ide, emit, dest, total = info.grupo("ide"), info.grupo("emit"), info.grupo("dest"), info.grupo("total")
    icms = total.grupo("ICMSTot")
    emissao, emit_doc, dest_doc = _emissao(ide, contexto), emit.documento(), dest.documento()
    ambiente = ide.inteiro("tpAmb", 99)
    comparar(chave, ide, emit_doc, emissao, contexto)
    avisar_ambiente(ambiente, contexto)
    cancelada = info.atributo("chCanc").removeprefix("CFe")
    return Cupom(
        especie=Especie.CFE,
        chave=chave,
        modelo=_MODELO,
        serie=ide.inteiro("nserieSAT"),
        numero=ide.inteiro("nCFe"),
        data_emissao=emissao,
        ambiente=ambiente,
        emit_cnpj=emit_doc,
        emit_nome=emit.texto("xNome", NOME),
        emit_uf=uf_da_chave(chave),
        dest_cnpj_cpf=dest_doc,
        dest_nome=dest.texto("xNome", NOME),
        valor_total=total.valor("vCFe"),
        papeis=papeis((Papel.EMITENTE, emit_doc), (Papel.DESTINATARIO, dest_doc)),
        ligacoes=ligacoes([(Laco.CANCELAMENTO, cancelada)], chave),
        numero_serie_sat=ide.codigo("nserieSAT", 9),
        emit_fantasia=emit.texto("xFant", NOME),
        emit_ie=emit.texto("IE", 20),
        valor_produtos=icms.valor("vProd"),
        valor_icms=icms.valor("vICMS"),
        valor_pis=icms.valor("vPIS"),
        valor_cofins=icms.valor("vCOFINS"),
        valor_tributos=total.valor("vCFeLei12741"),
        cancelada=cancelada if parece_chave(cancelada) else None,
        itens=itens(info, contexto),
        avisos=contexto.avisos,
    )


def _emissao(ide: Grupo, contexto: Contexto) -> datetime | None:
    day, hour = ide.texto("dEmi", 8), ide.texto("hEmi", 6) or "000000"
    if day is None:
        return None
    parts = f"{day[:4]}-{day[4:6]}-{day[6:]}T{hour[:2]}:{hour[2:4]}:{hour[4:]}"
    if (found := valores.instante(parts)) is None:
        contexto.avisar(f"dEmi e hEmi não são uma data possível: {day} {hour}")
    return found
