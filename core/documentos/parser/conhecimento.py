"""CT-e, CT-e OS and simplified CT-e, layouts 1.04 to 4.00: docs/reference/contracts/sefaz.md §8.7."""

from decimal import Decimal

from lxml.etree import _Element

from core.documentos.conteudo import Conhecimento, Especie, Laco, Ligacao, Papel
from core.documentos.parser.chaves import avisar_ambiente, chave_do_documento, comparar, comparar_numero, ligacoes
from core.documentos.parser.corpo import corpo, papeis
from core.documentos.parser.grupo import NOME, Contexto, Grupo
from core.documentos.parser.protocolo import comparar_digest, protocolo
from core.documentos.parser.recusa import Recusado

_ESPECIES = {"57": Especie.CTE, "67": Especie.CTE_OS}
_PARTES = {"0": "rem", "1": "exped", "2": "receb", "3": "dest"}
_ICMS = ("vICMS", "vICMSOutraUF", "vICMSSTRet")
# By the element that holds a key, and what stands around it.
_LACOS = {
    "infNFe": Laco.TRANSPORTE,
    "infNFeTranspParcial": Laco.TRANSPORTE,
    "infCteComp": Laco.COMPLEMENTO,
    "infCTeComp": Laco.COMPLEMENTO,
    "infCteAnu": Laco.ANULACAO,
    "infCteSub": Laco.SUBSTITUICAO,
    "infCTeSub": Laco.SUBSTITUICAO,
    "idDocAntEle": Laco.ANTERIOR,
    "infDocAnt": Laco.ANTERIOR,
    "infCTeMultimodal": Laco.REFERENCIA,
    # a CT-e OS in place of one that was cancelled
    "infCTeNorm": Laco.REFERENCIA,
}
_CHAVES = ("chave", "chNFe", "chCTe", "chCte", "chCTeMultimodal", "refCTeCanc")


def conhecimento(raiz: _Element, contexto: Contexto) -> Conhecimento:
    """Read a CT-e, with its protocol or without.

    Raises:
        Recusado: there is none in it, or several, or none that says which it is.
    """
    info = corpo(raiz, "infCte", contexto)
    chave = chave_do_documento(info, "CTe", contexto)
    ide, emit, prest, total = info.grupo("ide"), info.grupo("emit"), info.grupo("vPrest"), info.grupo("total")
    simples = info.elemento is not None and _is_simple(info.elemento)
    especie = Especie.CTE_SIMPLIFICADO if simples else _ESPECIES.get(chave[20:22])
    if especie is None:
        raise Recusado("chave_divergente", f"a chave de um CT-e tem o modelo {chave[20:22]}: {chave}", chave)
    partes = {nome: info.grupo(nome) for nome in ("rem", "dest", "exped", "receb")}
    rem, dest, exped, receb = partes.values()
    ender_emit, ender_rem, ender_dest = emit.grupo("enderEmit"), rem.grupo("enderReme"), dest.grupo("enderDest")
    toma = _tomador(info, ide, partes)
    det = info.grupo("det")
    imp = info.grupo("imp")
    norm = info.grupo("infCTeNorm")
    serie, numero, emissao = ide.inteiro("serie"), ide.inteiro("nCT"), ide.instante("dhEmi")
    emit_doc, toma_doc = emit.documento(), toma.documento()
    rem_doc, dest_doc, exped_doc, receb_doc = (parte.documento() for parte in partes.values())
    prova = protocolo(raiz, "chCTe", chave, contexto)
    ambiente = ide.inteiro("tpAmb", 99)
    comparar(chave, ide, emit_doc, emissao, contexto)
    comparar_numero(chave, serie, numero, contexto)
    avisar_ambiente(ambiente, contexto)
    comparar_digest(raiz, prova, chave, contexto)
    return Conhecimento(
        especie=especie,
        chave=chave,
        modelo=chave[20:22],
        serie=serie,
        numero=numero,
        data_emissao=emissao,
        ambiente=ambiente,
        emit_cnpj=emit_doc,
        emit_nome=emit.texto("xNome", NOME),
        emit_uf=ender_emit.texto("UF", 2),
        dest_cnpj_cpf=dest_doc,
        dest_nome=dest.texto("xNome", NOME),
        valor_total=prest.valor("vTPrest") if "vTPrest" in prest else total.valor("vTPrest"),
        protocolo=prova.numero,
        status=prova.status,
        motivo=prova.motivo,
        recebido_em=prova.recebido_em,
        papeis=papeis(
            (Papel.EMITENTE, emit_doc),
            (Papel.REMETENTE, rem_doc),
            (Papel.DESTINATARIO, dest_doc),
            (Papel.EXPEDIDOR, exped_doc),
            (Papel.RECEBEDOR, receb_doc),
            (Papel.TOMADOR, toma_doc),
        ),
        ligacoes=_ligacoes(info, chave),
        modal=ide.texto("modal", 2),
        tipo_cte=ide.inteiro("tpCTe", 99),
        tipo_servico=ide.texto("tpServ", 2),
        cfop=ide.texto("CFOP", 4),
        natureza_operacao=ide.texto("natOp", 120),
        municipio_inicio=ide.texto("xMunIni", 100) or det.texto("xMunIni", 100),
        uf_inicio=ide.texto("UFIni", 2),
        municipio_fim=ide.texto("xMunFim", 100) or det.texto("xMunFim", 100),
        uf_fim=ide.texto("UFFim", 2),
        emit_fantasia=emit.texto("xFant", NOME),
        emit_ie=emit.texto("IE", 20),
        emit_endereco=ender_emit.endereco(),
        emit_municipio=ender_emit.texto("xMun", 100),
        rem_cnpj_cpf=rem_doc,
        rem_nome=rem.texto("xNome", NOME),
        rem_ie=rem.texto("IE", 20),
        rem_municipio=ender_rem.texto("xMun", 100),
        rem_uf=ender_rem.texto("UF", 2),
        dest_ie=dest.texto("IE", 20),
        dest_municipio=ender_dest.texto("xMun", 100),
        dest_uf=ender_dest.texto("UF", 2),
        exped_cnpj_cpf=exped_doc,
        exped_nome=exped.texto("xNome", NOME),
        receb_cnpj_cpf=receb_doc,
        receb_nome=receb.texto("xNome", NOME),
        tomador_cnpj_cpf=toma_doc,
        tomador_nome=toma.texto("xNome", NOME),
        valor_receber=prest.valor("vRec") if "vRec" in prest else total.valor("vTRec"),
        valor_carga=(norm if norm.existe else info).grupo("infCarga").valor(_carga(norm)),
        valor_icms=_icms(imp),
        valor_ibs=_reforma(imp, total, "IBS"),
        valor_cbs=_reforma(imp, total, "CBS"),
        valor_com_tributos=imp.valor("vTotDFe") if "vTotDFe" in imp else total.valor("vTotDFe"),
        avisos=contexto.avisos,
    )


