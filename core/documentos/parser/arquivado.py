"""Documents that are kept, not read: kind, key, issuer, date and value of each."""

from dataclasses import dataclass
from decimal import Decimal

from lxml.etree import _Element

from core.documentos.chave import CHAVE_NFSE
from core.documentos.conteudo import Arquivado, Especie, Papel
from core.documentos.parser.chaves import chave_do_documento
from core.documentos.parser.corpo import cabeca, corpo, papeis
from core.documentos.parser.grupo import NOME, Contexto, Grupo
from core.documentos.parser.itens import soma
from core.documentos.parser.recusa import Recusado


@dataclass(frozen=True, slots=True)
class Forma:
    """Where a kind has what is kept of it; the values are paths from its body, the first that is there counts."""

    especie: Especie
    corpo: str
    prefixo: str
    numero: str
    chave: str
    valores: tuple[tuple[str, ...], ...] = ()
    destinatario: str = "dest"


MDFE = Forma(Especie.MDFE, "infMDFe", "MDFe", "nMDF", "chMDFe", (("tot", "vCarga"),))
NF3E = Forma(Especie.NF3E, "infNF3e", "NF3e", "nNF", "chNF3e", (("total", "vNF"),))
NFCOM = Forma(Especie.NFCOM, "infNFCom", "NFCom", "nNF", "chNFCom", (("total", "vNF"),))
BPE = Forma(Especie.BPE, "infBPe", "BPe", "nBP", "chBPe", (("infValorBPe", "vBP"), ("total", "vBP")), "comp")
DCE = Forma(Especie.DCE, "infDCe", "DCe", "nDC", "chDCe", (("total", "vDC"),))
GTVE = Forma(Especie.GTVE, "infCte", "CTe", "nCT", "chCTe")
ESTRANGEIRO = "2"


def arquivado(forma: Forma, raiz: _Element, contexto: Contexto) -> Arquivado:
    """Read what is kept of a document.

    Raises:
        Recusado: there is none in it, or none that says which it is.
    """
    info = corpo(raiz, forma.corpo, contexto)
    chave = chave_do_documento(info, forma.prefixo, contexto)
    head, dest = cabeca(raiz, info, chave, forma.numero, forma.chave, contexto), info.grupo(forma.destinatario)
    recipient = dest.documento()
    return Arquivado(
        especie=forma.especie,
        dest_cnpj_cpf=recipient,
        dest_nome=dest.texto("xNome", NOME),
        valor_total=_transportado(info) if forma is GTVE else _primeiro(*((info, path) for path in forma.valores)),
        papeis=papeis((Papel.EMITENTE, head["emit_cnpj"]), (Papel.DESTINATARIO, recipient)),
        **head,
        avisos=contexto.avisos,
    )


def _primeiro(*onde: tuple[Grupo, tuple[str, ...]]) -> Decimal | None:
    """Return the amount at the first of these paths where there is one."""
    found = (grupo.grupo(*path[:-1]).valor(path[-1]) for grupo, path in onde)
    return next((valor for valor in found if valor is not None), None)


def _transportado(info: Grupo) -> Decimal | None:
    """Return what a GTV-e carries: it says that of each kind of money alone, and of a foreign one not in reais."""
    especies = list(info.grupo("detGTV").grupos("infEspecie"))
    nacionais = [one for one in especies if one.texto("tpNumerario", 1) != ESTRANGEIRO]
    if len(nacionais) < len(especies):
        info.contexto.avisar("há numerário em moeda estrangeira, que não entra no valor")
    return soma(*(one.valor("vEspecie") for one in nacionais))


def nfse(raiz: _Element, contexto: Contexto) -> Arquivado:
    """Read what is kept of a national NFS-e; its key has 50 characters.

    Raises:
        Recusado: there is none in it, or none that says which it is.
    """
    info = corpo(raiz, "infNFSe", contexto)
    chave = info.atributo("Id").removeprefix("NFS")
    if not CHAVE_NFSE.fullmatch(chave):
        raise Recusado("chave_invalida", f"{info.atributo('Id')[:60]!r} não é a chave de uma NFS-e")
    emit, dps = info.grupo("emit"), info.grupo("DPS", "infDPS")
    emit_doc, toma = emit.documento(), dps.grupo("toma")
    return Arquivado(
        especie=Especie.NFSE,
        chave=chave,
        modelo="nfse",
        serie=dps.inteiro("serie"),
        numero=info.inteiro("nNFSe", 2**53),
        data_emissao=dps.instante("dhEmi") or info.instante("dhProc"),
        ambiente=dps.inteiro("tpAmb", 99),
        emit_cnpj=emit_doc,
        emit_nome=emit.texto("xNome", NOME),
        emit_uf=emit.grupo("enderNac").texto("UF", 2),
        dest_cnpj_cpf=toma.documento(),
        dest_nome=toma.texto("xNome", NOME),
        valor_total=_primeiro((info, ("valores", "vLiq")), (dps, ("valores", "vServPrest", "vServ"))),
        status=info.texto("cStat", 4),
        recebido_em=info.instante("dhProc"),
        papeis=papeis((Papel.EMITENTE, emit_doc), (Papel.DESTINATARIO, toma.documento())),
        avisos=contexto.avisos,
    )
