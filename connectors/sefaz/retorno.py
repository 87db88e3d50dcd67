"""What became of a lot of events, and of each of them.

docs/reference/contracts/sefaz.md §2.3a, §4.6.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from lxml import etree

from connectors.base.reading import one_line
from connectors.sefaz import xml
from connectors.sefaz.resposta import Resultado
from connectors.sefaz.servico import NaoEntendida
from connectors.sefaz.situacao import resultado_de
from connectors.sefaz.xml import Element

NFE = "http://www.portalfiscal.inf.br/nfe"
PROCESSADO = "128"


class Situacao(StrEnum):
    """What an answer means for one event."""

    REGISTRADO = "registrado"
    DUPLICADO = "duplicado"  # registered before, by us or by another program: done
    RELOGIO = "relogio"  # the sender's clock is wrong
    FORA_DO_PRAZO = "fora_do_prazo"
    NAO_CABE = "nao_cabe"  # not allowed in the state the note is in
    RECUSADO = "recusado"
    ERRO = "erro"  # no list has it


_ROWS: tuple[tuple[Situacao, tuple[str, ...]], ...] = (
    (Situacao.REGISTRADO, ("135", "136")),
    (Situacao.DUPLICADO, ("573",)),
    (Situacao.RELOGIO, ("577", "578")),
    (Situacao.FORA_DO_PRAZO, ("596",)),
    (Situacao.NAO_CABE, ("650", "655")),
    (
        Situacao.RECUSADO,
        tuple("236 404 489 491 492 493 494 572 574 575 579 580 594 595 651 657".split()),
    ),
)
_BY_CODE = {code: situacao for situacao, codes in _ROWS for code in codes}


@dataclass(frozen=True)
class EventoRespondido:
    """One event's answer; `xml` is its retEvento, to be kept."""

    chave: str
    tipo: str
    sequencia: int | None
    situacao: Situacao
    codigo: str
    motivo: str
    protocolo: str | None
    registrado_em: datetime | None
    xml: bytes


@dataclass(frozen=True)
class LoteRespondido:
    """A lot's answer: `resultado` is None where it was taken, else why none of its events was."""

    codigo: str
    motivo: str
    resultado: Resultado | None
    eventos: tuple[EventoRespondido, ...] = ()

    def de(self, identidade: str) -> EventoRespondido | None:
        """Return the answer to an event by its `Id`."""
        wanted = (identidade[8:52], identidade[2:8], int(identidade[52:]))
        return next((one for one in self.eventos if (one.chave, one.tipo, one.sequencia) == wanted), None)

    def por_evento(self, identidades: Sequence[str]) -> "list[EventoRespondido | None]":
        """Return the answer to each event of the lot, in order.

        A refusal may name neither note nor kind: it is then the one at the event's place, in a lot answered whole.
        """
        found = [self.de(one) for one in identidades]
        if len(self.eventos) != len(identidades):
            return found
        pairs = zip(identidades, found, self.eventos, strict=True)
        return [named or (there if _may_be(there, identidade) else None) for identidade, named, there in pairs]


def _may_be(answer: EventoRespondido, identidade: str) -> bool:
    said = (answer.chave, answer.tipo, answer.sequencia)
    wanted = (identidade[8:52], identidade[2:8], int(identidade[52:]))
    return all(one in ("", None, other) for one, other in zip(said, wanted, strict=True))


def lido(content: bytes) -> LoteRespondido:
    """Read an answer, in either of its wrappers and either version of SOAP.

    Raises:
        NaoEntendida: it is none.
    """
    found = xml.achado(xml.lido(content), NFE, "retEnvEvento")
    codigo = xml.status(found, NFE)
    answers = tuple(_answer(one) for one in found.findall(f"{{{NFE}}}retEvento"))
    if codigo == PROCESSADO and not answers:
        raise NaoEntendida("o lote foi processado, mas a resposta não diz nada de nenhum evento")
    resultado = None if codigo == PROCESSADO else resultado_de(codigo)
    return LoteRespondido(codigo, one_line(xml.text(found, NFE, "xMotivo")), resultado, answers)


def proc_evento(evento: bytes, respondido: EventoRespondido) -> bytes:
    """Return the procEventoNFe: what was sent, byte by byte, beside what was answered."""
    return b'<procEventoNFe xmlns="%b" versao="1.00">%b%b</procEventoNFe>' % (NFE.encode(), evento, respondido.xml)


def _answer(element: Element) -> EventoRespondido:
    info = element.find(f"{{{NFE}}}infEvento")
    if info is None:
        raise NaoEntendida("")
    codigo = xml.status(info, NFE)
    return EventoRespondido(
        chave=xml.text(info, NFE, "chNFe"),
        tipo=xml.text(info, NFE, "tpEvento"),
        sequencia=xml.number(xml.text(info, NFE, "nSeqEvento")),
        situacao=_BY_CODE.get(codigo, Situacao.ERRO),
        codigo=codigo,
        motivo=one_line(xml.text(info, NFE, "xMotivo")),
        protocolo=xml.text(info, NFE, "nProt") or None,
        registrado_em=xml.instant(xml.text(info, NFE, "dhRegEvento")),
        xml=_alone(element),
    )


def _alone(element: Element) -> bytes:
    """Return an element without the namespaces of the envelope around it."""
    return bytes(
        etree.tostring(etree.fromstring(etree.tostring(element, with_tail=False)), method="c14n", exclusive=True)
    )
