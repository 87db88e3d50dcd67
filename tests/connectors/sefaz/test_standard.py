"""SEFAZ passes the standard set: a question of distribution by SOAP and by JSON, and a lot of events.

The set's servers speak plain HTTP, which the settings refuse; so the address is put into settings made before.
"""

from base64 import b64encode
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import ClassVar

from standard import Standard
from support.sefaz import EMPRESA, INICIO, NFE

from connectors.sefaz import LoteRespondido, Manifestacao, Pergunta, Resposta, Resultado, Sefaz, Situacao, Tipo, servico
from core.certificado import Certificado, abrir
from core.settings.sefaz import SefazSettings
from sandbox.documentos.comum import chave
from sandbox.sefaz import Autoridade, comprimido


@cache
def certificado() -> Certificado:
    with TemporaryDirectory() as folder:
        made = Autoridade(Path(folder)).cliente(EMPRESA)
    return abrir(made.pfx, made.senha)


def envelope(inner: str) -> bytes:
    return (
        f'<e:Envelope xmlns:e="http://www.w3.org/2003/05/soap-envelope"><e:Body>{inner}</e:Body></e:Envelope>'.encode()
    )


def settings(url: str, seconds: float) -> SefazSettings:
    made = SefazSettings(total_timeout=seconds, connect_timeout=min(seconds, 5))
    return made.model_copy(update={"url_nfe": url, "url_nfse": url, "url_evento": url})


class TestDistribuicao(Standard):
    content: ClassVar[object] = envelope(
        f'<retDistDFeInt xmlns="{NFE}"><cStat>137</cStat><xMotivo>Nenhum</xMotivo><ultNSU>000000000000007</ultNSU>'
        "<maxNSU>000000000000007</maxNSU></retDistDFeInt>"
    )
    writes = True

    def call(self, url: str, seconds: float) -> object:
        with Sefaz(certificado(), settings(url, seconds)) as sefaz:
            return sefaz.perguntar(servico("nfe"), Pergunta(EMPRESA, "SP", nsu=7))

    def understood(self, answer: object) -> bool:
        return isinstance(answer, Resposta) and answer.resultado is Resultado.NADA and answer.max_nsu == 7


class TestNacional(Standard):
    content: ClassVar[object] = {
        "StatusProcessamento": "DOCUMENTOS_LOCALIZADOS",
        "LoteDFe": [{"NSU": 7, "TipoDocumento": "NFSE", "ArquivoXml": b64encode(comprimido(b"<NFSe/>")).decode()}],
    }
    writes = True

    def call(self, url: str, seconds: float) -> object:
        with Sefaz(certificado(), settings(url, seconds)) as sefaz:
            return sefaz.perguntar(servico("nfse"), Pergunta(EMPRESA, "SP", nsu=6))

    def understood(self, answer: object) -> bool:
        return isinstance(answer, Resposta) and [(one.nsu, one.xml) for one in answer.documentos] == [(7, b"<NFSe/>")]


class TestEventos(Standard):
    content: ClassVar[object] = envelope(
        f'<retEnvEvento xmlns="{NFE}"><cStat>128</cStat><retEvento><infEvento><cStat>135</cStat>'
        f"<chNFe>{chave('55', 1)}</chNFe><tpEvento>210210</tpEvento><nSeqEvento>1</nSeqEvento></infEvento></retEvento>"
        "</retEnvEvento>"
    )
    writes = True

    def call(self, url: str, seconds: float) -> object:
        with Sefaz(certificado(), settings(url, seconds)) as sefaz:
            return sefaz.manifestar(1, [sefaz.assinar(Manifestacao(chave("55", 1), EMPRESA, Tipo.CIENCIA, INICIO))])

    def understood(self, answer: object) -> bool:
        return isinstance(answer, LoteRespondido) and [one.situacao for one in answer.eventos] == [Situacao.REGISTRADO]
