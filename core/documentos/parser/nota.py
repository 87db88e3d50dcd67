"""NF-e and NFC-e, layouts 1.10 to 4.00: docs/reference/contracts/sefaz.md §8.6."""

from itertools import islice

from lxml.etree import _Element

from core.documentos.conteudo import Especie, Laco, Ligacao, NotaFiscal, Papel
from core.documentos.parser.chaves import avisar_ambiente, chave_do_documento, comparar, comparar_numero, ligacoes
from core.documentos.parser.corpo import corpo, papeis
from core.documentos.parser.grupo import NOME, Contexto, Grupo
from core.documentos.parser.itens import itens, soma
from core.documentos.parser.protocolo import comparar_digest, protocolo
from core.documentos.parser.recusa import Recusado

_ESPECIES = {"55": Especie.NFE, "65": Especie.NFCE}
_COMPLEMENTAR = 2
# The layout has ten.
_MOST_AUTHORISED = 100


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
    ide, emit, dest = info.grupo("ide"), info.grupo("emit"), info.grupo("dest")
    ender_emit, ender_dest = emit.grupo("enderEmit"), dest.grupo("enderDest")
    transporta = info.grupo("transp", "transporta")
    total = info.grupo("total")
    icms, reforma = total.grupo("ICMSTot"), total.grupo("IBSCBSTot")
    serie, numero = ide.inteiro("serie"), ide.inteiro("nNF")
    emissao = ide.instante("dhEmi", "dEmi")
    emit_doc, dest_doc, transp_doc = emit.documento(), dest.documento(), transporta.documento()
    prova = protocolo(raiz, "chNFe", chave, contexto)
    ambiente = ide.inteiro("tpAmb", 99)
    comparar(chave, ide, emit_doc, emissao, contexto)
    comparar_numero(chave, serie, numero, contexto)
    avisar_ambiente(ambiente, contexto)
    comparar_digest(raiz, prova, chave, contexto)
    finalidade = ide.inteiro("finNFe", 99)
    mono = reforma.grupo("gMono")
    produtos = itens(info, contexto)
    return NotaFiscal(
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
        dest_cnpj_cpf=dest_doc or dest.texto("idEstrangeiro", 20),
        dest_nome=dest.texto("xNome", NOME),
        valor_total=icms.valor("vNF"),
        protocolo=prova.numero,
        status=prova.status,
        motivo=prova.motivo,
        recebido_em=prova.recebido_em,
        papeis=papeis((Papel.EMITENTE, emit_doc), (Papel.DESTINATARIO, dest_doc), (Papel.TRANSPORTADOR, transp_doc)),
        ligacoes=_ligacoes(info, ide, chave, finalidade),
        natureza=ide.texto("natOp", 120),
        tipo=ide.inteiro("tpNF", 9),
        finalidade=finalidade,
        emit_fantasia=emit.texto("xFant", NOME),
        emit_ie=emit.texto("IE", 20),
        emit_endereco=ender_emit.endereco(),
        emit_municipio=ender_emit.texto("xMun", 100),
        emit_cep=ender_emit.cep(),
        dest_ie=dest.texto("IE", 20),
        dest_endereco=ender_dest.endereco(),
        dest_municipio=ender_dest.texto("xMun", 100),
        dest_uf=ender_dest.texto("UF", 2),
        dest_cep=ender_dest.cep(),
        transportador_cnpj_cpf=transp_doc,
        transportador_nome=transporta.texto("xNome", NOME),
        autorizados=tuple(
            found for one in islice(info.grupos("autXML"), _MOST_AUTHORISED) if (found := one.documento())
        ),
        valor_produtos=icms.valor("vProd"),
        valor_icms=icms.valor("vICMS"),
        valor_ipi=icms.valor("vIPI"),
        valor_pis=icms.valor("vPIS"),
        valor_cofins=icms.valor("vCOFINS"),
        valor_tributos=icms.valor("vTotTrib"),
        valor_ibs=reforma.grupo("gIBS").valor("vIBS"),
        valor_cbs=reforma.grupo("gCBS").valor("vCBS"),
        valor_is=total.grupo("ISTot").valor("vIS"),
        valor_monofasia=soma(mono.valor("vIBSMono"), mono.valor("vCBSMono")),
        valor_com_tributos=total.valor("vNFTot"),
        itens=produtos,
        avisos=contexto.avisos,
    )


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
