"""An open certificate: it asks once, and says of an answer that it cannot read whether more may have happened.

docs/reference/contracts/sefaz.md §2.2, §3.9.
"""

from collections.abc import Iterator
from datetime import datetime

import pytest
from support.sefaz import EMPRESA, INICIO, Lugar

from connectors.base.faults import Blocked, Fault, Overloaded, Refused, Unintelligible, UnknownOutcome
from connectors.base.reading import Reply
from connectors.sefaz.client import Sefaz
from connectors.sefaz.faults import CertificadoNaoAceito
from connectors.sefaz.resposta import Recebido, Resposta, Resultado
from connectors.sefaz.servico import Forma, NaoEntendida, Pedido, Pergunta, Servico
from core.errors import UsageError
from core.settings.sefaz import SefazSettings
from sandbox import faults

from .conftest import aberta

# The only address of the local SEFAZ that is asked by GET.
KEY, HERE = "nfse", "/DFe/7"


class Curioso(Servico):
    """A service that asks by sequence and understands what begins with `bem`; a 404 is an answer to it, too."""

    nome, titulo = "curioso", "Curiosidades"
    formas = frozenset({Forma.SEQUENCIA})

    def pedido(self, pergunta: Pergunta, settings: SefazSettings) -> Pedido:
        return Pedido("GET", f"{settings.url_nfse}{HERE}", {}, None, {200, 404})

    def resposta(self, reply: Reply, pergunta: Pergunta) -> Resposta:
        said = reply.content.decode()
        if not said.startswith("bem"):
            raise NaoEntendida(said)
        return Resposta(Resultado.NADA, str(reply.status), said, ult_nsu=pergunta.nsu, ambiente=1)

    def reabrir(self, nsu: int | None, schema: str, bruto: bytes) -> Recebido:
        raise NotImplementedError


@pytest.fixture
def producao(lugar: Lugar) -> Iterator[Sefaz]:
    """The certificate, open for the environment that answers for itself."""
    with aberta(lugar, ambiente=1) as found:
        yield found


def ask(sefaz: Sefaz, forma: Forma = Forma.SEQUENCIA) -> Resposta:
    return sefaz.perguntar(Curioso(), Pergunta(EMPRESA, "SP", forma, 7))


@pytest.mark.parametrize("status", [200, 404])
def test_an_answer_is_what_the_service_reads_of_it(lugar: Lugar, producao: Sefaz, status: int) -> None:
    lugar.server.faults.queue(faults.status(status, "bem"), key=KEY)
    found = ask(producao)
    assert (found.resultado, found.codigo, found.ult_nsu) == (Resultado.NADA, str(status), 7)


def test_an_answer_of_the_other_environment_is_told_as_one(lugar: Lugar, aberto: Sefaz) -> None:
    lugar.server.faults.queue(faults.status(200, "bem"), key=KEY)
    assert ask(aberto).resultado is Resultado.AMBIENTE


@pytest.mark.parametrize("forma", [Forma.NSU, Forma.CHAVE])
def test_a_form_that_the_service_has_not_never_leaves(lugar: Lugar, aberto: Sefaz, forma: Forma) -> None:
    with pytest.raises(UsageError, match=f"Curiosidades não tem consulta por {forma}") as told:
        ask(aberto, forma)
    assert told.value.campo == "servico"
    assert lugar.server.apertos == 0


@pytest.mark.parametrize(
    ("fault", "kind", "said", "may_be_stored"),
    [
        (faults.status(200, "fora do ar"), Unintelligible, ": fora do ar.", True),
        (faults.status(200), Unintelligible, "não se entende.", True),
        (faults.status(404, "outra casa"), Blocked, ": outra casa.", False),
        (faults.status(400), Refused, "recusou o pedido", False),
        (faults.status(403), CertificadoNaoAceito, "certificado", False),
        (faults.status(503), Overloaded, "indisponível", True),
        (faults.close_early(), UnknownOutcome, "encerrou a conexão", True),
    ],
    ids=["words", "nothing", "a success elsewhere", "refused", "certificate", "overloaded", "cut"],
)
def test_what_is_not_understood_is_a_fault_of_its_status(
    lugar: Lugar, producao: Sefaz, fault: faults.Fault, kind: type[Fault], said: str, may_be_stored: bool
) -> None:
    lugar.server.faults.queue(fault, key=KEY)
    with pytest.raises(kind) as told:
        ask(producao)
    assert said in str(told.value)
    assert str(told.value).startswith("SEFAZ, certificado de 11.222.333/0001-81: ")
    assert told.value.may_be_stored is may_be_stored


def test_an_answer_to_events_that_is_not_understood_may_have_registered_them(lugar: Lugar, aberto: Sefaz) -> None:
    lugar.server.faults.queue(faults.status(200, "<ok/>"), faults.status(500, "<ok/>"), key="evento")
    for kind in (Unintelligible, Overloaded):
        with pytest.raises(kind) as told:
            aberto.manifestar(1, [b"<evento/>"])
        assert told.value.may_be_stored


DATE = "Thu, 26 Nov 2026 12:00:00 GMT"


@pytest.mark.parametrize("status", [200, 302, 401, 405, 415, 500])
@pytest.mark.parametrize(("date", "hour"), [(DATE, INICIO), ("ontem", None)])
def test_whoever_answers_has_been_reached_and_may_tell_its_hour(
    lugar: Lugar, aberto: Sefaz, status: int, date: str, hour: datetime | None
) -> None:
    lugar.server.faults.queue(faults.status(status, headers={"Date": date}))
    assert aberto.alcancar(f"{lugar.url}/contribuintes{HERE}") == hour


@pytest.mark.parametrize(("status", "kind"), [(403, CertificadoNaoAceito), (404, Blocked), (503, Overloaded)])
def test_who_accepts_no_certificate_or_is_elsewhere_has_not_been_reached(
    lugar: Lugar, aberto: Sefaz, status: int, kind: type[Fault]
) -> None:
    lugar.server.faults.queue(faults.status(status))
    with pytest.raises(kind):
        aberto.alcancar(f"{lugar.url}/contribuintes{HERE}")


def test_it_is_shown_by_its_company_alone(aberto: Sefaz) -> None:
    assert repr(aberto) == f"Sefaz('{EMPRESA}')"
