"""NF-e and NFC-e, layouts 1.10 to 4.00: docs/reference/contracts/sefaz.md §8.6."""

from typing import Any

from lxml.etree import _Element

from core.documentos.conteudo import Especie, Laco, Ligacao, NotaFiscal, Papel
from core.documentos.parser.chaves import chave_do_documento, ligacoes
from core.documentos.parser.corpo import autorizados, cabeca, corpo, papeis
from core.documentos.parser.grupo import NOME, Contexto, Grupo
from core.documentos.parser.itens import itens, soma
from core.documentos.parser.recusa import Recusado

_ESPECIES = {"55": Especie.NFE, "65": Especie.NFCE}
_COMPLEMENTAR = 2


def nota(raiz: _Element, contexto: Contexto) -> NotaFiscal:
    """Read a note, with its protocol or without.

    Raises:
        Recusado: there is no note in it, or several, or none that says which it is.
    """
    info = corpo(raiz, "infNFe", contexto)
    chave = chave_do_documento(info, "NFe", contexto)
    especie = _ESPECIES.get(chave[20:22])
    if especie is None:
        raise Recusado("chave_divergente", f"a chave de uma NF-e tem o modelo {chave[20:22]}: {chave}", chave)
    ide, head = info.grupo("ide"), cabeca(raiz, info, chave, "nNF", "chNFe", contexto)
    finalidade = ide.inteiro("finNFe", 99)
    return NotaFiscal(
        especie=especie,
        natureza=ide.texto("natOp", 120),
        tipo=ide.inteiro("tpNF", 9),
        finalidade=finalidade,
        autorizados=autorizados(info),
        ligacoes=_ligacoes(info, ide, chave, finalidade),
        itens=itens(info, contexto),
        **head,
        **_partes(info, head["emit_cnpj"]),
        **_totais(info.grupo("total")),
        avisos=contexto.avisos,
    )


def _partes(info: Grupo, emitente: str | None) -> dict[str, Any]:
    """Return who is named in a note."""
    emit, dest, carrier = info.grupo("emit"), info.grupo("dest"), info.grupo("transp", "transporta")
    place, there = emit.grupo("enderEmit"), dest.grupo("enderDest")
    recipient, carried_by = dest.documento(), carrier.documento()
    return {
        "emit_fantasia": emit.texto("xFant", NOME),
        "emit_ie": emit.texto("IE", 20),
        "emit_endereco": place.endereco(),
        "emit_municipio": place.texto("xMun", 100),
        "emit_cep": place.cep(),
        "dest_cnpj_cpf": recipient or dest.texto("idEstrangeiro", 20),
        "dest_nome": dest.texto("xNome", NOME),
        "dest_ie": dest.texto("IE", 20),
        "dest_endereco": there.endereco(),
        "dest_municipio": there.texto("xMun", 100),
        "dest_uf": there.texto("UF", 2),
        "dest_cep": there.cep(),
        "transportador_cnpj_cpf": carried_by,
        "transportador_nome": carrier.texto("xNome", NOME),
        "papeis": papeis(
            (Papel.EMITENTE, emitente), (Papel.DESTINATARIO, recipient), (Papel.TRANSPORTADOR, carried_by)
        ),
    }


def _totais(total: Grupo) -> dict[str, Any]:
    """Return what a note amounts to, the reform's totals too."""
    icms, reforma = total.grupo("ICMSTot"), total.grupo("IBSCBSTot")
    mono = reforma.grupo("gMono")
    return {
        "valor_total": icms.valor("vNF"),
        "valor_produtos": icms.valor("vProd"),
        "valor_icms": icms.valor("vICMS"),
        "valor_ipi": icms.valor("vIPI"),
        "valor_pis": icms.valor("vPIS"),
        "valor_cofins": icms.valor("vCOFINS"),
        "valor_tributos": icms.valor("vTotTrib"),
        "valor_ibs": reforma.grupo("gIBS").valor("vIBS"),
        "valor_cbs": reforma.grupo("gCBS").valor("vCBS"),
        "valor_is": total.grupo("ISTot").valor("vIS"),
        "valor_monofasia": soma(mono.valor("vIBSMono"), mono.valor("vCBSMono")),
        "valor_com_tributos": total.valor("vNFTot"),
    }


def _ligacoes(info: Grupo, ide: Grupo, chave: str, finalidade: int | None) -> tuple[Ligacao, ...]:
    named = Laco.COMPLEMENTO if finalidade == _COMPLEMENTAR else Laco.REFERENCIA
    found: list[tuple[Laco, str | None]] = []
    for reference in ide.grupos("NFref"):
        found.extend((named, reference.texto(name, 60)) for name in ("refNFe", "refCTe"))
    elemento = info.elemento
    if elemento is not None:
        places = elemento.iter("{*}DFeReferenciado")
        found.extend((Laco.REFERENCIA, Grupo(place, info.contexto).texto("chaveAcesso", 60)) for place in places)
    return ligacoes(found, chave)
