"""Where the XML schemas of documents stand in the package nfelib: by root, by kind of event, with their layout."""

from core.documentos.espacos import BPE, CTE, MDFE, NF3E, NFCOM, NFE, NFSE

Esquema = tuple[str, str]
"""A path below the package, and the layout it is of."""


def _of(pasta: str, layout: str, **nomes: str) -> dict[str, Esquema]:
    return {root: (f"{pasta}/{name}_v{layout}.xsd", layout) for root, name in nomes.items()}


ESQUEMAS: dict[str, dict[str, Esquema]] = {
    NFE: {
        **_of("nfe/schemas/v4_0", "4.00", nfeProc="procNFe", NFe="nfe", enviNFe="enviNFe", inutNFe="inutNFe"),
        **_of("nfe/schemas/v4_0", "4.00", ProcInutNFe="procInutNFe", procInutNFe="procInutNFe"),
        **_of("nfe/schemas/v4_0", "4.00", retInutNFe="retInutNFe", retConsSitNFe="retConsSitNFe"),
        **_of("nfe_dist_dfe/schemas/v1_0", "1.01", resNFe="resNFe", resEvento="resEvento"),
    },
    CTE: {
        **_of("cte/schemas/v4_0", "4.00", cteProc="procCTe", CTe="cte", cteOSProc="procCTeOS", CTeOS="cteOS"),
        **_of("cte/schemas/v4_0", "4.00", cteSimpProc="procCTeSimp", CTeSimp="cteSimp", GTVeProc="procGTVe"),
        **_of("cte/schemas/v4_0", "4.00", GTVe="GTVe", procEventoCTe="procEventoCTe", eventoCTe="eventoCTe"),
        **_of("cte/schemas/v4_0", "4.00", retConsSitCTe="retConsSitCTe"),
    },
    MDFE: {
        **_of("mdfe/schemas/v3_0", "3.00", mdfeProc="procMDFe", MDFe="mdfe", procEventoMDFe="procEventoMDFe"),
        **_of("mdfe/schemas/v3_0", "3.00", eventoMDFe="eventoMDFe"),
    },
    NF3E: _of("nf3e/schemas/v1_0", "1.00", nf3eProc="procNF3e", NF3e="nf3e", procEventoNF3e="procEventoNF3e")
    | _of("nf3e/schemas/v1_0", "1.00", eventoNF3e="eventoNF3e"),
    NFCOM: _of("nfcom/schemas/v1_0", "1.00", nfcomProc="procNFCom", NFCom="nfcom", procEventoNFCom="procEventoNFCom")
    | _of("nfcom/schemas/v1_0", "1.00", eventoNFCom="eventoNFCom"),
    BPE: _of("bpe/schemas/v1_0", "1.00", bpeProc="procBPe", BPe="bpe", BPeTM="bpeTM", BPeTA="bpeTA")
    | _of("bpe/schemas/v1_0", "1.00", bpeTMProc="procBPeTM", procEventoBPe="procEventoBPe", eventoBPe="eventoBPe"),
    NFSE: _of("nfse/schemas/v1_0", "1.01", NFSe="NFSe"),
}
# An NF-e's event has the schema of its kind; `evento` stands alone, `procEventoNFe` has its answer.
_MANIFESTACAO = _of("nfe_evento_mde/schemas/v1_0", "1.00", procEventoNFe="procConfRecebtoNFe", evento="confRecebto")
EVENTOS: dict[str, dict[str, Esquema]] = {
    "110110": _of("nfe_evento_cce/schemas/v1_0", "1.00", procEventoNFe="procCCeNFe", evento="CCe"),
    "110111": _of("nfe_evento_cancel/schemas/v1_0", "1.00", procEventoNFe="procEventoCancNFe", evento="eventoCancNFe"),
    "110130": _of("nfe_entrega/schemas/v1_0", "1.00", procEventoNFe="procEventoEntregaNFe", evento="EventoEntregaNFe"),
    "110131": _of(
        "nfe_entrega/schemas/v1_0", "1.00", procEventoNFe="procEventoCancEntregaNFe", evento="EventoCancEntregaNFe"
    ),
    "110140": _of("nfe_epec/schemas/v1_0", "1.00", procEventoNFe="procEPEC", evento="EPEC"),
    "110150": _of(
        "nfe_ator_interessado/schemas/v1_0",
        "1.00",
        procEventoNFe="procEventoAtorInteressado",
        evento="eventoAtorInteressado",
    ),
    "110192": _of(
        "nfe_insucesso/schemas/v1_0", "1.00", procEventoNFe="procEventoInsucessoNFe", evento="EventoInsucessoNFe"
    ),
    "110193": _of(
        "nfe_insucesso/schemas/v1_0",
        "1.00",
        procEventoNFe="procEventoCancInsucessoNFe",
        evento="EventoCancInsucessoNFe",
    ),
    **dict.fromkeys(("210200", "210210", "210220", "210240"), _MANIFESTACAO),
}
OUTROS_EVENTOS = _of("nfe_evento_generico/schemas/v1_0", "1.00", procEventoNFe="procEventoNFe")
