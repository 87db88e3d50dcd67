"""Distribution by SOAP, as the national services of NF-e and CT-e (and MDF-e) have it; they differ in names alone.

docs/reference/contracts/sefaz.md §2.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from connectors.base.reading import Reply, one_line
from connectors.sefaz import pacote, xml
from connectors.sefaz.resposta import Recebido, Resposta, Resultado
from connectors.sefaz.servico import Forma, NaoEntendida, Pedido, Pergunta, Servico
from connectors.sefaz.situacao import resultado_de
from connectors.sefaz.xml import Element
from core.fiscal import UFS
from core.settings.sefaz import SefazSettings

MOST_DOCUMENTS = 50


@dataclass(frozen=True)
class DistribuicaoSoap(Servico):
    """`raizes` are the kinds of documents by the name of their schema, each with its root; `endereco` is the address of
    the settings, if there is one.
    """

    nome: str
    titulo: str
    formas: frozenset[Forma]
    ns: str
    sistema: str
    versao: str
    hosts: Mapping[int, str]
    raizes: Mapping[str, str]
    endereco: Callable[[SefazSettings], str | None]

    def pedido(self, pergunta: Pergunta, settings: SefazSettings) -> Pedido:
        """Return a question as it is sent."""
        wsdl, operation = f"{self.ns}/wsdl/{self.sistema}", f"{self.nome}DistDFeInteresse"
        body = xml.envelope(self._message(pergunta, settings.ambiente), wsdl, operation, f"{self.nome}DadosMsg")
        host = self.hosts[settings.ambiente]
        url = self.endereco(settings) or f"https://{host}/{self.sistema}/{self.sistema}.asmx"
        return Pedido("POST", url, xml.headers(f"{wsdl}/{operation}"), body)

    def resposta(self, reply: Reply, pergunta: Pergunta) -> Resposta:
        """Read an answer in an envelope of either version."""
        found = xml.achado(xml.lido(reply.content), self.ns, "retDistDFeInt")
        codigo = xml.status(found, self.ns)
        packed = found.findall(f"{{{self.ns}}}loteDistDFeInt/{{{self.ns}}}docZip")
        if len(packed) > MOST_DOCUMENTS:
            raise NaoEntendida(f"a resposta traz {len(packed)} documentos")
        resultado = resultado_de(codigo)
        ult, most = (xml.number(xml.text(found, self.ns, name)) for name in ("ultNSU", "maxNSU"))
        if resultado is Resultado.DOCUMENTOS and not packed:
            raise NaoEntendida("a resposta diz que há documentos e não traz nenhum")
        by_sequence = pergunta.forma is Forma.SEQUENCIA and resultado is Resultado.DOCUMENTOS
        if by_sequence and ult is None:
            raise NaoEntendida("a resposta não traz o ultNSU")
        return Resposta(
            resultado=resultado,
            codigo=codigo,
            motivo=one_line(xml.text(found, self.ns, "xMotivo")),
            documentos=pacote.abertos(map(_pacote, packed), self.raizes),
            ult_nsu=ult,
            max_nsu=most,
            ha_mais=by_sequence and ult is not None and most is not None and ult < most,
            respondida_em=xml.instant(xml.text(found, self.ns, "dhResp")),
            ambiente=xml.number(xml.text(found, self.ns, "tpAmb")),
        )

    def reabrir(self, nsu: int | None, schema: str, bruto: bytes) -> Recebido:
        """Open again what was kept of a document."""
        return pacote.reaberto(nsu, schema, bruto, self.raizes)

    def _message(self, pergunta: Pergunta, ambiente: int) -> Element:
        root = xml.root_of(self.ns, "distDFeInt", self.versao)
        xml.filled(root, self.ns, "tpAmb", str(ambiente))
        xml.filled(root, self.ns, "cUFAutor", UFS[pergunta.uf])
        xml.filled(root, self.ns, "CPF" if len(pergunta.documento) == 11 else "CNPJ", pergunta.documento)
        match pergunta.forma:
            case Forma.SEQUENCIA:
                xml.filled(xml.filled(root, self.ns, "distNSU"), self.ns, "ultNSU", f"{pergunta.nsu:015d}")
            case Forma.NSU:
                xml.filled(xml.filled(root, self.ns, "consNSU"), self.ns, "NSU", f"{pergunta.nsu:015d}")
            case Forma.CHAVE:
                xml.filled(xml.filled(root, self.ns, "consChNFe"), self.ns, "chNFe", pergunta.chave)
        return root


def _pacote(element: Element) -> pacote.Pacote:
    # an answer by key has no number, or zero
    number = xml.number(element.get("NSU")) or None
    return pacote.Pacote(number, element.get("schema") or "", element.text or "")
