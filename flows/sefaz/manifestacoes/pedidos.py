"""Ask for events: each becomes a row that is owed, once for each kind and sequence of a note."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors.sefaz import Tipo
from connectors.sefaz.evento import conferir
from core.caller import OPERATOR, Caller
from core.clock import SYSTEM, Clock
from core.documentos.chave import modelo
from core.errors import Transient, UsageError
from core.fiscal import chave_valida, cpf_valido, formatar_documento, normalizar_chave, normalizar_documento
from core.settings.sefaz import SefazSettings
from flows.documentos.owners import Dono, recipient
from flows.sefaz.manifestacoes.rows import DEVIDAS
from storage.models.documentos import Documento
from storage.models.empresas import Empresa
from storage.models.manifestacoes import EstadoManifestacao as Estado
from storage.models.manifestacoes import ManifestacaoSEFAZ
from storage.pages import visible
from storage.rows import add_missing
from storage.session import reading, transaction

BATCH = 200
T = TypeVar("T")
TIPOS = {
    "ciencia": Tipo.CIENCIA,
    "confirmacao": Tipo.CONFIRMACAO,
    "desconhecimento": Tipo.DESCONHECIMENTO,
    "nao-realizada": Tipo.NAO_REALIZADA,
}
NOMES = {tipo.codigo: nome for nome, tipo in TIPOS.items()}
# What follows from each, said before it is asked for.
AVISOS = {
    Tipo.CIENCIA: "A Ciência diz que a empresa sabe da nota e libera o XML; ela obriga a concluir depois (Confirmação, "
    "Desconhecimento ou Operação não Realizada).",
    Tipo.CONFIRMACAO: "A Confirmação diz que a operação aconteceu como está na nota e impede o emitente de cancelá-la.",
    Tipo.DESCONHECIMENTO: "O Desconhecimento diz que a empresa não conhece a operação; o XML da nota não virá por ele.",
    Tipo.NAO_REALIZADA: "A Operação não Realizada diz que a operação foi combinada e não aconteceu; a justificativa "
    "fica registrada na nota.",
}
ULTIMA_VALE = "De dois eventos conclusivos vale o registrado por último; cada um pode ser dado até duas vezes."


@dataclass(frozen=True)
class Pedido:
    """What is to be said of notes: which kind, of which sequence, with which justification."""

    tipo: Tipo
    sequencia: int = 1
    justificativa: str | None = None

    def __post_init__(self) -> None:
        # the layout is judged once, before any row is written
        conferir(self.tipo, self.sequencia, self.justificativa)


@dataclass(frozen=True)
class Destinada:
    """A key, as it was written, with the company that says something of its note; `recusa` is why none does."""

    chave: str
    empresa_id: int | None = None
    cnpj: str | None = None
    recusa: str | None = None


@dataclass(frozen=True)
class _Detentora:
    """A company that has a note; whom the note is for is known of a whole one only."""

    empresa_id: int
    cnpj: str
    destinatario: str | None = None


def tipo_de(nome: str) -> Tipo:
    """Return a kind by its name; say which there are where it is none."""
    if nome not in TIPOS:
        raise UsageError(f"Tipo desconhecido: {nome[:40]!r}. Há {', '.join(TIPOS)}.", campo="tipo")
    return TIPOS[nome]


def destinadas(
    chaves: Iterable[str], empresa: str | None = None, usuario: str | None = None, caller: Caller = OPERATOR
) -> list[Destinada]:
    """Return for each key who says something of its note: the company that is named, else the one that received it.

    A bad key costs itself; one that is there twice counts once.

    Raises:
        Refusal: the company that is named is none, or turned off.
    """
    named = _named(empresa, usuario) if empresa else None
    keys = list(dict.fromkeys(normalizar_chave(one) or one.strip() for one in chaves))
    return [one for some in _batches(keys) for one in _some(some, named, caller)]


def pedir(
    destinadas: Sequence[Destinada], pedido: Pedido, clock: Clock = SYSTEM, *, automatica: bool = False
) -> Mapping[int, list[int]]:
    """Make events owed; return the rows of each company. One that is registered stays as it is."""
    ambiente, now = SefazSettings.current().ambiente, clock.now()
    found: defaultdict[int, list[int]] = defaultdict(list)
    wanted = [one for one in destinadas if one.empresa_id is not None]
    for some in _batches(wanted):
        rows = [_row(one, pedido, ambiente, now, automatica=automatica) for one in some]
        with transaction() as db:
            add_missing(db, ManifestacaoSEFAZ, rows)
            for one, number in zip(some, _owed(db, some, pedido, rows), strict=True):
                found[one.empresa_id or 0].append(number)
    return found


def _named(empresa: str, usuario: str | None) -> Dono:
    if cpf_valido(normalizar_documento(empresa)):
        raise UsageError(
            "Isto é um CPF. A Esteira manifesta por empresas, com o e-CNPJ; eventos de uma pessoa, com o e-CPF, não "
            "são enviados por ela.",
            campo="empresa",
        )
    return recipient(usuario, empresa)


def _some(keys: Sequence[str], named: Dono | None, caller: Caller) -> Iterator[Destinada]:
    holders = _holders([one for one in keys if chave_valida(one)], named, caller)
    for key in keys:
        if not chave_valida(key):
            said = "não é uma chave de acesso: confira os 44 caracteres e o dígito verificador"
            yield Destinada(key[:60], recusa=said)
        elif modelo(key) != "55":
            yield Destinada(key, recusa=f"é do modelo {modelo(key)}; só a NF-e (55) tem eventos do destinatário")
        elif named is not None and key not in holders:
            yield _of(key, [_Detentora(named.empresa_id or 0, named.cnpj or "")])
        else:
            yield _of(key, holders.get(key, []))


def _holders(keys: Sequence[str], named: Dono | None, caller: Caller) -> Mapping[str, list[_Detentora]]:
    """Return the companies that have each of these notes, or the named one of them."""
    columns = (Documento.chave, Empresa.id, Empresa.cnpj, Documento.dest_cnpj_cpf)
    query = select(*columns).join(Empresa, Empresa.id == Documento.empresa_id)
    query = query.where(Documento.chave.in_(keys), Empresa.ativa, visible(caller, Empresa.usuario_id))
    if named is not None:
        query = query.where(Empresa.id == named.empresa_id)
    found: defaultdict[str, list[_Detentora]] = defaultdict(list)
    with reading() as db:
        for key, number, cnpj, receiver in db.execute(query.order_by(Empresa.id)):
            found[key].append(_Detentora(number, cnpj, receiver))
    return found


def _of(key: str, holders: Sequence[_Detentora]) -> Destinada:
    """Return who says something of a note: of those who have it the one that it is for, which is never its issuer."""
    others = [one for one in holders if one.cnpj != key[6:20]]
    receivers = [one for one in others if one.destinatario in (None, one.cnpj)]
    if len(receivers) == 1:
        return Destinada(key, receivers[0].empresa_id, receivers[0].cnpj)
    if receivers:
        names = ", ".join(formatar_documento(one.cnpj) for one in receivers)
        return Destinada(key, recusa=f"é de mais de uma empresa ({names}); diga qual empresa")
    if others:
        who = formatar_documento(others[0].destinatario)
        return Destinada(key, recusa=f"é para {who}; só o destinatário manifesta")
    if holders:
        issuer = formatar_documento(key[6:20])
        return Destinada(key, recusa=f"é nota da própria empresa {issuer}; só o destinatário manifesta")
    return Destinada(key, recusa="não está no acervo de nenhuma empresa; diga para qual empresa")


def _row(one: Destinada, pedido: Pedido, ambiente: int, now: datetime, *, automatica: bool) -> dict[str, Any]:
    return {
        "empresa_id": one.empresa_id,
        "ambiente": ambiente,
        "chave": one.chave,
        "tipo": pedido.tipo.codigo,
        "sequencia": pedido.sequencia,
        "justificativa": pedido.justificativa,
        "automatica": automatica,
        "estado": Estado.PENDENTE.value,
        "tentativas": 0,
        "pedida_em": now,
        "due_at": now,
    }


def _owed(db: Session, some: Sequence[Destinada], pedido: Pedido, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Return the rows of these, which are there now."""
    mine, new = ManifestacaoSEFAZ, rows[0]
    query = select(mine.empresa_id, mine.chave, mine.id).where(
        mine.ambiente == new["ambiente"],
        mine.tipo == pedido.tipo.codigo,
        mine.sequencia == pedido.sequencia,
        mine.chave.in_([one.chave for one in some]),
    )
    numbers = {(empresa_id, chave): number for empresa_id, chave, number in db.execute(query)}
    found = [number for one in some if (number := numbers.get((one.empresa_id or 0, one.chave))) is not None]
    if len(found) < len(some):
        raise Transient("A Ciência automática acaba de ser desligada; peça de novo.")
    if not new["automatica"]:
        _again(db, found, new)
    return found


def _again(db: Session, numbers: Sequence[int], new: Mapping[str, Any]) -> None:
    """Have events that a person asks for sent now: what was refused once more, what is held by nobody at once."""
    these, now = ManifestacaoSEFAZ.id.in_(numbers), new["pedida_em"]
    state, said = ManifestacaoSEFAZ.estado, {name: new[name] for name in ("justificativa", "automatica", "pedida_em")}
    fresh = {"estado": Estado.PENDENTE.value, "tentativas": 0, "xml": None, "retorno": None}
    DEVIDAS.owe(db, now, these, state == Estado.RECUSADO.value, **fresh, **said)
    DEVIDAS.owe(db, now, these, state == Estado.PENDENTE.value, **said)
    DEVIDAS.owe(db, now, these, state == Estado.ENVIADO.value)


def _batches(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for begin in range(0, len(items), BATCH):
        yield items[begin : begin + BATCH]