def _is_simple(info: _Element) -> bool:
    pai = info.getparent()
    return pai is not None and str(pai.tag).rpartition("}")[2] == "CTeSimp"


def _carga(norm: Grupo) -> str:
    # vMerc in layouts before 2.00
    return "vMerc" if "vMerc" in norm.grupo("infCarga") else "vCarga"


def _tomador(info: Grupo, ide: Grupo, partes: dict[str, Grupo]) -> Grupo:
    """Return who takes the service: one of the parties, or somebody with data of their own."""
    toma = info.grupo("toma")
    if "CNPJ" in toma or "CPF" in toma:
        return toma
    for group in (ide.grupo("toma3"), ide.grupo("toma03"), toma):
        quem = group.texto("toma", 2)
        if quem in _PARTES:
            return partes[_PARTES[quem]]
    return ide.grupo("toma4") if "toma4" in ide else ide.grupo("toma04")


def _icms(imp: Grupo) -> Decimal | None:
    group = imp.grupo("ICMS").primeiro()
    return next((group.valor(nome) for nome in _ICMS if nome in group), None)


def _reforma(imp: Grupo, total: Grupo, tributo: str) -> Decimal | None:
    """Return IBS or CBS as it is stated: for one service, or for the whole of a simplified CT-e."""
    own = imp.grupo("IBSCBS", "gIBSCBS")
    place = own if tributo == "IBS" else own.grupo("gCBS")
    whole = total.grupo("IBSCBSTot", f"g{tributo}")
    return place.valor(f"v{tributo}") if f"v{tributo}" in place else whole.valor(f"v{tributo}")


def _ligacoes(info: Grupo, propria: str) -> tuple[Ligacao, ...]:
    found: list[tuple[Laco, str | None]] = []
    if info.elemento is not None:
        for nome in _CHAVES:
            for place in info.elemento.iter(f"{{*}}{nome}"):
                pai = place.getparent()
                laco = _LACOS.get(str(pai.tag).rpartition("}")[2]) if pai is not None else None
                if laco is not None:
                    found.append((laco, (place.text or "").strip()))
    return ligacoes(found, propria)
