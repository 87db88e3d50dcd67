"""What people ask for by key or by number: noted once, and looked for as far as the hour's count goes.

docs/reference/contracts/sefaz.md §3.6.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from itertools import islice

from sqlalchemy import select
from sqlalchemy.orm import Session

from connectors.sefaz import Forma, servico
from core.clock import SYSTEM, Clock
from core.documentos.chave import modelo
from core.errors import UsageError
from core.fiscal import chave_valida, normalizar_chave
from core.settings.sefaz import SefazSettings
from flows.documentos.entries import Resultado
from flows.documentos.owners import Dono
from flows.sefaz import lacunas
from flows.sefaz.regras import Falta
from flows.sefaz.series import contribuinte, serie
from storage.models.documentos import Documento
from storage.models.sefaz import BuscaSEFAZ, DocumentoDistribuido, EstadoBusca, LacunaNSU, SerieNSU
from storage.rows import upsert
from storage.session import transaction

BY_KEY, NFE = "nfe", "55"
CHUNK, SHOWN = 500, 60
MOST_NSU = 10**15 - 1
# What a key is when it is asked for, the first time or once more.
AGAIN = {"estado": EstadoBusca.PENDENTE, "tentada_em": None, "tentativas": 0, "respondida_em": None}


class Pedido(StrEnum):
    """What became of a wish."""

    ANOTADO = "anotado"
    JA_PEDIDO = "ja_pedido"
    JA_TEMOS = "ja_temos"
    RECUSADO = "recusado"


@dataclass(frozen=True)
class Linha:
    """A line of a list: its number, the key as it was written or understood, and what became of it."""

    linha: int
    chave: str
    resultado: Pedido
    motivo: str | None = None


def pedir_chaves(dono: Dono, escritas: Iterable[str], clock: Clock = SYSTEM) -> Iterator[Linha]:
    """Note the keys of NF-e that a company wants; yield a line for each that is not blank, as they are written."""
    numbered = ((number, text) for number, text in enumerate(escritas, 1) if text.strip())
    while some := list(islice(numbered, CHUNK)):
        keys = [normalizar_chave(text.partition(";")[0]) for _, text in some]
        with transaction() as db:
            sheet = _Folha(db, dono, keys, clock.now())
            lines = [sheet.note(number, key, text) for (number, text), key in zip(some, keys, strict=True)]
            sheet.write()
        yield from lines


def pedir_nsu(dono: Dono, nome: str, nsu: int, clock: Clock = SYSTEM) -> Pedido:
    """Note a number that a company wants, as a gap that goes first.

    Raises:
        UsageError: there is no such number, or the service has no question by number.
    """
    asked = servico(nome)
    if Forma.NSU not in asked.formas:
        raise UsageError(f"O serviço de {asked.titulo} não tem consulta por NSU.", campo="servico")
    if not 1 <= nsu <= MOST_NSU:
        raise UsageError("O NSU vai de 1 a 15 algarismos e não é zero.", campo="nsu")
    now = clock.now()
    with transaction() as db:
        found = _serie(db, dono, nome, now)
        came = select(DocumentoDistribuido.id).filter_by(serie_id=found.id, nsu=nsu)
        # one that came broken may come whole
        if db.scalar(came.where(DocumentoDistribuido.resultado != Resultado.ERRO)) is not None:
            return Pedido.JA_TEMOS
        row = db.scalar(select(LacunaNSU).filter_by(serie_id=found.id, de=nsu, ate=nsu))
        if row is None:
            lacunas.anotar(db, found.id, [Falta(nsu, nsu, lacunas.PEDIDA)], now)
            return Pedido.ANOTADO
        waiting = row.fechada_em is None
        lacunas.reabrir(row, now)
        return Pedido.JA_PEDIDO if waiting else Pedido.ANOTADO


class _Folha:
    """Some keys of a list, and what is known of them."""

    def __init__(self, db: Session, dono: Dono, keys: Sequence[str], now: datetime) -> None:
        self.db, self.now, self.serie_id = db, now, _serie(db, dono, BY_KEY, now).id
        valid = [key for key in keys if _refused(key) is None]
        asked = select(BuscaSEFAZ.chave).where(
            BuscaSEFAZ.serie_id == self.serie_id,
            BuscaSEFAZ.chave.in_(valid),
            BuscaSEFAZ.estado == EstadoBusca.PENDENTE,
        )
        self.waiting, self.rows = set(db.scalars(asked)), list[dict[str, object]]()
        owned = select(Documento.chave).where(Documento.empresa_id == dono.empresa_id, Documento.completo)
        self.have = set(db.scalars(owned.where(Documento.chave.in_(valid))))

    def note(self, number: int, key: str, text: str) -> Linha:
        """Note a key; return what became of it."""
        if (why := _refused(key)) is not None:
            return Linha(number, text.strip()[:SHOWN], Pedido.RECUSADO, why)
        if key in self.have:
            return Linha(number, key, Pedido.JA_TEMOS)
        if key in self.waiting:
            return Linha(number, key, Pedido.JA_PEDIDO)
        self.waiting.add(key)
        self.rows.append({"serie_id": self.serie_id, "chave": key, "pedida_em": self.now, **AGAIN})
        return Linha(number, key, Pedido.ANOTADO)

    def write(self) -> None:
        """Write what was noted; somebody else may have noted the same meanwhile."""
        upsert(self.db, BuscaSEFAZ, self.rows, ("serie_id", "chave"), "pedida_em", *AGAIN)


def _refused(key: str) -> str | None:
    """Say why a key is not asked for."""
    if not chave_valida(key):
        return "não é uma chave de acesso válida"
    if modelo(key) != NFE:
        return f"é do modelo {modelo(key)}; por chave a SEFAZ só entrega NF-e (55)"
    return None


def _serie(db: Session, dono: Dono, nome: str, now: datetime) -> SerieNSU:
    if dono.empresa_id is None or dono.cnpj is None:
        raise UsageError("Diga o CNPJ da empresa.", campo="empresa")
    ambiente = SefazSettings.current().ambiente
    return serie(db, contribuinte(db, dono.empresa_id, dono.cnpj, ambiente, now), nome)
