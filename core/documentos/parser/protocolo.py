"""The protocol of a document, by local name in any namespace: one that cannot be read is not one that is not there.

A protocol proves something about its own key only, and where several contradict each other the worst of them counts.
"""

from dataclasses import dataclass, replace
from datetime import datetime

from lxml.etree import _Element

from core.documentos.abertura import local_name
from core.documentos.cancelamento import holds_its_cancellation
from core.documentos.digest import assinado, nu
from core.documentos.parser.grupo import Contexto, Grupo
from core.documentos.situacao import MOTIVO_CANCELADA, STATUS_CANCELADA, TESTE

_AUTHORISED = frozenset({"100", "150"})


@dataclass(frozen=True, slots=True)
class Protocolo:
    """What was answered about a document; nothing without an answer that can be read."""

    numero: str | None = None
    status: str | None = None
    motivo: str | None = None
    recebido_em: datetime | None = None
    digest: str | None = None


NENHUM = Protocolo()


def protocolo(raiz: _Element, campo: str, chave: str, ambiente: int | None, contexto: Contexto) -> Protocolo:
    """Return the protocol of a key; `campo` is the name that keys have in it, as `chNFe`, `ambiente` the document's.

    Programs write the answer to a cancellation behind the protocol: it cancels as the event itself would.
    """
    found = _answered(raiz, campo, chave, ambiente, contexto)
    if not holds_its_cancellation(raiz, campo, chave):
        return found
    contexto.avisar("traz em si a resposta ao seu cancelamento")
    return replace(found, status=STATUS_CANCELADA, motivo=MOTIVO_CANCELADA)


def _answered(raiz: _Element, campo: str, chave: str, ambiente: int | None, contexto: Contexto) -> Protocolo:
    proofs = [Grupo(element, contexto) for element in raiz.iter("{*}infProt")]
    if not proofs:
        if any(local_name(child)[1].casefold().startswith("prot") for child in raiz):
            contexto.avisar("o protocolo não se lê: não traz infProt; o documento fica sem protocolo")
        return NENHUM
    about = [proof for proof in proofs if not _is_trial(proof, ambiente, contexto)]
    own = [found for proof in about if (found := _of_key(proof, campo, chave, contexto)) is not None]
    if len({found.status for found in own}) > 1:
        contexto.avisar("há mais de um protocolo, com respostas diferentes")
    return min(own, key=lambda found: found.status in _AUTHORISED, default=NENHUM)


def lido(proof: Grupo) -> Protocolo:
    """Return what one `infProt` says."""
    digest = proof.texto("digVal", 100)
    return Protocolo(
        proof.codigo("nProt", 17),
        status(proof),
        proof.texto("xMotivo", 300),
        proof.instante("dhRecbto"),
        digest,
    )


def status(proof: Grupo) -> str | None:
    """Return the `cStat` of an answer; None where it cannot be read."""
    found = proof.texto("cStat", 5)
    return found if found is not None and found.isascii() and found.isdigit() and len(found) in (3, 4) else None


def _is_trial(proof: Grupo, ambiente: int | None, contexto: Contexto) -> bool:
    """Tell whether a protocol is of the test environment and its document is not."""
    if proof.inteiro("tpAmb", 99) != TESTE or ambiente == TESTE:
        return False
    contexto.avisar("o protocolo é do ambiente de homologação, e o documento não: não prova nada sobre ele")
    return True


def _of_key(proof: Grupo, campo: str, chave: str, contexto: Contexto) -> Protocolo | None:
    stated = proof.texto(campo, 60)
    if stated is None:
        contexto.avisar("o protocolo não diz de que chave é")
    elif stated != chave:
        contexto.avisar(f"o protocolo é da chave {stated}, que não é a do documento: não prova nada sobre ele")
        return None
    found = lido(proof)
    if found.status is None:
        contexto.avisar("o protocolo não se lê: não há cStat; o documento fica sem protocolo")
        return None
    return found


def digest_confere(raiz: _Element, found: Protocolo, chave: str, contexto: Contexto) -> bool:
    """Tell whether the digest that was answered is, as far as it is known, that of the document's signature."""
    signed, answered = assinado(raiz, chave), nu(found.digest)
    if signed is None or answered is None or signed == answered:
        return True
    contexto.avisar("o resumo (digVal) do protocolo não é o da assinatura do documento")
    return False
