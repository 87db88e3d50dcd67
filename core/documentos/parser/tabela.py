"""Which reader reads a root: a table by namespace and local name; other spellings and namespaces are told.

docs/reference/contracts/sefaz.md §8.
"""

from collections.abc import Callable
from functools import partial

from lxml.etree import _Element

from core.documentos.conteudo import Conteudo
from core.documentos.espacos import BPE, CTE, DCE, GRAFIAS, MDFE, NF3E, NFCOM, NFE, NFSE, SAT
from core.documentos.parser import arquivado as formas
from core.documentos.parser.arquivado import arquivado, nfse
from core.documentos.parser.conhecimento import conhecimento
from core.documentos.parser.cupom import cupom
from core.documentos.parser.eventos import cancelamento_antigo, evento, evento_de_nfse, resumo_de_evento
from core.documentos.parser.grupo import Contexto
from core.documentos.parser.inutilizacao import inutilizacao
from core.documentos.parser.nota import nota
from core.documentos.parser.recusa import Recusado
from core.documentos.parser.resumos import protocolo_avulso, resumo
from core.documentos.raizes import NFSE_MUNICIPAL

Leitor = Callable[[_Element, Contexto], Conteudo]
Raiz = tuple[str, str]


def _all(espaco: str, nomes: str, leitor: Leitor) -> dict[Raiz, Leitor]:
    return {(espaco, nome): leitor for nome in nomes.split()}


LEITORES: dict[Raiz, Leitor] = {
    **_all(NFE, "nfeProc NFe infNFe", nota),
    **_all(NFE, "procEventoNFe evento", evento),
    **_all(NFE, "resNFe", resumo),
    **_all(NFE, "resEvento", resumo_de_evento),
    **_all(NFE, "protNFe", protocolo_avulso),
    **_all(NFE, "procCancNFe cancNFe retCancNFe", cancelamento_antigo),
    **_all(NFE, "ProcInutNFe procInutNFe inutNFe retInutNFe", inutilizacao),
    **_all(CTE, "cteProc CTe cteOSProc CTeOS cteSimpProc CTeSimp infCte", conhecimento),
    **_all(CTE, "procEventoCTe eventoCTe", evento),
    **_all(CTE, "protCTe", protocolo_avulso),
    **_all(CTE, "procCancCTe cancCTe retCancCTe", cancelamento_antigo),
    **_all(CTE, "ProcInutCTe procInutCTe inutCTe retInutCTe", inutilizacao),
    **_all(CTE, "GTVeProc GTVe", partial(arquivado, formas.GTVE)),
    **_all("", "CFe CFeCanc", cupom),
    **_all(SAT, "CFe CFeCanc", cupom),
    **_all(MDFE, "mdfeProc MDFe", partial(arquivado, formas.MDFE)),
    **_all(MDFE, "procEventoMDFe eventoMDFe", evento),
    **_all(NF3E, "nf3eProc NF3e", partial(arquivado, formas.NF3E)),
    **_all(NF3E, "procEventoNF3e eventoNF3e", evento),
    **_all(NFCOM, "nfcomProc NFCom", partial(arquivado, formas.NFCOM)),
    **_all(NFCOM, "procEventoNFCom eventoNFCom", evento),
    **_all(BPE, "bpeProc BPe bpeTMProc BPeTM bpeTAProc BPeTA", partial(arquivado, formas.BPE)),
    **_all(BPE, "procEventoBPe eventoBPe", evento),
    **_all(DCE, "dceProc DCe", partial(arquivado, formas.DCE)),
    **_all(DCE, "procEventoDCe eventoDCe", evento),
    **_all(NFSE, "NFSe", nfse),
    **_all(NFSE, "evento", evento_de_nfse),
}
# Lots and answers that hold several documents, and what is cut out of each.
LOTES: dict[Raiz, frozenset[str]] = {
    (NFE, "enviNFe"): frozenset({"NFe"}),
    (NFE, "envEvento"): frozenset({"evento"}),
    (NFE, "retConsSitNFe"): frozenset({"protNFe", "procEventoNFe", "retCancNFe"}),
    (NFE, "retConsReciNFe"): frozenset({"protNFe"}),
    (NFE, "retEnviNFe"): frozenset({"protNFe"}),
    (CTE, "enviCTe"): frozenset({"CTe"}),
    (CTE, "retConsSitCTe"): frozenset({"protCTe", "procEventoCTe", "retCancCTe"}),
    (CTE, "retConsReciCTe"): frozenset({"protCTe"}),
    ("", "envCFe"): frozenset({"CFe", "CFeCanc"}),
    (SAT, "envCFe"): frozenset({"CFe", "CFeCanc"}),
}
_ESPACOS = {space for space, _ in LEITORES}
# The first namespace of a name stands for it where the right one is missing.
_POR_NOME = {name.casefold(): (space, name) for space, name in reversed(LEITORES)}
_POR_NOME |= {said: _POR_NOME[name.casefold()] for said, name in GRAFIAS.items()}
_LOTES_POR_NOME = {name.casefold(): (space, name) for space, name in reversed(LOTES)}


def leitor(raiz: Raiz, contexto: Contexto) -> Leitor:
    """Return what reads a root.

    Raises:
        Recusado: nothing does.
    """
    if found := LEITORES.get(raiz):
        return found
    space, name = raiz
    known = _POR_NOME.get(name.casefold())
    if known is None or (known[1] == "evento" and space == NFSE):
        raise recusa(raiz)
    if name != known[1]:
        contexto.avisar(f"a raiz se chama {name[:60]}, não {known[1]}")
    if space != known[0]:
        where = f"está no namespace {space[:100]}" if space else "não tem namespace"
        contexto.avisar(f"a raiz {name[:60]} {where}")
    return LEITORES[known]


def partes_do_lote(raiz: Raiz) -> frozenset[str] | None:
    """Return what is cut out of a lot; None for what is none."""
    found = LOTES.get(raiz)
    if found is None and (known := _LOTES_POR_NOME.get(raiz[1].casefold())):
        return LOTES[known]
    return found


def recusa(raiz: Raiz) -> Recusado:
    """Return why a root is no document, as well as its name tells."""
    space, name = raiz[0], raiz[1][:60]
    low = name.casefold()
    if space in _ESPACOS and space:
        if low == "retenvevento" or low.startswith("retevento"):
            return Recusado("so_resposta", f"{name} é só a resposta a um evento: sem o evento não prova nada")
        if low.startswith("ret"):
            return Recusado("trafego_de_protocolo", f"{name} é uma resposta da SEFAZ, não um documento")
        if low.startswith(("cons", "inut", "canc", "dist", "envi", "download", "ped", "dps")):
            return Recusado("trafego_de_protocolo", f"{name} é um pedido, não um documento")
        return Recusado("raiz_desconhecida", f"a raiz {name} não é de um documento que se conhece")
    if NFSE_MUNICIPAL.fullmatch(raiz[1][:100]):
        return Recusado("outro_protocolo", f"{name} é uma NFS-e municipal; importa-se a nacional")
    return Recusado("nao_e_fiscal", f"a raiz {name} não é de um documento fiscal")
