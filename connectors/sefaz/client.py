"""One company's certificate, open: questions of distribution and events of the recipient, on one kept connection.

docs/reference/contracts/sefaz.md.
"""

from collections.abc import Sequence
from datetime import datetime
from types import TracebackType
from typing import Self

from connectors.base.blocking import SUCCESS, BlockingSession
from connectors.base.policy import Policy
from connectors.base.reading import Reply
from connectors.base.teller import Teller
from connectors.sefaz import evento, faults, retorno, xml
from connectors.sefaz.adapter import CertificateAdapter
from connectors.sefaz.resposta import Resposta
from connectors.sefaz.retorno import LoteRespondido
from connectors.sefaz.servico import NaoEntendida, Pergunta, Servico
from core.certificado import Certificado
from core.clock import SYSTEM, Clock
from core.errors import UsageError
from core.fiscal import formatar_documento
from core.http_date import read_date
from core.proxy import proxy_of
from core.settings.sefaz import SefazSettings

MIB = 1024 * 1024
# A service of SOAP has no word for a question without envelope; what is no page is an answer all the same.
REACHED = frozenset(range(200, 501)) - {403, 404}


class Sefaz:
    """An open certificate: `with Sefaz(certificado, settings) as sefaz`.

    It asks once: a question that got no answer may have moved the numbering, so asking again is for those who know the
    rules and keep count (§3.10a).
    """

    def __init__(self, certificado: Certificado, settings: SefazSettings, *, clock: Clock = SYSTEM) -> None:
        certificado.conferir(clock.now())
        self._certificado, self._settings = certificado, settings
        policy = Policy(
            overall=settings.total_timeout, connect=settings.connect_timeout, attempts=1, answer_limit=32 * MIB
        )
        self._teller = Teller(f"SEFAZ, certificado de {formatar_documento(certificado.documento)}", faults.TABLE)
        adapter = CertificateAdapter(certificado, settings.ca)
        self._session = BlockingSession(
            policy, self._teller, clock, said=_said, adapter=adapter, proxy=proxy_of("sefaz")
        )

    def __repr__(self) -> str:
        return f"Sefaz({self._certificado.documento!r})"

    def __enter__(self) -> Self:
        self._session.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, fault: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._session.__exit__(kind, fault, trace)

    def perguntar(self, servico: Servico, pergunta: Pergunta) -> Resposta:
        """Ask a service once.

        Raises:
            Fault: there is no answer that can be read.
            UsageError: the service has no question of this form.
        """
        if pergunta.forma not in servico.formas:
            raise UsageError(f"O serviço de {servico.titulo} não tem consulta por {pergunta.forma}.", campo="servico")
        asked = servico.pedido(pergunta, self._settings)
        reply = self._session.call(
            asked.method, asked.url, headers=asked.headers, body=asked.body, success=asked.success
        )
        try:
            return servico.resposta(reply, pergunta).de(self._settings.ambiente)
        except NaoEntendida as reason:
            said = str(reason)
        raise self._not_understood(reply, said)

    def manifestar(self, numero: int, eventos: Sequence[bytes]) -> LoteRespondido:
        """Send a lot of signed events (`assinar`).

        Raises:
            Fault: there is no answer that can be read; its events may have been registered.
        """
        asked = evento.pedido(numero, eventos, self._settings)
        reply = self._session.call(asked.method, asked.url, headers=asked.headers, body=asked.body)
        try:
            return retorno.lido(reply.content)
        except NaoEntendida as reason:
            said = str(reason)
        raise self._not_understood(reply, said)

    def alcancar(self, url: str) -> datetime | None:
        """Reach an address with the certificate, asking for nothing; return the server's hour, where it says it.

        Raises:
            Fault: the server is not there, is not who it should be, or does not accept the certificate.
        """
        told = self._session.call("GET", url, headers={}, success=REACHED, harmless=True).headers.get("date", "")
        return read_date(told)

    def assinar(self, manifestacao: evento.Manifestacao) -> bytes:
        """Return an event signed by the certificate, as it is sent and kept."""
        return evento.assinado(manifestacao, self._certificado, self._settings.ambiente)

    def _not_understood(self, reply: Reply, said: str) -> Exception:
        if reply.cut is None and reply.status not in SUCCESS:
            return self._teller.of_status(reply.status, said)
        return reply.cut or self._teller.of_row(faults.NOT_UNDERSTOOD, status=reply.status, said=said)


def _said(reply: Reply) -> object:
    return xml.words_of(reply.content)
