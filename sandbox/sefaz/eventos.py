"""Events of the recipient: a lot is read strictly, each event judged, what is registered kept.

docs/reference/contracts/sefaz.md §4.3, §4.6.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from xml.sax.saxutils import escape

from lxml import etree

from core.fiscal import chave_valida, cnpj_valido, cpf_valido
from sandbox.sefaz import assinatura
from sandbox.sefaz.envelope import edited, prefixed
from sandbox.sefaz.motivos import motivo
from sandbox.sefaz.servicos import NFE
from sandbox.sefaz.textos import Nota, em_brasilia, hora

CIENCIA = "210210"
NOMES = {
    "210200": "Confirmacao da Operacao",
    CIENCIA: "Ciencia da Operacao",
    "210220": "Desconhecimento da Operacao",
    "210240": "Operacao nao Realizada",
}
# Of a note that is cancelled or denied.
SEM_EFEITO = {CIENCIA: "650", "210220": "651"}
PRAZOS = {CIENCIA: timedelta(days=10)}
CONCLUSIVO = timedelta(days=90)
# After which the full document is handed out.
LIBERAM = frozenset({"210200", CIENCIA, "210240"})
NACIONAL, VERSAO, POR_LOTE = "91", "1.00", 20
_CAMPOS = ("cOrgao", "tpAmb", "documento", "chNFe", "dhEvento", "tpEvento", "nSeqEvento", "verEvento", "detEvento")


@dataclass(frozen=True)
class Evento:
    """An event as it was sent: its fields, its `Id`, its text; `cstat` what became of it."""

    campos: Mapping[str, str]
    identidade: str
    texto: str
    detalhe: Mapping[str, str]
    cstat: str = ""
    protocolo: str = ""

    @property
    def tipo(self) -> str:
        return self.campos["tpEvento"]

    @property
    def sequencia(self) -> int:
        return int(self.campos["nSeqEvento"])


@dataclass(frozen=True)
class Lote:
    """A lot that is well made."""

    numero: str
    eventos: tuple[Evento, ...]


def ler(message: etree._Element, texto: str) -> Lote | str:
    """Return the lot, else the status of its refusal; `texto` is what came, by which signatures are judged."""
    if edited(message):
        return "588"
    if prefixed(message):
        return "404"
    names = [etree.QName(one).localname for one in message]
    lot = message.findtext(f"{{{NFE}}}idLote") or ""
    if message.tag != f"{{{NFE}}}envEvento" or names[:1] != ["idLote"] or set(names[1:]) != {"evento"}:
        return "215"
    if message.get("versao") != VERSAO or not re.fullmatch(r"[0-9]{1,15}", lot) or len(names) - 1 > POR_LOTE:
        return "215"
    texts = re.findall(r"<evento[ >].*?</evento>", texto, re.DOTALL)
    events = [_evento(one, text) for one, text in zip(message[1:], texts, strict=False)]
    if len(texts) != len(events) or len(events) != len(message) - 1:
        return "215"
    found = [one for one in events if one is not None]
    return Lote(lot, tuple(found)) if len(found) == len(events) else "215"


def _evento(element: etree._Element, texto: str) -> Evento | None:
    if element.get("versao") != VERSAO or not len(element):
        return None
    info = element[0]
    names = [etree.QName(one).localname for one in info]
    expected = [names[2] if one == "documento" and len(names) > 2 else one for one in _CAMPOS]
    if info.tag != f"{{{NFE}}}infEvento" or names != expected or names[2] not in ("CNPJ", "CPF"):
        return None
    fields = dict(zip(_CAMPOS, (one.text or "" for one in info), strict=True))
    if not re.fullmatch(r"[1-9][0-9]?", fields["nSeqEvento"]) or not _instant(fields["dhEvento"]):
        return None
    detail = {etree.QName(one).localname: one.text or "" for one in info[-1]}
    return Evento(fields, info.get("Id", ""), texto, {**detail, "versao": info[-1].get("versao", "")})


def _instant(text: str) -> datetime | None:
    if not re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[+-]\d\d:\d\d", text):
        return None
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return None


def julgar(
    evento: Evento, nota: Nota | None, titular: str, ambiente: str, now: datetime, *, sem_vinculo: bool = False
) -> str:
    """Return the status of one event: 135 or 136 where it is registered."""
    return _of_form(evento, titular, ambiente) or _of_note(evento, nota, now, sem_vinculo=sem_vinculo)


def _of_form(evento: Evento, titular: str, ambiente: str) -> str | None:
    campos, tipo, who = evento.campos, evento.tipo, evento.campos["documento"]
    xjust = evento.detalhe.get("xJust")
    needs = tipo == "210240"
    good_detail = (
        evento.detalhe["versao"] == VERSAO
        and evento.detalhe.get("descEvento") == NOMES.get(tipo)
        and (xjust is not None and 15 <= len(xjust) <= 255 if needs else xjust is None)
    )
    identity = f"ID{tipo}{campos['chNFe']}{evento.sequencia:02d}"
    checks = (
        (campos["cOrgao"] == NACIONAL, "250"),
        (campos["tpAmb"] == ambiente, "252"),
        (cpf_valido(who) if len(who) == 11 else cnpj_valido(who), "489"),
        (who[:8] == titular[:8], "593"),
        (chave_valida(campos["chNFe"]), "236"),
        (tipo in NOMES, "491"),
        (campos["verEvento"] == VERSAO, "492"),
        (good_detail, "493"),
        (evento.sequencia <= (1 if tipo == CIENCIA else 2), "594"),
        (evento.identidade == identity, "572"),
    )
    wrong = next((cstat for good, cstat in checks if not good), None)
    return wrong or assinatura.julgar(evento.texto, NFE, evento.identidade)


def _of_note(evento: Evento, nota: Nota | None, now: datetime, *, sem_vinculo: bool) -> str:
    when = datetime.fromisoformat(evento.campos["dhEvento"])
    if when > now + timedelta(minutes=5):
        return "578"
    if nota is None:
        return "136" if sem_vinculo else "494"
    # it knows whole seconds, as the note states them
    if when < em_brasilia(nota.emitida_em):
        return "577"
    if nota.destinatario != evento.campos["documento"]:
        return "575"
    if (evento.tipo, evento.sequencia) in nota.eventos:
        return "573"
    if evento.tipo in SEM_EFEITO and nota.situacao != "1":
        return SEM_EFEITO[evento.tipo]
    if evento.tipo == CIENCIA and any(tipo != CIENCIA for tipo, _ in nota.eventos):
        return "655"
    return "596" if now - nota.recebida_em > PRAZOS.get(evento.tipo, CONCLUSIVO) else "135"


def escrever(lote: str, julgados: list[Evento], ambiente: str, now: datetime) -> str:
    """Return the retEnvEvento of a lot that was judged."""
    answers = "".join(_answer(one, ambiente, now) for one in julgados)
    return _lot(lote, "128", ambiente, answers)


def recusado(cstat: str, ambiente: str) -> str:
    """Return the retEnvEvento of a lot that was refused as such."""
    return _lot("0", cstat, ambiente, "")


def registrado(evento: Evento, cstat: str, protocolo: str) -> Evento:
    """Return an event with what became of it."""
    return replace(evento, cstat=cstat, protocolo=protocolo)


def _lot(number: str, cstat: str, ambiente: str, answers: str) -> str:
    return (
        f'<retEnvEvento versao="{VERSAO}" xmlns="{NFE}"><idLote>{number}</idLote><tpAmb>{ambiente}</tpAmb>'
        f"<verAplic>AN_1.4.3</verAplic><cOrgao>{NACIONAL}</cOrgao><cStat>{cstat}</cStat>"
        f"<xMotivo>{motivo(cstat)}</xMotivo>{answers}</retEnvEvento>"
    )


def _answer(one: Evento, ambiente: str, now: datetime) -> str:
    registered = f"<nProt>{one.protocolo}</nProt>" if one.protocolo else ""
    return (
        f'<retEvento versao="{VERSAO}"><infEvento><tpAmb>{ambiente}</tpAmb><verAplic>AN_1.4.3</verAplic>'
        f"<cOrgao>{NACIONAL}</cOrgao><cStat>{one.cstat}</cStat><xMotivo>{motivo(one.cstat)}</xMotivo>"
        f"<chNFe>{escape(one.campos['chNFe'])}</chNFe><tpEvento>{escape(one.tipo)}</tpEvento>"
        f"<xEvento>{NOMES.get(one.tipo, '')}</xEvento><nSeqEvento>{one.sequencia}</nSeqEvento>"
        f"<dhRegEvento>{hora(now)}</dhRegEvento>{registered}</infEvento></retEvento>"
    )
