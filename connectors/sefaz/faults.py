"""What the service's answers mean where they are no answers.

docs/reference/contracts/sefaz.md §2.2, §3.9, §3.10b.
"""

from connectors.base.causes import Cause
from connectors.base.faults import Blocked, Unintelligible
from connectors.base.table import DEFAULT, Row


class CertificadoNaoAceito(Blocked):
    """A SEFAZ não aceitou o certificado."""


class ServidorNaoReconhecido(Blocked):
    """O certificado do servidor da SEFAZ não foi reconhecido."""


_REFUSED = (
    "não aceitou o certificado da empresa: confira se não venceu nem foi revogado e se a autoridade é da ICP-Brasil"
)
TABLE = DEFAULT.changed(
    {
        403: Row(CertificadoNaoAceito, f"{_REFUSED} (HTTP {{status}})"),
        404: Row(Blocked, "o endereço não existe (HTTP {status}); confira os endereços da seção sefaz"),
        Cause.CERTIFICATE_REFUSED: Row(CertificadoNaoAceito, _REFUSED),
        Cause.BAD_CERTIFICATE: Row(
            ServidorNaoReconhecido,
            "o certificado do servidor não foi reconhecido; ponha em sefaz.ca as raízes da ICP-Brasil e, se o servidor "
            "não manda a sua cadeia inteira, também a autoridade intermediária",
        ),
    }
)
NOT_UNDERSTOOD = Row(Unintelligible, "respondeu algo que não se entende", may_be_stored=True)
