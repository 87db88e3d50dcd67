"""CT-e, CT-e OS and simplified CT-e, layouts 1.04 to 4.00: docs/reference/contracts/sefaz.md §8.7."""

from decimal import Decimal
from typing import Any

from lxml.etree import _Element

from core.documentos.conteudo import Conhecimento, Especie, Laco, Ligacao, Papel
from core.documentos.parser.chaves import chave_do_documento, ligacoes
from core.documentos.parser.corpo import autorizados, cabeca, corpo, papeis
from core.documentos.parser.grupo import NOME, Contexto, Grupo
from core.documentos.parser.recusa import Recusado

_ESPECIES = {"57": Especie.CTE, "67": Especie.CTE_OS}
_PARTES = {"0": "rem", "1": "exped", "2": "receb", "3": "dest"}
_PAPEIS = {
    "rem": Papel.REMETENTE,
    "dest": Papel.DESTINATARIO,
    "exped": Papel.EXPEDIDOR,
    "receb": Papel.RECEBEDOR,
    "tomador": Papel.TOMADOR,
}
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
    simples = info.elemento is not None and _is_simple(info.elemento)
    especie = Especie.CTE_SIMPLIFICADO if simples else _ESPECIES.get(chave[20:22])
    if especie is None:
        raise Recusado("chave_divergente", f"a chave de um CT-e tem o modelo {chave[20:22]}: {chave}", chave)
    head = cabeca(raiz, info, chave, "nCT", "chCTe", contexto)
    return Conhecimento(
        especie=especie,
        autorizados=autorizados(info),
        ligacoes=_ligacoes(info, chave),
        **head,
        **_servico(info),
        **_partes(info, head["emit_cnpj"]),
        **_valores(info),
        avisos=contexto.avisos,
    )


def _servico(info: Grupo) -> dict[str, Any]:
    """Return what is carried out, from where to where."""
    ide, det = info.grupo("ide"), info.grupo("det")
    return {
        "modal": ide.texto("modal", 2),
        "tipo_cte": ide.inteiro("tpCTe", 99),
        "tipo_servico": ide.texto("tpServ", 2),
        "cfop": ide.texto("CFOP", 4),
        "natureza_operacao": ide.texto("natOp", 120),
        "municipio_inicio": ide.texto("xMunIni", 100) or det.texto("xMunIni", 100),
        "uf_inicio": ide.texto("UFIni", 2),
        "municipio_fim": ide.texto("xMunFim", 100) or det.texto("xMunFim", 100),
        "uf_fim": ide.texto("UFFim", 2),
    }


def _partes(info: Grupo, emitente: str | None) -> dict[str, Any]:
    """Return who is named in a CT-e."""
    partes = {nome: info.grupo(nome) for nome in ("rem", "dest", "exped", "receb")}
    toma = _tomador(info, info.grupo("ide"), partes)
    numeros = {nome: parte.documento() for nome, parte in partes.items()} | {"tomador": toma.documento()}
    emit, rem, dest = info.grupo("emit"), partes["rem"], partes["dest"]
    place, here, there = emit.grupo("enderEmit"), rem.grupo("enderReme"), dest.grupo("enderDest")
    said = {
        "emit_fantasia": emit.texto("xFant", NOME),
        "emit_ie": emit.texto("IE", 20),
        "emit_endereco": place.endereco(),
        "emit_municipio": place.texto("xMun", 100),
        "rem_ie": rem.texto("IE", 20),
        "rem_municipio": here.texto("xMun", 100),
        "rem_uf": here.texto("UF", 2),
        "dest_ie": dest.texto("IE", 20),
        "dest_municipio": there.texto("xMun", 100),
        "dest_uf": there.texto("UF", 2),
        "papeis": papeis((Papel.EMITENTE, emitente), *((_PAPEIS[nome], numero) for nome, numero in numeros.items())),
    }
    for nome, parte in (partes | {"tomador": toma}).items():
        said[f"{nome}_cnpj_cpf"], said[f"{nome}_nome"] = numeros[nome], parte.texto("xNome", NOME)
    return said


def _valores(info: Grupo) -> dict[str, Any]:
    """Return what a CT-e amounts to, for one service or for the whole of a simplified one."""
    prest, total, imp, norm = (info.grupo(nome) for nome in ("vPrest", "total", "imp", "infCTeNorm"))
    return {
        "valor_total": prest.valor("vTPrest") if "vTPrest" in prest else total.valor("vTPrest"),
        "valor_receber": prest.valor("vRec") if "vRec" in prest else total.valor("vTRec"),
        "valor_carga": _carga((norm if norm.existe else info).grupo("infCarga")),
        "valor_icms": _icms(imp),
        "valor_ibs": _reforma(imp, total, "IBS"),
        "valor_cbs": _reforma(imp, total, "CBS"),
        "valor_com_tributos": imp.valor("vTotDFe") if "vTotDFe" in imp else total.valor("vTotDFe"),
    }


def _is_simple(info: _Element) -> bool:
    pai = info.getparent()
    return pai is not None and str(pai.tag).rpartition("}")[2] == "CTeSimp"


def _carga(carga: Grupo) -> Decimal | None:
    # the name in layouts before 2.00
    return carga.valor("vMerc") if "vMerc" in carga else carga.valor("vCarga")


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
