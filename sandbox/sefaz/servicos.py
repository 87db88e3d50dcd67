"""The services of the national environment: addresses, namespaces, and how a question is written.

docs/reference/contracts/sefaz.md §1, §2.3.
"""

from collections.abc import Mapping
from dataclasses import dataclass

NFE, CTE = "http://www.portalfiscal.inf.br/nfe", "http://www.portalfiscal.inf.br/cte"


@dataclass(frozen=True)
class Servico:
    """A service of distribution; `perguntas` are the forms of a question, each with the element in it."""

    nome: str
    ns: str
    versao: str
    perguntas: Mapping[str, str]
    offset: bool = True
    uf_obrigatoria: bool = True

    @property
    def sistema(self) -> str:
        return f"{self.nome[:-1].upper()}eDistribuicaoDFe"

    @property
    def caminho(self) -> str:
        return f"/{self.sistema}/{self.sistema}.asmx"

    @property
    def wsdl(self) -> str:
        return f"{self.ns}/wsdl/{self.sistema}"

    @property
    def operacao(self) -> str:
        return f"{self.nome}DistDFeInteresse"

    @property
    def dados(self) -> str:
        return f"{self.nome}DadosMsg"


SERVICOS = (
    Servico("nfe", NFE, "1.01", {"distNSU": "ultNSU", "consNSU": "NSU", "consChNFe": "chNFe"}, uf_obrigatoria=False),
    Servico("cte", CTE, "1.00", {"distNSU": "ultNSU", "consNSU": "NSU"}, offset=False),
)
EVENTO_CAMINHO = "/NFeRecepcaoEvento4/NFeRecepcaoEvento4.asmx"
EVENTO_WSDL = f"{NFE}/wsdl/NFeRecepcaoEvento4"
EVENTO_ACAO = f"{EVENTO_WSDL}/nfeRecepcaoEventoNF"
