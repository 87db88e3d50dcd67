"""CTeDistribuicaoDFe: CT-e in which a company has a part, each whole at once, and what happened to them.

docs/reference/contracts/sefaz.md §1, §2.
"""

from connectors.sefaz.distribuicao import DistribuicaoSoap
from connectors.sefaz.servico import Forma

SERVICO = DistribuicaoSoap(
    nome="cte",
    titulo="CT-e",
    formas=frozenset({Forma.SEQUENCIA, Forma.NSU}),
    ns="http://www.portalfiscal.inf.br/cte",
    sistema="CTeDistribuicaoDFe",
    versao="1.00",
    hosts={1: "www1.cte.fazenda.gov.br", 2: "hom1.cte.fazenda.gov.br"},
    raizes={
        "procCTe": "cteProc",
        "procCTeOS": "cteOSProc",
        "procCTeSimp": "cteSimpProc",
        "procGTVe": "GTVeProc",
        "procEventoCTe": "procEventoCTe",
    },
    endereco=lambda settings: settings.url_cte,
)
