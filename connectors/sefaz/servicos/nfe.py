"""NFeDistribuicaoDFe: NF-e issued to a company, and what happened to them; the issuer does not get its own.

docs/reference/contracts/sefaz.md §1, §2.
"""

from connectors.sefaz.distribuicao import DistribuicaoSoap
from connectors.sefaz.servico import Forma

SERVICO = DistribuicaoSoap(
    nome="nfe",
    titulo="NF-e",
    formas=frozenset({Forma.SEQUENCIA, Forma.NSU, Forma.CHAVE}),
    ns="http://www.portalfiscal.inf.br/nfe",
    sistema="NFeDistribuicaoDFe",
    versao="1.01",
    hosts={1: "www1.nfe.fazenda.gov.br", 2: "hom1.nfe.fazenda.gov.br"},
    raizes={
        "resNFe": "resNFe",
        "procNFe": "nfeProc",
        "resEvento": "resEvento",
        "procEventoNFe": "procEventoNFe",
    },
    endereco=lambda settings: settings.url_nfe,
)
