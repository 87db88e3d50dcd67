"""What is known of a document before its text: distribution's summary, or a protocol without its document."""

from lxml.etree import _Element

from core.documentos.chave import emitente_da_chave
from core.documentos.conteudo import Especie, Papel, Resumo
from core.documentos.parser.chaves import conferida, uf_da_chave
from core.documentos.parser.corpo import corpo, papeis
from core.documentos.parser.grupo import NOME, Contexto, Grupo
from core.documentos.parser.protocolo import lido
from core.documentos.parser.recusa import Recusado
from core.fiscal import parece_chave

_ESPECIES = {"55": Especie.NFE, "65": Especie.NFCE, "57": Especie.CTE, "67": Especie.CTE_OS, "64": Especie.GTVE}
# cSitNFe of a summary, as the protocol says it.
_SITUACOES = {"1": ("100", None), "2": ("110", "Uso denegado"), "3": ("101", "Cancelamento homologado")}


def resumo(raiz: _Element, contexto: Contexto) -> Resumo:
    """Read a `resNFe`.

    Raises:
        Recusado: it does not say of which document it is.
    """
    body = Grupo(raiz, contexto)
    chave, especie = _identidade(body, ("chNFe",), contexto)
    status, motivo = _SITUACOES.get(body.texto("cSitNFe", 2) or "", (None, None))
    emitente = body.documento()
    return Resumo(
        especie=especie,
        chave=chave,
        modelo=chave[20:22],
        serie=int(chave[22:25]),
        numero=int(chave[25:34]),
        data_emissao=body.instante("dhEmi", "dEmi"),
        emit_cnpj=emitente or emitente_da_chave(chave),
        emit_nome=body.texto("xNome", NOME),
        emit_uf=uf_da_chave(chave),
        valor_total=body.valor("vNF"),
        protocolo=body.codigo("nProt", 17),
        status=status,
        motivo=motivo,
        recebido_em=body.instante("dhRecbto"),
        papeis=papeis((Papel.EMITENTE, emitente or emitente_da_chave(chave))),
        emit_ie=body.texto("IE", 20),
        tipo=body.inteiro("tpNF", 9),
        digest=body.texto("digVal", 100),
        avisos=contexto.avisos,
    )


def protocolo_avulso(raiz: _Element, contexto: Contexto) -> Resumo:
    """Read a `protNFe` or `protCTe` that came without its document.

    Raises:
        Recusado: it does not say of which document it is, or what was answered.
    """
    proof = corpo(raiz, "infProt", contexto)
    chave, especie = _identidade(proof, ("chNFe", "chCTe"), contexto)
    found = lido(proof)
    if found.status is None:
        raise Recusado("protocolo_ilegivel", "o protocolo não diz o que foi respondido (cStat)")
    return Resumo(
        especie=especie,
        chave=chave,
        modelo=chave[20:22],
        serie=int(chave[22:25]),
        numero=int(chave[25:34]),
        ambiente=proof.inteiro("tpAmb", 99),
        emit_cnpj=emitente_da_chave(chave),
        emit_uf=uf_da_chave(chave),
        protocolo=found.numero,
        status=found.status,
        motivo=found.motivo,
        recebido_em=found.recebido_em,
        papeis=papeis((Papel.EMITENTE, emitente_da_chave(chave))),
        digest=found.digest,
        avisos=contexto.avisos,
    )


def _identidade(body: Grupo, nomes: tuple[str, ...], contexto: Contexto) -> tuple[str, Especie]:
    chave = next((found for nome in nomes if (found := body.texto(nome, 60))), "")
    if not parece_chave(chave):
        raise Recusado("chave_invalida", f"não diz de que documento é: {chave!r} não é uma chave de acesso")
    if (especie := _ESPECIES.get(chave[20:22])) is None:
        raise Recusado("chave_divergente", f"a chave é do modelo {chave[20:22]}, do qual não há resumo: {chave}", chave)
    return conferida(chave, contexto), especie
